/** From what was measured to what a gate says. Pure. */

import type { Workload } from '../scenario.ts'
import type { Estimate } from '../stats/estimate.ts'
import { median } from '../stats/median.ts'
import { marginOf, overall } from './decide.ts'
import { METRICS } from './metric.ts'
import type {
  GateCell,
  GateCounter,
  GateFailure,
  GateResult,
  GateVerdict,
  NewFailure,
  RatioInterval,
} from './result.ts'
import { GATE_SCHEMA } from './result.ts'
import type { GateRun } from './run.ts'

export type GateContext = Pick<
  GateResult,
  'environment' | 'base' | 'head' | 'settings' | 'partial' | 'wallSeconds'
>

export interface GateFindings {
  newFailures: readonly NewFailure[]
  counters?: readonly GateCounter[]
  /** Null when nothing was timed: because of a new failure, a counter or an interruption. */
  run: GateRun | null
  workloads: readonly Workload[]
  /** Of the budget, what went by before anything was timed. */
  checkedSeconds?: number
  /** What about the machine was seen before. */
  warnings: readonly string[]
}

export function assemble(findings: GateFindings, context: GateContext): GateResult {
  const { newFailures, counters = [], run, workloads, warnings } = findings
  const cells = run ? run.cells.map(cellOf) : []
  const failures = run?.failures ?? []
  const missing = run?.plan ? [...run.missing, ...missingCells(cells, failures, workloads)] : []
  const found = { newFailures, failures, cells, missing }
  const outcome = verdictOf(found, findings, context.settings.budgetSeconds)
  return {
    schema: GATE_SCHEMA,
    ...context,
    ...outcome,
    newFailures: [...newFailures],
    failures,
    counters: [...counters],
    cells,
    control: furthestControl(cells),
    warnings: [...warnings, ...(run?.warnings ?? [])],
  }
}

function cellOf({ cell, outcome }: GateRun['cells'][number]): GateCell {
  const { decision, stage, logRatios, controls } = outcome
  const { metric, floor } = cell
  const figure = (costs: readonly number[]): number | null => {
    const middle = finite(median(costs))
    return middle === null ? null : metric.figureOf(middle)
  }
  return {
    scenario: cell.scenario,
    parameters: cell.workload.parameters,
    metric: metric.id,
    ...intervalOf(decision.estimate),
    pAdjusted: decision.pAdjusted,
    blocks: logRatios.length,
    verdict: decision.verdict,
    minimumDetectableEffect: finite(decision.minimumDetectableEffect),
    reason: decision.reason,
    floor,
    margin: marginOf(floor),
    stage,
    base: figure(cell.base),
    head: figure(cell.head),
    control: intervalOf(decision.control),
    logRatios: logRatios.map(finite),
    controlLogRatios: controls.map(finite),
  }
}

/** JSON knows neither NaN nor infinity. */
const finite = (value: number | null): number | null =>
  value !== null && Number.isFinite(value) ? value : null

const intervalOf = ({ mean, low, high }: Estimate): RatioInterval => ({
  ratio: finite(Math.exp(mean)),
  ciLow: finite(Math.exp(low)),
  ciHigh: finite(Math.exp(high)),
})

/** What was to be measured and is not there, in words: `ping-pong cpuNsPerMessage`. */
function missingCells(
  cells: readonly GateCell[],
  failures: readonly GateFailure[],
  workloads: readonly Workload[],
): string[] {
  const failed = new Set(failures.map(({ scenario }) => scenario))
  const there = new Set(cells.map(({ scenario, metric }) => `${scenario} ${metric}`))
  return workloads
    .filter(({ scenario }) => !failed.has(scenario.id))
    .flatMap(({ scenario }) => METRICS.map(({ id }) => `${scenario.id} ${id}`))
    .filter((name) => !there.has(name))
}

const UNTIMED = 'Nothing was timed.'

type Outcome = Pick<GateResult, 'verdict' | 'reason'>

interface Found {
  newFailures: readonly NewFailure[]
  failures: readonly GateFailure[]
  cells: readonly GateCell[]
  missing: readonly string[]
}

