/**
 * The two stages, whatever makes the blocks: the runner with processes, the tests with numbers.
 *
 * Stage 1 takes a few blocks of every scenario and releases those in which nothing moved. Stage 2
 * takes fresh blocks of the others and looks at them as planned beforehand: more data is taken by
 * plan, never until something is significant.
 */
import { spendAlpha } from '../stats/spending.ts'
import {
  type CellBlocks,
  type CellDecision,
  couldSee,
  type DecisionRule,
  decide,
  isClean,
  isQuiet,
} from './decide.ts'
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
  plan: Pick<GatePlan, 'earlyBlocks' | 'looks' | 'routeBlocks'>
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
    const look = firstLook(options, cells.length)
    for (const cell of cells) if (isClean(cell)) outcomes.set(cell, releasedOf(cell, look))
  }
  const tested = cells.filter((cell) => !outcomes.has(cell))
  if (more) await test(tested, options, outcomes)
  for (const cell of tested) {
    if (!outcomes.has(cell)) outcomes.set(cell, outOfTime(outcomeOf(cell)))
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
  const early = plan.earlyBlocks.filter((blocks) => blocks < (looks[0] ?? 0))
  let open = tested
  let made = 0
  for (const blocks of [...early, ...looks]) {
    if (open.length === 0) return
    const more = await take(scenariosOf(open), blocks - made)
    made = blocks
    const isLast = !more || blocks === looks.at(-1)
    const share = shares[Math.max(0, looks.indexOf(blocks))]!
    const decided =
      more && early.includes(blocks)
        ? quiet(open, firstLook(options, tested.length))
        : looked(open, { alpha: share, family: tested.length }, isLast)
    for (const [cell, outcome] of decided) outcomes.set(cell, outcome)
    open = open.filter((cell) => !outcomes.has(cell))
    onLook?.(open)
    if (isLast) return
  }
}

type Decided<C> = [cell: C, outcome: StageOutcome][]

/**
 * Scenarios with nothing moved in any cell, either way. Ending them early can only take away
 * chances to accuse: it spends no error.
 */
function quiet<C extends StageCell>(open: readonly C[], look: Look): Decided<C> {
  const loud = scenariosOf(open.filter((cell) => !isQuiet(cell)))
  return open
    .filter(({ scenario }) => !loud.has(scenario))
    .map((cell) => [cell, releasedOf(cell, look)])
}

/** Undecided cells stay open, unless this is the last look. */
function looked<C extends StageCell>(
  open: readonly C[],
  rule: DecisionRule,
  isLast: boolean,
): Decided<C> {
  const decisions = decide(open, rule)
  return open.flatMap((cell, index): Decided<C> => {
    const decision = decisions[index]!
    if (decision.verdict === 'inconclusive' && !isLast) return []
    return [[cell, { decision, stage: 'tested', ...copied(cell) }]]
  })
}

const scenariosOf = (cells: readonly StageCell[]): ReadonlySet<string> =>
  new Set(cells.map(({ scenario }) => scenario))

interface Look {
  blocks: number
  rule: DecisionRule
}

/** Where a cell that moves would first be tested. */
function firstLook<C extends StageCell>({ plan, alpha }: StageOptions<C>, family: number): Look {
  const looks = plan.looks.filter((blocks) => blocks >= blocksNeeded(alpha, family))
  return { blocks: looks[0] ?? 0, rule: { alpha: spendAlpha(alpha, looks)[0] ?? 0, family } }
}

function releasedOf(cell: StageCell, { blocks, rule }: Look): StageOutcome {
  const outcome = outcomeOf(cell)
  const minimumDetectableEffect = couldSee(cell, blocks, rule)
  return { ...outcome, decision: { ...outcome.decision, minimumDetectableEffect } }
}

/** What was seen before any look, in the words of a look; without error to spend nothing fails. */
function outcomeOf(cell: StageCell): StageOutcome {
  const [decision] = decide([cell], { alpha: 0, family: 1 })
  return { decision: decision!, stage: 'routed', ...copied(cell) }
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
