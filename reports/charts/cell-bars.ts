/** Bars of one figure for every subject, one panel a scenario: what throughput and cost share. */
import type { BenchCell } from '../../bench/result.ts'
import { figure, type Metric } from '../metric.ts'
import { isWrongUnderLoad } from '../struck.ts'
import { size } from '../units.ts'
import { headlineWorkloads, type Workload } from '../workload.ts'
import type { Bar, Panel } from './bars.ts'
import type { ChartData, ChartSubject } from './chart.ts'
import { seriesColour, type Theme } from './theme.ts'

/** Pale bars need a word: this is it, behind the name. */
export const subjectLabel = ({ label, standing }: ChartSubject): string =>
  standing === 'wrong' ? `${label} ✗` : label

const cellOf = (workload: Workload, subject: ChartSubject): BenchCell | null =>
  workload.cells.find((cell) => subject.cells.includes(cell)) ?? null

const barText = (metric: Metric, cell: BenchCell | null): string => {
  if (cell === null) return 'not measured'
  if (cell.struck === null) return figure(metric, cell) ?? 'not seen'
  return isWrongUnderLoad(cell) ? `✗ ${cell.struck.symptom}` : cell.struck.symptom
}

const barOf = (
  metric: Metric,
  cell: BenchCell | null,
  subject: ChartSubject,
  colour: string,
  fullShareOf: FullShareOf,
): Bar => {
  const value = cell === null ? null : metric.value(cell)
  const hasSpread = cell !== null && value !== null && cell.launches.length > 1
  const spread = hasSpread ? metric.spread(cell) : null
  const fullShare = cell === null ? undefined : fullShareOf(cell)
  return {
    label: subjectLabel(subject),
    colour,
    value,
    isStruck: cell !== null && isWrongUnderLoad(cell),
    low: spread?.low ?? null,
    high: spread?.high ?? null,
    text: barText(metric, cell),
    isPale: subject.standing === 'wrong',
    ...(fullShare !== undefined && { fullShare }),
  }
}

/** The part of a bar that is drawn full; undefined for all of it. */
type FullShareOf = (cell: BenchCell) => number | undefined

const inFlight = ({ parameters }: Workload): string => {
  const { messageBytes, depth, connections } = parameters
  const many = connections === 1 ? '' : `, ${connections.toLocaleString('en-US')} connections`
  const deep = depth === 1 ? 'one in flight' : `${depth.toLocaleString('en-US')} in flight`
  return `${size(messageBytes)}, ${deep}${many}`
}

/** Chooses the figure of each scenario; null leaves the scenario out. */
export type MetricOf = (scenario: string) => Metric | null

/** One panel a scenario, but for those where nobody has a figure. */
export const cellPanels = (
  data: ChartData,
  theme: Theme,
  metricOf: MetricOf,
  fullShareOf: FullShareOf = () => undefined,
): Panel[] =>
  measuredWorkloads(data, metricOf).map(({ workload, metric }) => ({
    title: workload.scenario,
    subtitle: [inFlight(workload), `${metric.title}, ${metric.better} is better`],
    bars: data.subjects.map((subject, index) =>
      barOf(metric, cellOf(workload, subject), subject, seriesColour(theme, index), fullShareOf),
    ),
  }))

const measuredWorkloads = (data: ChartData, metricOf: MetricOf) =>
  headlineWorkloads(data.subjects.flatMap(({ cells }) => cells)).flatMap((workload) => {
    const metric = metricOf(workload.scenario)
    const isMeasured = workload.cells.some((cell) => metric !== null && metric.value(cell) !== null)
    return metric !== null && isMeasured ? [{ workload, metric }] : []
  })

export const hasCells = (data: ChartData, metricOf: MetricOf): boolean =>
  measuredWorkloads(data, metricOf).length > 0

/** `pipelined (messages/s): length-prefixed 1.91 M, naive-recv none (merged). bulk …` */
export const cellsInWords = (data: ChartData, metricOf: MetricOf): string =>
  measuredWorkloads(data, metricOf)
    .map(({ workload, metric }) => {
      const figures = data.subjects.map((subject) => {
        const cell = cellOf(workload, subject)
        const text = barText(metric, cell)
        return `${subject.label} ${cell?.struck ? `none (${cell.struck.symptom})` : text}`
      })
      return `${workload.scenario} (${metric.title}): ${figures.join(', ')}.`
    })
    .join(' ')
    .replaceAll('\u00a0', ' ')
