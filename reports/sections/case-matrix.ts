/**
 * Every case against every subject. Categories in which nobody did anything but pass are folded:
 * a reader looks for what is wrong.
 */
import type { CaseResult, ConformRun, Level } from '../../conformance/result.ts'
import { categoriesOf, categoryOf, MARKS, type Mark, markOf, markWord } from '../case-mark.ts'
import { type Column, code, details, html, table, text, withNote } from '../markdown.ts'
import { NO_BREAK_SPACE, plural } from '../units.ts'

/** One column of the matrix. */
export interface MatrixColumn {
  readonly label: string
  readonly run: ConformRun
}

interface MatrixRow {
  readonly id: string
  readonly level: Level
  /** One a column; absent where the case was not run there. */
  readonly results: readonly (CaseResult | undefined)[]
}

const markCell = (result: CaseResult | undefined): string => {
  if (result === undefined) return ''
  const { symbol } = MARKS[markOf(result)]
  const word = markWord(result)
  return word === '' ? symbol : `${symbol}${NO_BREAK_SPACE}${text(word)}`
}

const rowsOf = (columns: readonly MatrixColumn[]): MatrixRow[] => {
  const byRun = columns.map(({ run }) => new Map(run.cases.map((one) => [one.id, one])))
  const ids = new Set(columns.flatMap(({ run }) => run.cases.map(({ id }) => id)))
  return [...ids].map((id) => {
    const results = byRun.map((cases) => cases.get(id))
    return { id, level: results.find((one) => one !== undefined)!.level, results }
  })
}

const isAllPass = ({ results }: MatrixRow): boolean =>
  results.every((one) => one === undefined || ['pass', 'unsupported'].includes(markOf(one)))

/** Nearly all are MUST: only the others say what they are. */
const levelNote = (level: Level): string => {
  if (level === 'must') return ''
  return level === 'should' ? 'SHOULD' : 'observed, not judged'
}

const categoryTable = (columns: readonly MatrixColumn[], rows: readonly MatrixRow[]): string => {
  const header: Column[] = [
    { title: 'case', align: 'left' },
    ...columns.map(({ label }): Column => ({ title: code(label), align: 'left' })),
  ]
  const body = rows.map(({ id, level, results }) => [
    withNote(code(id.slice(id.indexOf('/') + 1)), levelNote(level)),
    ...results.map(markCell),
  ])
  return table(header, body)
}

const categorySection = (
  category: string,
  columns: readonly MatrixColumn[],
  rows: readonly MatrixRow[],
): string => {
  const body = categoryTable(columns, rows)
  if (!rows.every(isAllPass)) return `#### ${text(category)}\n\n${body}`
  const summary = `✅ <b>${html(category)}</b>: ${plural(rows.length, 'case')}, nothing wrong`
  return details(summary, body)
}

/** The symbols that occur, with their meaning. */
const legend = (results: readonly CaseResult[]): string => {
  const marks = new Set(results.map(markOf))
  const entries = (Object.keys(MARKS) as Mark[])
    .filter((mark) => marks.has(mark))
    .map((mark) => `${MARKS[mark].symbol} ${MARKS[mark].meaning}`)
  return `<sub>${entries.join('<br>')}</sub>`
}

/** Null where nothing was run. */
export const caseMatrix = (columns: readonly MatrixColumn[]): string | null => {
  const rows = rowsOf(columns)
  if (rows.length === 0) return null
  const runs = columns.map(({ run }) => run)
  const sections = categoriesOf(runs).map((category) =>
    categorySection(
      category,
      columns,
      rows.filter(({ id }) => categoryOf(id) === category),
    ),
  )
  return [legend(runs.flatMap(({ cases }) => cases)), ...sections].join('\n\n')
}
