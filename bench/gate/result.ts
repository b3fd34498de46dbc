/** What a gate says, as versioned JSON. Other programs rely on these names. */
import type { Environment } from '../../harness/environment.ts'
import type { ExactCounts } from '../../harness/exact-counts.ts'
import type { WorkloadParameters } from '../scenario.ts'

export const GATE_SCHEMA = 'framegate.gate/1'

export type MetricId = 'cpuNsPerMessage' | 'throughputPerSecond' | 'latencyNsP50' | 'latencyNsP99'

export type GateVerdict = 'pass' | 'regressed' | 'improved' | 'inconclusive'

/** A ratio with its 95 % interval. Null: without bound, or nothing was measured. */
export interface RatioInterval {
  ratio: number | null
  ciLow: number | null
  ciHigh: number | null
}

/** One scenario × metric. `ratio` is head over base as a cost: above 1, head is worse. */
export interface GateCell extends RatioInterval {
  scenario: string
  parameters: WorkloadParameters
  metric: MetricId
  /** Of the test that head is worse, corrected for all cells that were tested. */
  pAdjusted: number
  /** Blocks that this verdict rests on. */
  blocks: number
  verdict: GateVerdict
  /** Why, in words. */
  reason: string
  /** The least slowdown that 95 of 100 such runs would have flagged, as a share: 0.04 is 4 %. */
  minimumDetectableEffect: number | null
  /** Slowdowns below it are none; what exceeds `margin` must be excluded to pass. Shares. */
  floor: number
  margin: number
  /** `routed`: released early, with nothing moved. `tested`: by a look of the second stage. */
  stage: 'routed' | 'tested'
  /** Medians over launches, in the metric's own unit. */
  base: number | null
  head: number | null
  /** The same program against itself, from the same launches. */
  control: RatioInterval
  /** Natural logarithm of head over base of each block, in the order made. */
  logRatios: (number | null)[]
  /** The same of each program over itself. */
  controlLogRatios: (number | null)[]
}

export type CounterId = keyof ExactCounts

/** One scenario × counter: per 1,000 messages, counted and not measured. */
export interface GateCounter {
  scenario: string
  counter: CounterId
  base: number
  head: number
  /** Any rise is a regression. */
  verdict: GateVerdict
}

/** A server that was wrong under load: there is no figure, and none is needed. */
export interface GateFailure {
  side: 'base' | 'head'
  scenario: string
  symptom: string
  detail: string
}

/** A conformance case that head fails and base does not. */
export interface NewFailure {
  id: string
  symptom: string
  detail: string
  repro: string
}

export interface GateSettings {
  /** Error of a whole run: the chance that anything is flagged where nothing changed. */
  alpha: number
  floor: number
  budgetSeconds: number
  seed: number
}

export interface GateResult {
  schema: typeof GATE_SCHEMA
  verdict: GateVerdict
  /** Why there is this verdict, in one sentence. */
  reason: string
  partial: boolean
  environment: Environment
  base: string
  head: string
  settings: GateSettings
  newFailures: NewFailure[]
  failures: GateFailure[]
  /** None where one of both is no implementation of ours. */
  counters: GateCounter[]
  cells: GateCell[]
  /** Of the cell whose control lies furthest from 1. */
  control: RatioInterval
  /** What about the machine makes this less certain. */
  warnings: string[]
  wallSeconds: number
}
