/**
 * Against a stored run. Figures of two runs are never compared as they are: each is a ratio to a
 * yardstick, a server of ours that is measured in the same blocks. Pure.
 *
 * What changes between two runs of one machine and touches subject and yardstick differently is in
 * no block: a baseline is for history, and for where base cannot be run any more.
 */
import * as v from 'valibot'
import type { Environment } from '../../harness/environment.ts'
import { type Estimate, estimate } from '../stats/estimate.ts'
import { holm } from '../stats/holm.ts'
import { studentCdf, studentQuantile } from '../stats/student.ts'
import type { MeasuredCell } from './cells.ts'
import { CONFIDENCE, decideCell } from './decide.ts'
import type { GateRun } from './run.ts'
import type { StageOutcome } from './stages.ts'

export const BASELINE_SCHEMA = 'framegate.baseline/1'

const BaselineCell = v.object({
  scenario: v.string(),
  parameters: v.record(v.string(), v.unknown()),
  metric: v.string(),
  /** Of the subject over the yardstick, one a block. */
  logRatios: v.pipe(v.array(v.pipe(v.number(), v.finite())), v.minLength(2, 'too few blocks')),
})

const Machine = v.object({
  platform: v.string(),
  cpuModel: v.string(),
  cores: v.number(),
  bun: v.string(),
  framegate: v.string(),
})

export const Baseline = v.object({
  schema: v.literal(BASELINE_SCHEMA),
  machine: Machine,
  commit: v.nullable(v.string()),
  startedAt: v.string(),
  /** MUST cases that the subject failed. */
  failing: v.array(v.string()),
  cells: v.pipe(v.array(BaselineCell), v.minLength(1, 'it holds no cell')),
})

export type Baseline = v.InferOutput<typeof Baseline>

/** What has to be the same for two ratios to mean the same. */
export const machineOf = (environment: Environment): Baseline['machine'] => {
  const { platform, cpuModel, cores, bun, framegate } = environment
  return { platform, cpuModel, cores, bun, framegate }
}

/** In words what differs; null where nothing does. */
export function otherMachine(then: Baseline['machine'], now: Baseline['machine']): string | null {
  const different = (Object.keys(now) as (keyof typeof now)[]).filter(
    (key) => then[key] !== now[key],
  )
  if (different.length === 0) return null
  return different.map((key) => `${key} was ${then[key]} and is ${now[key]}`).join('; ')
}

/** `failing`: ids of cases. */
export function baselineOf(
  run: GateRun,
  environment: Environment,
  failing: readonly string[],
): Baseline {
  return {
    failing: [...failing],
    schema: BASELINE_SCHEMA,
    machine: machineOf(environment),
    commit: environment.commit,
    startedAt: environment.startedAt,
    cells: run.cells.map(({ cell, outcome }) => ({
      scenario: cell.scenario,
      parameters: { ...cell.workload.parameters },
      metric: cell.metric.id,
      logRatios: [...outcome.logRatios],
    })),
  }
}

type RunCell = GateRun['cells'][number]

/** The run's cells with verdicts against the baseline. What only one of both has is said. */
export function againstBaseline(run: GateRun, baseline: Baseline, alpha: number): GateRun {
  const keys = new Set(run.cells.map(({ cell }) => keyOf(cell.scenario, cell.metric.id)))
  const gone = baseline.cells.filter(({ scenario, metric }) => !keys.has(keyOf(scenario, metric)))
  const compared = run.cells.map((one) => ({ one, difference: differenceOf(one, baseline) }))
  const worse = holm(compared.map(({ difference }) => difference?.worse ?? 1))
  const better = holm(compared.map(({ difference }) => difference?.better ?? 1))
  const family = compared.length
  const cells = compared.map(({ one, difference }, index): RunCell => {
    // Its other side was the yardstick, which nobody asked for.
    const cell: MeasuredCell = { ...one.cell, base: [] }
    const { controls, logRatios } = one.outcome
    const blocks = { logRatios, controls, floor: cell.floor }
    const rule = { alpha, family, worse: worse[index]!, better: better[index]! }
    if (difference) {
      const decision = decideCell(blocks, rule, difference.estimate)
      return { cell, outcome: { ...one.outcome, decision } }
    }
    return { cell, outcome: withoutBaseline(one.outcome) }
  })
  const names = gone.map(({ scenario, metric }) => `${scenario} ${metric}`)
  return { ...run, cells, missing: names }
}

const keyOf = (scenario: string, metric: string): string => `${scenario} ${metric}`

function withoutBaseline(outcome: StageOutcome): StageOutcome {
  const reason = 'the baseline has no such cell with these parameters: store a new one'
  const decision = { ...outcome.decision, verdict: 'inconclusive' as const, reason, pAdjusted: 1 }
  return { ...outcome, decision }
}

interface Difference {
  estimate: Estimate
  worse: number
  better: number
}

/** Welch: two samples of blocks, each with a spread of its own. */
function differenceOf({ cell, outcome }: RunCell, baseline: Baseline): Difference | null {
  const parameters = JSON.stringify(cell.workload.parameters)
  const found = baseline.cells.find(
    (one) =>
      keyOf(one.scenario, one.metric) === keyOf(cell.scenario, cell.metric.id) &&
      JSON.stringify(one.parameters) === parameters,
  )
  if (!found) return null
  const then = estimate(found.logRatios, CONFIDENCE)
  const now = estimate(outcome.logRatios, CONFIDENCE)
  const mean = now.mean - then.mean
  const error = Math.hypot(now.error, then.error)
  const blocks = Math.min(now.blocks, then.blocks)
  const degrees = welchDegrees(now, then)
  const reach = error * studentQuantile((1 + CONFIDENCE) / 2, degrees)
  const worse = 1 - studentCdf(mean / error, degrees)
  return {
    estimate: { mean, error, low: mean - reach, high: mean + reach, blocks },
    worse: Number.isFinite(worse) ? worse : 1,
    better: Number.isFinite(worse) ? 1 - worse : 1,
  }
}

/** Welch and Satterthwaite, rounded down. */
function welchDegrees(one: Estimate, other: Estimate): number {
  const part = ({ error, blocks }: Estimate) => error ** 4 / (blocks - 1)
  const degrees = (one.error ** 2 + other.error ** 2) ** 2 / (part(one) + part(other))
  return Number.isFinite(degrees) ? Math.max(1, Math.floor(degrees)) : 1
}
