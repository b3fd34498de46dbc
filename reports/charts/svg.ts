/**
 * A Vega-Lite specification as SVG text, without a browser. The only file here that loads Vega.
 *
 * The same input gives the same bytes: ids start from zero and coordinates are rounded, because the
 * last digits of sines and logarithms differ between machines.
 */
import * as vega from 'vega'
import { compile } from 'vega-lite'
import type { BenchResult } from '../../bench/result.ts'
import type { CompareResult } from '../report.ts'
import { type Chart, type ChartData, chartDataOfBench, chartDataOfCompare } from './chart.ts'
import { FONT_SIZE_PX } from './config.ts'
import { CHARTS } from './registry.ts'
import { textWidthPx } from './text-width.ts'
import { THEME_NAMES, type ThemeName, themeOf } from './theme.ts'

/** Vega's hook for hosts without a canvas: its own guess is half as wide again. Not typed. */
interface TextMetrics {
  width(item: { fontSize?: number }, text: unknown): number
}

const { textMetrics } = vega as unknown as { textMetrics: TextMetrics }
textMetrics.width = ({ fontSize }, text) => textWidthPx(String(text), fontSize ?? FONT_SIZE_PX)

const LONG_NUMBER = /-?\d+\.\d{3,}(?:e-?\d+)?/g

const ARIA = / (?:role|aria-[a-z]+)="[^"]*"/g

/** Only in drawing attributes: a label is text and stays as it is. */
const roundCoordinates = (svg: string): string =>
  svg.replace(/ (?:d|transform|x2?|y2?|width|height)="[^"]*"/g, (attribute) =>
    attribute.replace(LONG_NUMBER, (digits) => String(Math.round(Number(digits) * 100) / 100)),
  )

export const renderChart = async (
  chart: Chart,
  data: ChartData,
  theme: ThemeName,
  described = false,
): Promise<string> => {
  // Reports never print: what Vega has to say about a specification, the tests ask for.
  const logger = vega.logger(vega.Error)
  const drawn = chart.spec(data, themeOf(theme))
  if (described) drawn.config = { ...drawn.config, aria: true }
  const { spec } = compile(drawn, { logger })
  vega.resetSVGDefIds()
  const view = new vega.View(vega.parse(spec), { renderer: 'none', logLevel: vega.Error })
  try {
    const svg = roundCoordinates(await view.toSVG())
    return `${described ? svg : svg.replace(ARIA, '')}\n`
  } finally {
    view.finalize()
  }
}

export interface RenderedChart {
  readonly name: string
  readonly theme: ThemeName
  readonly svg: string
}

/**
 * Every chart that the data can fill, in both themes. `described`: each mark says its figure, for a
 * page that shows it under the pointer; inside an image nobody would see it.
 */
export const renderCharts = async (
  data: ChartData,
  described = false,
): Promise<RenderedChart[]> => {
  const rendered: RenderedChart[] = []
  // One after the other: ids inside the SVG are counted globally.
  for (const chart of CHARTS.filter((one) => one.isFor(data))) {
    for (const theme of THEME_NAMES) {
      rendered.push({
        name: chart.name,
        theme,
        svg: await renderChart(chart, data, theme, described),
      })
    }
  }
  return rendered
}

export const renderBenchCharts = (result: BenchResult): Promise<RenderedChart[]> =>
  renderCharts(chartDataOfBench(result))

export const renderCompareCharts = (result: CompareResult): Promise<RenderedChart[]> =>
  renderCharts(chartDataOfCompare(result))
