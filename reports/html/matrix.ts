/** The matrix subjects × cases, and the controls that narrow it down. */
import type { CaseResult } from '../../conformance/result.ts'
import { categoriesOf, categoryOf, MARKS, type Mark, markOf, markWord } from '../case-mark.ts'
import { plural } from '../units.ts'
import { SIGNS } from './mark-sign.ts'
import { type Markup, markup } from './markup.ts'
import type { RunColumn } from './run-column.ts'

interface Row {
  readonly id: string
  readonly results: readonly (CaseResult | undefined)[]
}

const rowsOf = (columns: readonly RunColumn[]): Row[] => {
  const ids = new Set(columns.flatMap(({ run }) => run.cases.map(({ id }) => id)))
  return [...ids].map((id) => ({ id, results: columns.map(({ byId }) => byId.get(id)) }))
}

/** A button that opens the evidence. Its place is all that the script needs to know. */
const cell = (
  result: CaseResult | undefined,
  row: Row,
  column: RunColumn,
  index: number,
): Markup => {
  if (result === undefined) return markup`<td></td>`
  const mark = markOf(result)
  const word = markWord(result)
  const said = `${row.id}, ${column.label}: ${word || mark}`
  const shown = markup`<span aria-hidden="true">${SIGNS[mark]}</span>`
  return markup`<td><button type="button" tabindex="-1" class="cell ${mark}" data-mark="${mark}"
data-run="${index}" data-case="${row.id}" aria-label="${said}">${shown}${word && ` ${word}`}</button></td>`
}

const rowMarkup = (row: Row, columns: readonly RunColumn[]): Markup => {
  const first = row.results.find((one) => one !== undefined)!
  const level = first.level === 'must' ? null : markup` <small>${first.level}</small>`
  const cells = row.results.map((result, index) => cell(result, row, columns[index]!, index))
  const name = row.id.slice(row.id.indexOf('/') + 1)
  return markup`<tr data-id="${row.id}"><th scope="row">${name}${level}</th>${cells}</tr>\n`
}

const group = (category: string, rows: readonly Row[], columns: readonly RunColumn[]): Markup =>
  markup`<tbody data-category="${category}"><tr class="category"><th scope="rowgroup" colspan="${columns.length + 1}">${category}</th></tr>\n${rows.map((row) => rowMarkup(row, columns))}</tbody>\n`

const marksIn = (rows: readonly Row[]): Mark[] => {
  const marks = new Set(
    rows.flatMap(({ results }) => results.flatMap((one) => (one ? [markOf(one)] : []))),
  )
  return (Object.keys(MARKS) as Mark[]).filter((mark) => marks.has(mark))
}

const controls = (rows: readonly Row[], columns: readonly RunColumn[]): Markup => {
  const marks = marksIn(rows).map(
    (mark) =>
      markup`<label title="${MARKS[mark].meaning}"><input type="checkbox" name="mark" value="${mark}"> ${SIGNS[mark]} ${mark}</label>\n`,
  )
  const subjects = columns.map(
    ({ label }, index) =>
      markup`<label><input type="checkbox" name="run" value="${index}" checked> ${label}</label>\n`,
  )
  return markup`<form class="controls" id="filters" role="search" aria-label="Filter the cases">
<label class="search">Search
<input type="search" id="search" placeholder="case, clause or symptom" autocomplete="off"></label>
<fieldset><legend>Only rows with</legend>${marks}</fieldset>
<details class="subjects"><summary>Subjects</summary>
<fieldset><legend>Columns shown</legend>${subjects}</fieldset></details>
<p id="shown" role="status" aria-live="polite">${plural(rows.length, 'case')}</p>
</form>`
}

const legend = (rows: readonly Row[]): Markup =>
  markup`<ul class="legend">${marksIn(rows).map((mark) => markup`<li><b>${SIGNS[mark]} ${mark}</b>: ${MARKS[mark].meaning}</li>`)}</ul>`

export const matrix = (columns: readonly RunColumn[]): Markup | null => {
  const rows = rowsOf(columns)
  if (rows.length === 0) return null
  const groups = categoriesOf(columns.map(({ run }) => run)).map((category) =>
    group(
      category,
      rows.filter(({ id }) => categoryOf(id) === category),
      columns,
    ),
  )
  const heads = columns.map(({ label }) => markup`<th scope="col"><span>${label}</span></th>`)
  return markup`
<section aria-labelledby="cases"><h2 id="cases">Every case</h2>
<p>Choose a cell to see what was sent, expected and received.
The arrow keys move from cell to cell.</p>
${controls(rows, columns)}
<div class="scroll" id="matrix" role="region" aria-labelledby="cases" tabindex="0">
<table class="matrix${columns.length > 8 ? ' many' : ''}">
<caption class="unseen">Outcome of each case (rows) for each subject (columns)</caption>
<thead><tr><th scope="col">case</th>${heads}</tr></thead>
${groups}</table></div>
${legend(rows)}</section>`
}
