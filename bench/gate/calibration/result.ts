/** What a calibration says, as versioned JSON. */
import type { Environment } from '../../../harness/environment.ts'
import type { GateVerdict, MetricId } from '../result.ts'

export const CALIBRATION_SCHEMA = 'framegate.calibration/1'

/** One real gate. */
export interface CalibrationGate {
  /** Of CPU time a message, put into head: 0.05 is 5 %. */
  effect: number
  verdict: GateVerdict
  reason: string
  wallSeconds: number
  cells: {
    scenario: string
    metric: MetricId
    floor: number
    ratio: number | null
    minimumDetectableEffect: number | null
    logRatios: (number | null)[]
    controlLogRatios: (number | null)[]
  }[]
}

/** How often real gates with one effect said `regressed`. */
export interface Rate {
  effect: number
  gates: number
  regressed: number
  inconclusive: number
  /** Of `regressed`, as a share: the exact 95 % interval. */
  low: number
  high: number
}

/** Shares of gates made again and again from the blocks of those in which nothing was changed. */
export interface Prediction {
  effect: number
  regressed: number
  inconclusive: number
}

export interface CalibratedSubject {
  name: string
  command: string
  floor: number
  budgetSeconds: number
  /** Of base in the first gate; null where it cannot be seen. */
  cpuNsPerMessage: number | null
  gates: CalibrationGate[]
  /** Ascending by effect. */
  rates: Rate[]
  predictions: Prediction[]
}

export interface CalibrationResult {
  schema: typeof CALIBRATION_SCHEMA
  partial: boolean
  environment: Environment
  /** When each calibration began that this is put together of. */
  runs: string[]
  settings: { alpha: number; seed: number }
  subjects: CalibratedSubject[]
  warnings: string[]
}
