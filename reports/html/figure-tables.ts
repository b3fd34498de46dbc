/** Every measured cell, a table a workload. */
import type { BenchCell } from '../../bench/result.ts'
import {
  BYTE_RATE,
  CPU_PER_MESSAGE,
  figure,
  MESSAGES_PER_SECOND,
  type Metric,
  ROUND_TRIP_P50,
  ROUND_TRIP_P99,
  spreadText,
} from '../metric.ts'
import { plural } from '../units.ts'
import { parametersInWords, scenariosOf, type Workload, workloadsOf } from '../workload.ts'
import { type Markup, markup } from './markup.ts'

const COLUMNS: readonly Metric[] = [
  MESSAGES_PER_SECOND,
  BYTE_RATE,
  ROUND_TRIP_P50,
  ROUND_TRIP_P99,
  CPU_PER_MESSAGE,
]

const figureCell = (metric: Metric, cell: BenchCell): Markup => {
  const value = figure(metric, cell)
  const spread = spreadText(metric, cell)
  return markup`<td class="number">${value ?? '—'}${spread === '' ? null : markup` <small>${spread}</small>`}</td>`
}

/** Folded: they are many on a noisy machine, and the same for all. */
const notesOf = ({ warnings }: BenchCell): Markup | null =>
  warnings.length === 0
    ? null
    : markup` <details><summary>${plural(warnings.length, 'note')}</summary>${warnings.map((one) => markup`<div>${one}</div>`)}</details>`

const cellRow = (cell: BenchCell): Markup => {
  const { struck } = cell
  const name = markup`<th scope="row"><span>${cell.subject}</span>${notesOf(cell)}</th>`
  if (struck !== null) {
    return markup`<tr>${name}<td colspan="${COLUMNS.length}" class="struck"><b>${struck.symptom}</b>: ${struck.detail}</td></tr>\n`
  }
  return markup`<tr>${name}${COLUMNS.map((metric) => figureCell(metric, cell))}</tr>\n`
}

const workloadTable = (
  workload: Workload,
): Markup => markup`<div class="scroll" tabindex="0" role="region" aria-label="${workload.scenario}, ${parametersInWords(workload)}"><table class="figures"><caption>${parametersInWords(workload)}</caption>
<thead><tr><th scope="col">subject</th>${COLUMNS.map(({ title }) => markup`<th scope="col">${title}</th>`)}</tr></thead>
<tbody>${workload.cells.map(cellRow)}</tbody></table></div>`

export const figureTables = (cells: readonly BenchCell[]): Markup | null => {
  if (cells.length === 0) return null
  const workloads = workloadsOf(cells)
  const sections = scenariosOf(cells).map(
    (scenario) =>
      markup`<h3>${scenario}</h3>\n${workloads.filter((one) => one.scenario === scenario).map(workloadTable)}`,
  )
  return markup`<section aria-labelledby="figures"><h2 id="figures">Every figure</h2>\n<p>Median of the launches; beside it the lowest and the highest.</p>\n${sections}</section>`
}
