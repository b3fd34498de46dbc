/** Charts as pictures in two themes, with their figures in the alternative text. */
import type { Chart, ChartData } from '../charts/chart.ts'
import { CHART_WIDTH_PX } from '../charts/chart.ts'
import { CHARTS } from '../charts/registry.ts'
import type { ThemeName } from '../charts/theme.ts'
import { picture } from '../markdown.ts'

/** Where the report finds a picture: `charts/throughput-light.svg`. */
export type ChartPath = (name: string, theme: ThemeName) => string

const chartSection = (chart: Chart, data: ChartData, chartPath: ChartPath): string =>
  [
    `### ${chart.title}`,
    chart.caption,
    picture(
      chartPath(chart.name, 'light'),
      chartPath(chart.name, 'dark'),
      chart.alt(data),
      CHART_WIDTH_PX,
    ),
  ].join('\n\n')

/** Null where there is nothing to draw. */
export const chartSections = (data: ChartData, chartPath: ChartPath): string | null => {
  const charts = CHARTS.filter((chart) => chart.isFor(data))
  if (charts.length === 0) return null
  return charts.map((chart) => chartSection(chart, data, chartPath)).join('\n\n')
}
