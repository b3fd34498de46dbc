/** Throughput over the size of messages, a line for each subject: where which cost takes over. */
import type { TopLevelSpec } from 'vega-lite'
import type { BenchCell } from '../../bench/result.ts'
import { MESSAGES_PER_SECOND } from '../metric.ts'
import { COUNT, quantity, size } from '../units.ts'
import { subjectLabel } from './cell-bars.ts'
import { CHART_WIDTH_PX, type Chart, type ChartData } from './chart.ts'
import { configFor } from './config.ts'
import { seriesColour, type Theme } from './theme.ts'

const PANELS_MAX = 2
const HEIGHT_PX = 260
/** Beside the plot: figures of the axis and its title. */
const AXIS_PX = 72

interface Point {
  label: string
  messageBytes: number
  rate: number
  low: number
  high: number
  tip: string
}

const isMeasured = (cell: BenchCell): boolean =>
  cell.throughputPerSecond !== null && cell.parameters.messageBytes > 0

/** Everything but the size: what is the same along a line. */
const restOf = ({ parameters }: BenchCell): string => {
  const { messageBytes, depth, ...rest } = parameters
  return JSON.stringify(Object.entries(rest).sort())
}

/** Scenarios that somebody was measured in with two sizes or more, all else alike. */
const scenariosOf = (data: ChartData): string[] => {
  const cells = data.subjects.flatMap((subject) => subject.cells.filter(isMeasured))
  const names = [...new Set(cells.map(({ scenario }) => scenario))]
  return names.filter((name) => pointsOf(data, name).length > 0).slice(0, PANELS_MAX)
}

function pointsOf(data: ChartData, scenario: string): Point[] {
  return data.subjects.flatMap((subject) => {
    const cells = subject.cells.filter((cell) => cell.scenario === scenario && isMeasured(cell))
    const alike = cells.filter((cell) => restOf(cell) === restOf(cells[0]!))
    if (new Set(alike.map(({ parameters }) => parameters.messageBytes)).size < 2) return []
    return alike
      .map((cell) => pointOf(cell, subjectLabel(subject)))
      .toSorted((left, right) => left.messageBytes - right.messageBytes)
  })
}

const pointOf = (cell: BenchCell, label: string): Point => {
  const rate = cell.throughputPerSecond!
  const spread = MESSAGES_PER_SECOND.spread(cell) ?? { low: rate, high: rate }
  const { messageBytes } = cell.parameters
  const tip = `${label}, ${size(messageBytes)}: ${quantity(rate, COUNT)} messages/s`
  return { label, messageBytes, rate, ...spread, tip }
}

const panelSpec = (data: ChartData, scenario: string, theme: Theme, widthPx: number) => {
  const points = pointsOf(data, scenario)
  const sizes = [...new Set(points.map(({ messageBytes }) => messageBytes))]
  const words = sizes.map((bytes) => `datum.value === ${bytes} ? '${size(bytes)}' : `).join('')
  const x = {
    field: 'messageBytes',
    type: 'quantitative',
    title: 'message',
    scale: { type: 'log', base: 2, nice: false, padding: 12 },
    axis: { values: sizes, labelExpr: `${words}''`, grid: false },
  } as const
  const y = {
    field: 'rate',
    type: 'quantitative',
    title: 'messages/s',
    scale: { type: 'log' },
    axis: { format: '~s', tickCount: 6 },
  } as const
  const domain = data.subjects.map(subjectLabel)
  const range = data.subjects.map((_, index) => seriesColour(theme, index))
  const shown = domain.filter((label) => points.some((point) => point.label === label))
  const legend = { values: shown }
  const color = {
    field: 'label',
    type: 'nominal',
    title: null,
    scale: { domain, range },
    legend,
  } as const
  return {
    title: { text: scenario, subtitle: ['messages/s by size of the message'] },
    width: widthPx,
    height: HEIGHT_PX,
    data: { values: points },
    layer: [
      {
        mark: { type: 'line', strokeWidth: 2, aria: false },
        encoding: { x, y, color },
      },
      {
        mark: { type: 'rule', strokeWidth: 1.5, aria: false },
        encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' }, color },
      },
      {
        mark: { type: 'point', filled: true, size: 36, opacity: 1 },
        encoding: { x, y, color, description: { field: 'tip' } },
      },
    ],
  } as const
}

const spec = (data: ChartData, theme: Theme): TopLevelSpec => {
  const scenarios = scenariosOf(data)
  const widthPx = Math.floor(CHART_WIDTH_PX / scenarios.length) - AXIS_PX
  const config = configFor(theme)
  return {
    config: { ...config, legend: { ...config.legend, orient: 'bottom', columns: 3 } },
    hconcat: scenarios.map((scenario) => panelSpec(data, scenario, theme, widthPx)),
  } as unknown as TopLevelSpec
}

const inWords = (data: ChartData, scenario: string): string => {
  const labels = [...new Set(pointsOf(data, scenario).map(({ label }) => label))]
  const lines = labels.map((label) => {
    const points = pointsOf(data, scenario).filter((point) => point.label === label)
    const figures = points.map(
      ({ messageBytes, rate }) => `${quantity(rate, COUNT)} of ${size(messageBytes)}`,
    )
    return `${label} ${figures.join(', ')}`
  })
  return `${scenario} (messages/s): ${lines.join('; ')}.`
}

export const sizesChart: Chart = {
  name: 'sizes',
  title: 'Throughput by size of the message',
  caption:
    'Small messages are as fast as a server can split them, large ones as fast as it can move ' +
    'bytes; both axes are logarithmic. Upright lines: lowest and highest launch.',
  isFor: (data) => scenariosOf(data).length > 0,
  spec,
  alt: (data) =>
    `Throughput by size. ${scenariosOf(data)
      .map((scenario) => inWords(data, scenario))
      .join(' ')}`.replaceAll('\u00a0', ' '),
}