function verdictOf(
  { newFailures, failures, cells, missing }: Found,
  { run, counters = [], checkedSeconds = 0 }: GateFindings,
  budgetSeconds: number,
): Outcome {
  const [broken] = newFailures
  if (broken) {
    const further = newFailures.length > 1 ? ` and ${newFailures.length - 1} more` : ''
    const reason = `head fails what base passes: ${broken.id} (${broken.symptom})${further}`
    return { verdict: 'regressed', reason: `${reason}. ${UNTIMED}` }
  }
  const risen = counters.filter(({ verdict }) => verdict === 'regressed')
  if (risen.length > 0) {
    const reason = `head does more: ${risen.map(counterWords).join(', ')}. ${UNTIMED}`
    return { verdict: 'regressed', reason }
  }
  const wrong = failures.find(({ side }) => side === 'head') ?? failures[0]
  if (wrong) {
    const verdict = wrong.side === 'head' ? 'regressed' : 'inconclusive'
    const { side, scenario, symptom, detail } = wrong
    return { verdict, reason: `${side} is wrong under load in ${scenario}: ${symptom}. ${detail}` }
  }
  if (run && run.plan === null) {
    const reason =
      'The budget does not hold the blocks that a verdict needs: give a larger --budget.'
    // Rarely the half of it; where it is, that is what a reader has to know.
    if (checkedSeconds < budgetSeconds / 2) return { verdict: 'inconclusive', reason }
    const spent = `Checking both took ${Math.round(checkedSeconds)} s of ${budgetSeconds} s.`
    return { verdict: 'inconclusive', reason: `${reason} ${spent}` }
  }
  if (missing.length > 0) {
    return { verdict: 'inconclusive', reason: `Not measured: ${missing.join(', ')}.` }
  }
  return ofCells(cells, counters)
}

/** What has a verdict, and how a sentence names it. */
interface Judged {
  verdict: GateVerdict
  name: string
  why: string
}

function ofCells(cells: readonly GateCell[], counters: readonly GateCounter[]): Outcome {
  if (cells.length === 0) return { verdict: 'inconclusive', reason: 'Nothing was measured.' }
  const judged: Judged[] = [
    ...cells.map(({ verdict, scenario, metric, reason }) => ({
      verdict,
      name: `${scenario} ${metric}`,
      why: reason,
    })),
    ...counters.map((one) => ({
      verdict: one.verdict,
      name: counterWords(one),
      why: 'a count is not a number',
    })),
  ]
  const verdict = overall(judged.map((one) => one.verdict))
  return { verdict, reason: REASONS[verdict](judged.filter((one) => one.verdict === verdict)) }
}

const counterWords = ({ scenario, counter, base, head }: GateCounter): string =>
  `${scenario} ${counter} (${base} → ${head} per 1,000 messages)`

const namesOf = (judged: readonly Judged[]): string => judged.map(({ name }) => name).join(', ')

const REASONS: Readonly<Record<GateVerdict, (judged: readonly Judged[]) => string>> = {
  regressed: (judged) => `Worse: ${namesOf(judged)}.`,
  improved: (judged) => `Better: ${namesOf(judged)}; nothing is worse.`,
  pass: () => 'No cell is worse by as much as its margin.',
  inconclusive: ([first, ...others]) => {
    const further = others.length > 0 ? ` (and ${others.length} more)` : ''
    return `${first!.name}: ${first!.why}${further}.`
  },
}

const NO_INTERVAL: RatioInterval = { ratio: null, ciLow: null, ciHigh: null }

function furthestControl(cells: readonly GateCell[]): RatioInterval {
  const away = ({ ratio }: RatioInterval) => Math.abs(Math.log(ratio ?? 1))
  // Latencies wander by nature: the cells that decide most tell most.
  const closed = new Set(METRICS.filter(({ loop }) => loop === 'closed').map(({ id }) => id))
  const controls = cells.filter(({ metric }) => closed.has(metric)).map(({ control }) => control)
  return controls.reduce(
    (far, one) => (away(one) > away(far) ? one : far),
    controls[0] ?? NO_INTERVAL,
  )
}
