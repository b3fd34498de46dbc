/** What a gate compares. Every metric is a cost here: larger is worse. */
import type { TurnFigures } from '../../harness/load-turns.ts'
import { mean, midMean } from '../stats/mean.ts'
import type { Side } from './block.ts'
import type { MetricId } from './result.ts'

type Turns = readonly TurnFigures[]

export interface Metric {
  id: MetricId
  /** Whether replies decide when the next message goes, or the clock. */
  loop: 'closed' | 'open'
  /** Smaller changes than this are none, whatever `--floor` says: all but CPU time wanders. */
  floorMin: number
  /** Of all turns of a launch, for people. NaN where it cannot be seen. */
  costOf(turns: Turns): number
  /** Log of head over base, of the turns of a pair in the order made. NaN proves nothing. */
  logRatioOf(turns: Readonly<Record<Side, Turns>>): number
  /** The cost as people know it: throughput is messages per second. */
  figureOf(cost: number): number
}

const itself = (cost: number): number => cost

type Compared = Pick<Metric, 'costOf' | 'logRatioOf'>

/**
 * Each turn beside the other side's of the same round, with slices in between: both met the same
 * machine. The mean of these logs misses nothing, and `midMean` leaves out the turns in which one
 * of the two was stopped and the other was not: twice as exact, and blind to what happens rarely.
 */
const turnByTurn = (
  average: (values: readonly number[]) => number,
  costOf: (figures: TurnFigures) => number,
): Compared => {
  const logsOf = (turns: Turns) => turns.map((turn) => logOf(costOf(turn)))
  return {
    costOf: (turns) => Math.exp(average(logsOf(turns))),
    logRatioOf({ base, head }) {
      const before = logsOf(base)
      return average(logsOf(head).map((log, round) => log - before[round]!))
    },
  }
}

const logOf = (cost: number): number => (cost > 0 ? Math.log(cost) : Number.NaN)

/** Of all turns, so many are as calm. */
const CALM_SHARE = 3 / 8

/**
 * Of a turn that was hardly disturbed. A machine that stops for milliseconds moves the tails of the
 * turns that it falls in, and a percentile of all messages would be those stops. What happens to
 * one message in twenty is in more turns than not, and is seen.
 */
const ofCalmTurn = (costOfTurn: (figures: TurnFigures) => number): Compared => {
  const costOf = (turns: Turns) => {
    const all = turns.map(costOfTurn).toSorted((one, other) => one - other)
    return all[Math.floor(CALM_SHARE * all.length)] ?? Number.NaN
  }
  return { costOf, logRatioOf: ({ base, head }) => logOf(costOf(head)) - logOf(costOf(base)) }
}

export const METRICS: readonly Metric[] = [
  {
    id: 'cpuNsPerMessage',
    loop: 'closed',
    floorMin: 0,
    // What costs CPU time now and then, such as collecting garbage, costs throughput as well.
    ...turnByTurn(midMean, ({ cpuNs, messages }) =>
      cpuNs === null ? Number.NaN : cpuNs / messages,
    ),
    figureOf: itself,
  },
  {
    id: 'throughputPerSecond',
    loop: 'closed',
    floorMin: 0.03,
    ...turnByTurn(mean, ({ durationNs, messages }) => durationNs / messages),
    figureOf: (cost) => 1e9 / cost,
  },
  {
    id: 'latencyNsP50',
    loop: 'open',
    floorMin: 0.1,
    ...turnByTurn(midMean, ({ latencyNsP50 }) => latencyNsP50),
    figureOf: itself,
  },
  {
    id: 'latencyNsP99',
    loop: 'open',
    floorMin: 0.3,
    ...ofCalmTurn(({ latencyNsP99 }) => latencyNsP99),
    figureOf: itself,
  },
]
