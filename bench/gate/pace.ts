/**
 * How many messages a launch takes: counts, so that both sides of a pair do exactly the same work,
 * made from how fast both were, so that it takes the time that is planned.
 */
import type { TurnFigures } from '../../harness/load-turns.ts'
import type { Workload } from '../scenario.ts'
import type { PairReport } from './pair.ts'
import { type PairPhases, phasesOf } from './phases.ts'
import type { GatePlan } from './plan.ts'

export class Pace {
  readonly #inFlight: number
  /** Of the slower side, in the closed loop. */
  #ratePerSecond: number

  /** With the rate that a trial has shown. */
  constructor({ parameters }: Workload, ratePerSecond: number) {
    this.#inFlight = parameters.connections * parameters.depth
    this.#ratePerSecond = ratePerSecond
  }

  phases(plan: GatePlan): PairPhases {
    return phasesOf(plan, this.#ratePerSecond, this.#inFlight)
  }

  /** Half the weight to the newest: a trial may have met the machine when it stopped. */
  adjust(pairs: readonly PairReport[]): void {
    const seen = Math.min(...pairs.map(slowerRateOf))
    this.#ratePerSecond = Math.sqrt(this.#ratePerSecond * seen)
  }
}

/** Messages per second. */
function slowerRateOf({ base, head }: PairReport): number {
  const rates = [base, head].map(({ closed }) => {
    const [messages, durationNs] = [sumOf(closed, 'messages'), sumOf(closed, 'durationNs')]
    return (messages / durationNs) * 1e9
  })
  return Math.min(...rates)
}

const sumOf = (turns: readonly TurnFigures[], what: 'messages' | 'durationNs'): number =>
  turns.reduce((sum, turn) => sum + turn[what], 0)
