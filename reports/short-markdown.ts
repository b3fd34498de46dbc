/**
 * A result for a comment: the verdict, the figures at a glance, and what was not expected. It fits,
 * whatever is in it, and the whole report is where the rest is.
 */
import type { BenchResult } from '../bench/result.ts'
import type { CaseResult, ConformResult, ConformRun } from '../conformance/result.ts'
import { isUnexpected, MARKS, markOf, markWord } from './case-mark.ts'
import { benchSubjects } from './charts/chart.ts'
import { title } from './compare-markdown.ts'
import { runTable, verdictLine } from './conform-markdown.ts'
import { COMMENT_BYTES_MAX, cutTable, fitted } from './limits.ts'
import { type Column, code, partialAlert, section, shorten, text } from './markdown.ts'
import { recommend } from './recommendation.ts'
import { recommendationBox } from './recommendation-words.ts'
import type { CompareResult } from './report.ts'
import { benchTables } from './sections/bench-tables.ts'
import { summaryTable } from './sections/summary-table.ts'
import { subjectViews } from './standing.ts'
import { scenariosOf } from './workload.ts'

const RUNS_BYTES_MAX = 16_000
const CASES_BYTES_MAX = 28_000
const NAME_CHARACTERS_MAX = 60
const DETAIL_CHARACTERS_MAX = 200

const CASE_COLUMNS: readonly Column[] = [
  { title: 'case', align: 'left' },
  { title: 'subject', align: 'left' },
  { title: 'what was seen', align: 'left' },
]

const caseRow = ({ subject }: ConformRun, result: CaseResult): string[] => {
  const { symbol } = MARKS[markOf(result)]
  const [detail = ''] = result.detail.split('\n')
  const what = `${symbol} **${text(markWord(result))}** ${text(shorten(detail, DETAIL_CHARACTERS_MAX))}`
  const name = shorten(`${subject.name} (${subject.framing})`, NAME_CHARACTERS_MAX)
  return [code(result.id), code(name), what.trimEnd()]
}

function unexpectedTable(runs: readonly ConformRun[]): string | null {
  const rows = runs.flatMap((run) =>
    run.cases.filter(isUnexpected).map((result) => caseRow(run, result)),
  )
  if (rows.length === 0) return null
  return cutTable(CASE_COLUMNS, rows, { bytesMax: CASES_BYTES_MAX, noun: 'case' })
}

const problemLines = (runs: readonly ConformRun[]): string | null => {
  const problems = runs.flatMap((run) => run.problems)
  const rows = problems.map((problem) => [text(shorten(problem, DETAIL_CHARACTERS_MAX))])
  const limit = { bytesMax: CASES_BYTES_MAX / 4, noun: 'problem' }
  return rows.length === 0 ? null : cutTable([{ title: 'ledger', align: 'left' }], rows, limit)
}

const notAsExpected = ({ runs }: ConformResult): (string | null)[] => [
  section('Not as expected', unexpectedTable(runs)),
  problemLines(runs),
]

export function renderCompareShort(result: CompareResult): string {
  const { conform, bench } = result
  const parts = [
    title(result),
    partialAlert(result.partial || conform.partial || bench.partial),
    recommendationBox(recommend(result)),
    verdictLine(conform),
    section('At a glance', summaryTable(subjectViews(result))),
    ...notAsExpected(conform),
  ]
  return fitted(parts, COMMENT_BYTES_MAX)
}

/** Conformance alone, a bench alone, or both. */
export const renderShort = (conform: ConformResult | null, bench: BenchResult | null): string =>
  fitted(
    [...(conform ? conformParts(conform) : []), ...(bench ? benchParts(bench) : [])],
    COMMENT_BYTES_MAX,
  )

const conformParts = (result: ConformResult): (string | null)[] => [
  '# Conformance',
  partialAlert(result.partial),
  verdictLine(result),
  result.runs.length === 0 ? null : runTable(result.runs, RUNS_BYTES_MAX),
  ...notAsExpected(result),
]

/** A table a scenario: one that is too long does not take the others with it. */
function benchParts({ cells, partial }: BenchResult): (string | null)[] {
  const subjects = benchSubjects(cells)
  const tables = scenariosOf(cells).map((scenario) =>
    benchTables(
      cells.filter((cell) => cell.scenario === scenario),
      (cell) => subjects.find((one) => one.cells.includes(cell))?.label ?? cell.subject,
    ),
  )
  return ['# Bench', partialAlert(partial), ...tables]
}
