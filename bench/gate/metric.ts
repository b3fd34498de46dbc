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
  /** Null where it cannot be seen. */
  costOf(figures: LoadFigures): number | null
  /** The cost as people know it: throughput is messages per second. */
  figureOf(cost: number): number
}

const itself = (cost: number): number => cost

const percentile =
  (share: number) =>
  ({ histogram }: LoadFigures): number =>
    decodeHistogram(histogram).getValueAtPercentile(share)

export const METRICS: readonly Metric[] = [
  {
    id: 'cpuNsPerMessage',
    loop: 'closed',
    floorMin: 0,
    costOf: ({ subject, messages }) => subject && subject.cpuNs / messages,
    figureOf: itself,
  },
  {
    id: 'throughputPerSecond',
    loop: 'closed',
    floorMin: 0,
    costOf: ({ durationNs, messages }) => durationNs / messages,
    figureOf: (cost) => 1e9 / cost,
  },
  {
    id: 'latencyNsP50',
    loop: 'open',
    floorMin: 0.1,
    costOf: percentile(50),
    figureOf: itself,
  },
  {
    id: 'latencyNsP99',
    loop: 'open',
    floorMin: 0.3,
    costOf: percentile(99),
    figureOf: itself,
  },
]
