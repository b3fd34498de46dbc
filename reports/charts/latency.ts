/**
 * Round trips by percentile, on an axis where each step to the right is ten times rarer: the whole
 * tail is visible, not one point of it. Curves come from the merged HDR histograms; they stop where
 * fewer than ten round trips are left, and the maximum stands apart.
 */
import { decodeFromCompressedBase64 } from 'hdr-histogram-js'
import type { TopLevelSpec } from 'vega-lite'
import type { BenchCell } from '../../bench/result.ts'
import { DURATION_NS, quantity, size } from '../units.ts'
import { headlineWorkloads, type Workload } from '../workload.ts'
import { subjectLabel } from './cell-bars.ts'
import { CHART_WIDTH_PX, type Chart, type ChartData, type ChartSubject } from './chart.ts'
import { configFor } from './config.ts'
import { seriesColour, type Theme } from './theme.ts'

/** Scenarios about latency; any other stands in where none of these was measured. */
const LATENCY_SCENARIOS: readonly string[] = ['ping-pong', 'open-loop', 'nagle']

const PANELS_MAX = 2
const CURVES_MAX = 8
const POINTS_PER_DECADE = 12
const RARITY_MAX = 1e5

/** 1 in 2 is p50, 1 in 100 is p99. */
interface Point {
  label: string
  rarity: number
  ns: number
}

const PERCENTILES = [
  { rarity: 2, name: '50 %', of: 'p50' },
  { rarity: 10, name: '90 %', of: 'p90' },
  { rarity: 100, name: '99 %', of: 'p99' },
  { rarity: 1000, name: '99.9 %', of: 'p999' },
] as const

const FURTHER = { rarity: 10_000, name: '99.99 %' }
/** What the label of the maximum keeps free in front of it, as a factor. */
const MAXIMUM_APART = 10 ** 0.5

const curveOf = (cell: BenchCell, label: string): Point[] => {
  if (cell.histogram === null) {
    return PERCENTILES.map(({ rarity, of }) => ({ label, rarity, ns: cell.latencyNs![of] }))
  }
  const histogram = decodeFromCompressedBase64(cell.histogram)
  const rarityMax = Math.max(2, Math.min(RARITY_MAX, histogram.totalCount / 10))
  const steps = Math.ceil(Math.log10(rarityMax) * POINTS_PER_DECADE)
  return Array.from({ length: steps + 1 }, (_, step) => {
    const rarity = Math.min(rarityMax, 10 ** (step / POINTS_PER_DECADE))
    return { label, rarity, ns: histogram.getValueAtPercentile(100 * (1 - 1 / rarity)) }
  })
}

interface LatencyPanel {
  workload: Workload
  curves: Point[]
  maxima: Point[]
  rarityOfMaximum: number
}

const cellsOf = (workload: Workload, data: ChartData) =>
  data.subjects.flatMap((subject) => {
    const cell = workload.cells.find((one) => subject.cells.includes(one))
    return cell === undefined ? [] : [{ subject, cell }]
  })

const workloadsFor = (data: ChartData): Workload[] => {
  const measured = headlineWorkloads(data.subjects.flatMap(({ cells }) => cells)).filter(
    ({ cells }) => cells.some(({ latencyNs }) => latencyNs !== null),
  )
  const preferred = measured.filter(({ scenario }) => LATENCY_SCENARIOS.includes(scenario))
  return (preferred.length > 0 ? preferred : measured).slice(0, PANELS_MAX)
}

/** The right ones first: more curves than there are colours cannot be told apart. */
const shownSubjects = (data: ChartData): ChartSubject[] => {
  const rank = ({ standing }: ChartSubject) => (standing === 'wrong' ? 1 : 0)
  const measured = data.subjects.filter(({ cells }) =>
    cells.some(({ latencyNs }) => latencyNs !== null),
  )
  const first = measured.toSorted((left, right) => rank(left) - rank(right)).slice(0, CURVES_MAX)
  return data.subjects.filter((subject) => first.includes(subject))
}

const panelOf = (workload: Workload, data: ChartData): LatencyPanel => {
  const shown = shownSubjects(data)
  const measured = cellsOf(workload, data).filter(
    ({ subject, cell }) => cell.latencyNs !== null && shown.includes(subject),
  )
  const curves = measured.flatMap(({ subject, cell }) => curveOf(cell, subjectLabel(subject)))
  const rarest = Math.max(1000, ...curves.map(({ rarity }) => rarity))
  const rarityOfMaximum = rarest * MAXIMUM_APART
  const maxima = measured.map(({ subject, cell }) => ({
    label: subjectLabel(subject),
    rarity: rarityOfMaximum,
    ns: cell.latencyNs!.max,
  }))
  return { workload, curves, maxima, rarityOfMaximum }
}

/** 1, 2, 5, 10, 20 … from just below the lowest to just above the highest. */
const roundValues = (points: readonly Point[]): number[] => {
  const lowest = Math.max(1, Math.min(...points.map(({ ns }) => ns)))
  const highest = Math.max(...points.map(({ ns }) => ns))
  const all = Array.from({ length: 12 }, (_, power) => [1, 2, 5].map((n) => n * 10 ** power)).flat()
  const first = all.findLastIndex((value) => value <= lowest)
  const last = all.findIndex((value) => value >= highest)
  return all.slice(Math.max(0, first), last === -1 ? all.length : last + 1)
}

const DASHED = [4, 3]
const LONG_DASHES = [12, 3]
const SOLID = [1, 0]

