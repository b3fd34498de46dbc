/** What a gate compares. Every metric is a cost here: larger is worse. */
import type { LoadFigures } from '../../harness/load.ts'
import { decodeHistogram } from '../stats/latency.ts'
import type { MetricId } from './result.ts'

export interface Metric {
  id: MetricId
  /** Whether replies decide when the next message goes, or the clock. */
  loop: 'closed' | 'open'
  /** Smaller changes than this are none, whatever `--floor` says: tails wander. */
  floorMin: number
  /** Of all turns of a launch. NaN where it cannot be seen: no verdict rests on that. */
  costOf(turns: readonly LoadFigures[]): number
  /** The cost as people know it: throughput is messages per second. */
  figureOf(cost: number): number
}

const itself = (cost: number): number => cost

/**
 * Geometric mean of the turns: each meets another machine, and is compared with the turn of the
 * other side beside it.
 */
const ofEachTurn =
  (costOf: (figures: LoadFigures) => number) =>
  (turns: readonly LoadFigures[]): number =>
    Math.exp(turns.reduce((sum, turn) => sum + Math.log(costOf(turn)), 0) / turns.length)

/**
 * Of a turn that was hardly disturbed: an eighth of the turns is as calm. A machine that
 * stops for milliseconds moves the tails of the turns that it falls in, and a percentile of all
 * messages would be those stops.
 */
const ofCalmTurn =
  (share: number) =>
  (turns: readonly LoadFigures[]): number => {
    const all = turns.map(({ histogram }) => decodeHistogram(histogram).getValueAtPercentile(share))
    return all.toSorted((one, other) => one - other)[all.length >> 3] ?? Number.NaN
  }

export const METRICS: readonly Metric[] = [
  {
    id: 'cpuNsPerMessage',
    loop: 'closed',
    floorMin: 0,
    costOf: ofEachTurn(({ subject, messages }) =>
      subject ? subject.cpuNs / messages : Number.NaN,
    ),
    figureOf: itself,
  },
  {
    id: 'throughputPerSecond',
    loop: 'closed',
    floorMin: 0,
    costOf: ofEachTurn(({ durationNs, messages }) => durationNs / messages),
    figureOf: (cost) => 1e9 / cost,
  },
  {
    id: 'latencyNsP50',
    loop: 'open',
    floorMin: 0.1,
    costOf: ofCalmTurn(50),
    figureOf: itself,
  },
  {
    id: 'latencyNsP99',
    loop: 'open',
    floorMin: 0.3,
    costOf: ofCalmTurn(99),
    figureOf: itself,
  },
]
