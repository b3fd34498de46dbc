/** The one list of charts, in the order of the report. A new one is a file and a line here. */
import type { Chart } from './chart.ts'
import { costChart } from './cost.ts'
import { latencyChart } from './latency.ts'
import { overheadChart } from './overhead.ts'
import { sizesChart } from './sizes.ts'
import { throughputChart } from './throughput.ts'

export const CHARTS: readonly Chart[] = [
  throughputChart,
  sizesChart,
  latencyChart,
  costChart,
  overheadChart,
]
