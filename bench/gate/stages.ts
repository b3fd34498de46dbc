/**
 * The two stages, whatever makes the blocks: the runner with processes, the tests with numbers.
 *
 * Stage 1 takes a few blocks of every scenario and releases those in which nothing moved. Stage 2
 * takes fresh blocks of the others and looks at them as planned beforehand: more data is taken by
 * plan, never until something is significant.
 */
import { spendAlpha } from '../stats/spending.ts'
import { type CellBlocks, type CellDecision, decide, isClean } from './decide.ts'
import { blocksNeeded, type GatePlan } from './plan.ts'

export interface StageCell extends CellBlocks {
  scenario: string
  logRatios: number[]
  controls: number[]
}

export interface StageOutcome {
  decision: CellDecision
  stage: 'routed' | 'tested'
  logRatios: readonly number[]
  controls: readonly number[]
}

export interface StageOptions<C extends StageCell> {
  cells: readonly C[]
  plan: Pick<GatePlan, 'looks' | 'routeBlocks'>
  alpha: number
  /**
   * Makes so many further blocks of each of these scenarios and adds them to their cells. False
   * when no more can be had: time is over, or somebody interrupted.
   */
  take(scenarios: ReadonlySet<string>, blocks: number): Promise<boolean>
  /** After each look, for progress. */
  onLook?(open: readonly C[]): void
}

/** Outcomes in the order of the cells. */
export async function runStages<C extends StageCell>(
  options: StageOptions<C>,
): Promise<StageOutcome[]> {
  const { cells, plan, take } = options
  const outcomes = new Map<C, StageOutcome>()
  let more = true
  if (plan.routeBlocks > 0) {
    more = await take(scenariosOf(cells), plan.routeBlocks)
    for (const cell of cells) if (isClean(cell)) outcomes.set(cell, outcomeOf(cell, 'routed', 1))
  }
  const tested = cells.filter((cell) => !outcomes.has(cell))
  if (more) await test(tested, options, outcomes)
  for (const cell of tested) {
    if (!outcomes.has(cell)) outcomes.set(cell, outOfTime(outcomeOf(cell, 'routed', cells.length)))
  }
  return cells.map((cell) => outcomes.get(cell)!)
}

async function test<C extends StageCell>(
  tested: readonly C[],
  options: StageOptions<C>,
  outcomes: Map<C, StageOutcome>,
): Promise<void> {
  const { plan, alpha, take, onLook } = options
  // What routed a cell was chosen for being large: it must not count again.
  if (plan.routeBlocks > 0) {
    for (const cell of tested) {
      cell.logRatios = []
      cell.controls = []
    }
  }
  const looks = plan.looks.filter((blocks) => blocks >= blocksNeeded(alpha, tested.length))
  const shares = spendAlpha(alpha, looks)
  let open = tested
  for (const [index, blocks] of looks.entries()) {
    if (open.length === 0) return
    const more = await take(scenariosOf(open), blocks - (looks[index - 1] ?? 0))
    const decisions = decide(open, { alpha: shares[index]!, family: tested.length })
    const isLast = !more || index === looks.length - 1
    for (const [at, cell] of open.entries()) {
      const decision = decisions[at]!
      if (decision.verdict === 'inconclusive' && !isLast) continue
      const { logRatios, controls } = cell
      outcomes.set(cell, { decision, stage: 'tested', ...copied({ logRatios, controls }) })
    }
    open = open.filter((cell) => !outcomes.has(cell))
    onLook?.(open)
    if (isLast) return
  }
}

const scenariosOf = (cells: readonly StageCell[]): ReadonlySet<string> =>
  new Set(cells.map(({ scenario }) => scenario))

/** What the first stage saw, in the words of the second; without error to spend nothing fails. */
function outcomeOf(cell: StageCell, stage: StageOutcome['stage'], family: number): StageOutcome {
  const [decision] = decide([cell], { alpha: 0, family })
  return { decision: decision!, stage, ...copied(cell) }
}

/** Blocks may be added to the cell afterwards. */
const copied = ({ logRatios, controls }: Pick<StageCell, 'logRatios' | 'controls'>) => ({
  logRatios: [...logRatios],
  controls: [...controls],
})

function outOfTime({ decision, ...rest }: StageOutcome): StageOutcome {
  const reason = 'it has moved, and there was no time left to test it: give a larger --budget'
  return { ...rest, decision: { ...decision, verdict: 'inconclusive', reason } }
}
