/** Charts inside the page, drawn for both themes; the stylesheet shows the one that fits. */
import type { ChartData } from '../charts/chart.ts'
import { CHARTS } from '../charts/registry.ts'
import type { RenderedChart } from '../charts/svg.ts'
import { inline, type Markup, markup, trusted } from './markup.ts'

/**
 * Ids are unique in a file and not in a page that holds several: each picture gets its own. It is
 * one image to a screen reader, which is told the figures in words; what Vega says of each mark
 * becomes the text of its tooltip.
 */
const fitForPage = ({ name, theme, svg }: RenderedChart): string =>
  svg
    .replace(/ (?:role|aria-roledescription|aria-hidden)="[^"]*"/g, '')
    .replace(/ aria-label="([^"]*)"/g, ' data-tip="$1"')
    .replace(/\bid="([^"]+)"/g, `id="${name}-${theme}-$1"`)
    .replace(/url\(#([^)]+)\)/g, `url(#${name}-${theme}-$1)`)

export const chartFigures = (
  data: ChartData,
  rendered: readonly RenderedChart[],
): Markup | null => {
  const figures = CHARTS.filter((chart) => rendered.some(({ name }) => name === chart.name)).map(
    (chart) => {
      const pictures = rendered
        .filter(({ name }) => name === chart.name)
        .map(
          (one) =>
            markup`<div class="chart ${one.theme}" role="img" aria-label="${chart.alt(data)}">${trusted(fitForPage(one))}</div>\n`,
        )
      return markup`<figure><figcaption><h3>${chart.title}</h3><p>${inline(chart.caption)}</p></figcaption>\n${pictures}</figure>\n`
    },
  )
  if (figures.length === 0) return null
  return markup`<section aria-labelledby="charts"><h2 id="charts">Charts</h2>\n${figures}</section>`
}
