/** What a message costs the server in CPU time, user and system, its children included. */
import type { BenchCell } from '../../bench/result.ts'
import { CPU_PER_MESSAGE } from '../metric.ts'
import { barsSpec } from './bars.ts'
import { cellPanels, cellsInWords, hasCells } from './cell-bars.ts'
import type { Chart } from './chart.ts'

const metricOf = () => CPU_PER_MESSAGE

const userShare = ({ cpuSystemShare }: BenchCell): number | undefined =>
  cpuSystemShare === null ? undefined : 1 - cpuSystemShare

export const costChart: Chart = {
  name: 'cost',
  title: 'CPU per message',
  caption:
    'User (full) and system time (lighter) of the server’s process tree, divided by the messages ' +
    'it answered. The system time is the kernel’s work for it; the rest is its own, framing ' +
    'included.',
  isFor: (data) => hasCells(data, metricOf),
  spec: (data, theme) => barsSpec(cellPanels(data, theme, metricOf, userShare), theme),
  alt: (data) => `CPU time per message. ${cellsInWords(data, metricOf)}`,
}