/** Wrong ones are dashed and thin; long dashes are for a colour that is used a second time. */
const dashOf = ({ standing }: ChartSubject, index: number, colours: number): number[] => {
  if (standing === 'wrong') return DASHED
  return index < colours ? SOLID : LONG_DASHES
}

const scalesFor = (data: ChartData, theme: Theme) => {
  const shown = shownSubjects(data).map((subject) => {
    return { subject, index: data.subjects.indexOf(subject) }
  })
  const domain = shown.map(({ subject }) => subjectLabel(subject))
  const wrong = shown.filter(({ subject }) => subject.standing === 'wrong')
  const scaled = (range: (string | number[])[]) =>
    ({ field: 'label', type: 'nominal', title: null, scale: { domain, range } }) as const
  const dashes = shown.map(({ subject, index }) => dashOf(subject, index, theme.series.length))
  return {
    color: scaled(shown.map(({ index }) => seriesColour(theme, index))),
    strokeDash: scaled(dashes),
    strokeWidth: {
      condition: {
        test: { field: 'label', oneOf: wrong.map(({ subject }) => subjectLabel(subject)) },
        value: 1.5,
      },
      value: 2.5,
    },
  } as const
}

const xOf = ({ rarityOfMaximum }: LatencyPanel) => {
  const names: Record<number, string> = { [rarityOfMaximum]: 'max' }
  for (const { rarity, name } of PERCENTILES) names[rarity] = name
  if (FURTHER.rarity * MAXIMUM_APART <= rarityOfMaximum) names[FURTHER.rarity] = FURTHER.name
  return {
    field: 'rarity',
    type: 'quantitative',
    scale: { type: 'log', domain: [1, rarityOfMaximum * 1.3], nice: false },
    axis: {
      title: 'share of round trips that were at least as fast',
      values: Object.keys(names).map(Number),
      labelExpr: `${JSON.stringify(names)}[datum.value]`,
      labelOverlap: false,
      gridOpacity: 0.6,
      ticks: false,
    },
  } as const
}

const yOf = (panel: LatencyPanel) => {
  const values = roundValues([...panel.curves, ...panel.maxima])
  const labels = Object.fromEntries(values.map((ns) => [ns, quantity(ns, DURATION_NS)]))
  const short = JSON.stringify(labels).replace(/\.0+(?=\u00a0)/g, '')
  return {
    field: 'ns',
    type: 'quantitative',
    scale: { type: 'log', domain: [values[0]!, values.at(-1)!], nice: false },
    axis: {
      title: null,
      values,
      labelExpr: `${short}[datum.value]`,
      labelOverlap: true,
      gridOpacity: 0.6,
      ticks: false,
      domain: false,
    },
  } as const
}

const panelSpec = (panel: LatencyPanel, data: ChartData, theme: Theme, widthPx: number) => {
  const { scenario, parameters } = panel.workload
  const { color, strokeDash, strokeWidth } = scalesFor(data, theme)
  const isCut = shownSubjects(data).length === CURVES_MAX && data.subjects.length > CURVES_MAX
  const left = isCut ? ` (${CURVES_MAX} of ${data.subjects.length}; all are in the table)` : ''
  const [x, y] = [xOf(panel), yOf(panel)]
  return {
    title: { text: scenario, subtitle: [`${size(parameters.messageBytes)}, round trip${left}`] },
    width: widthPx,
    height: 300,
    layer: [
      {
        data: { values: panel.curves },
        mark: { type: 'line', interpolate: 'monotone' },
        encoding: { x, y, color, strokeDash, strokeWidth, description: { field: 'label' } },
      },
      {
        data: {
          values: panel.maxima.map((one) => ({
            ...one,
            tip: `${one.label}: at most ${quantity(one.ns, DURATION_NS)}`,
          })),
        },
        mark: { type: 'point', filled: true, size: 50, opacity: 1 },
        encoding: { x, y, color, description: { field: 'tip' } },
      },
    ],
  } as const
}

const latencySpec = (data: ChartData, theme: Theme): TopLevelSpec => {
  const panels = workloadsFor(data).map((workload) => panelOf(workload, data))
  const widthPx = Math.floor((CHART_WIDTH_PX - 64 * panels.length) / panels.length)
  const config = configFor(theme)
  return {
    config: {
      ...config,
      legend: {
        ...config.legend,
        orient: 'bottom',
        columns: 3,
        columnPadding: 24,
        symbolType: 'stroke',
        symbolSize: 400,
        symbolStrokeWidth: 2.5,
      },
    },
    hconcat: panels.map((panel) => panelSpec(panel, data, theme, widthPx)),
  } as unknown as TopLevelSpec
}

const inWords = (data: ChartData): string =>
  workloadsFor(data)
    .map((workload) => {
      const figures = cellsOf(workload, data).map(({ subject, cell }) => {
        if (cell.latencyNs === null) return `${subject.label} none (${cell.struck?.symptom})`
        const { p50, p99, max } = cell.latencyNs
        const [middle, rare, worst] = [p50, p99, max].map((ns) => quantity(ns, DURATION_NS))
        return `${subject.label} ${middle}, ${rare}, ${worst}`
      })
      return `${workload.scenario} (p50, p99, max): ${figures.join('; ')}.`
    })
    .join(' ')
    .replaceAll('\u00a0', ' ')

export const latencyChart: Chart = {
  name: 'latency',
  title: 'Latency by percentile',
  caption:
    'Each step to the right is ten times rarer. A curve that stays low far to the right has a ' +
    'short tail. Dashed: servers that are wrong somewhere.',
  isFor: (data) => workloadsFor(data).length > 0,
  spec: latencySpec,
  alt: (data) => `Round trips by percentile. ${inWords(data)}`,
}
