/** How much goes through: messages per second, or bytes where messages are huge. */
import { BYTE_RATE, MESSAGES_PER_SECOND } from '../metric.ts'
import { isByteScenario } from '../workload.ts'
import { barsSpec } from './bars.ts'
import { cellPanels, cellsInWords, hasCells, type MetricOf } from './cell-bars.ts'
import type { Chart } from './chart.ts'

const rateOf: MetricOf = (scenario) => {
  // Its rate is what the generator was told to send, not what the server can do.
  if (scenario === 'open-loop') return null
  return isByteScenario(scenario) ? BYTE_RATE : MESSAGES_PER_SECOND
}

export const throughputChart: Chart = {
  name: 'throughput',
  title: 'Throughput',
  caption:
    'Bars are medians of the launches, the thin lines their lowest and highest. Pale bars marked ' +
    '✗ belong to servers that are wrong somewhere; a red word stands where a server was wrong ' +
    'under this very load and so has no number.',
  isFor: (data) => hasCells(data, rateOf),
  spec: (data, theme) => barsSpec(cellPanels(data, theme, rateOf), theme),
  alt: (data) => `Throughput. ${cellsInWords(data, rateOf)}`,
}
