/** The report of `framegate compare`: one Markdown file, made to be read on GitHub. */
import type { BenchCell } from '../bench/result.ts'
import type { CaseResult } from '../conformance/result.ts'
import { chartDataOfCompare } from './charts/chart.ts'
import type { ThemeName } from './charts/theme.ts'
import { fitted, SUMMARY_BYTES_MAX } from './limits.ts'
import { alert, code, codeBlock, details, html, partialAlert, section, text } from './markdown.ts'
import { recommend } from './recommendation.ts'
import { recommendationBox, restrictedOnes, wrongOnes } from './recommendation-words.ts'
import type { CompareResult } from './report.ts'
import { benchTables } from './sections/bench-tables.ts'
import { caseList } from './sections/case-list.ts'
import { caseMatrix, type MatrixColumn } from './sections/case-matrix.ts'
import { chartSections } from './sections/charts-section.ts'
import { environmentTable, environmentWarnings } from './sections/environment.ts'
import { methodSection } from './sections/method.ts'
import { runMatrix, transportWord } from './sections/run-matrix.ts'
import { summaryTable } from './sections/summary-table.ts'
import { type SubjectView, subjectViews, wrongMustCases } from './standing.ts'
import { plural } from './units.ts'

export interface CompareMarkdownOptions {
  /** Where the report will find a picture, relative to itself. */
  chartPath(name: string, theme: ThemeName): string
}

const CASES_SHOWN_MAX = 5

const warnings = (result: CompareResult): string | null => {
  const { conform, bench } = result
  const lines = [
    ...environmentWarnings(bench.environment),
    ...conform.runs.flatMap(({ subject, problems }) =>
      problems.map((problem) => `${code(subject.name)}: ${text(problem)}`),
    ),
  ]
  return lines.length === 0 ? null : alert('WARNING', lines.map((one) => `- ${one}`).join('\n'))
}

/** A run over TCP stands for its subject; the others are in the table of all runs. */
const matrixColumns = (views: readonly SubjectView[]): MatrixColumn[] =>
  views.flatMap(({ label, runs }) => {
    const run = runs.find(({ subject }) => subject.transport === 'tcp') ?? runs[0]
    return run === undefined ? [] : [{ label, run }]
  })

const everyRun = (result: CompareResult, columns: readonly MatrixColumn[]): string | null => {
  const { runs } = result.conform
  if (runs.length <= columns.length) return null
  const intro = 'The same cases for every framing and transport; passed of those that apply.'
  return `${intro}\n\n${runMatrix(runs)}`
}

const wrongSection = (label: string, wrongCases: readonly CaseResult[]): string => {
  const unexpected = wrongCases.filter(({ expected }) => !expected).length
  const known = unexpected === 0 ? 'all known' : `${unexpected} not expected`
  const count = plural(wrongCases.length, 'MUST case')
  const summary = `<code>${html(label)}</code>: wrong in ${count}, ${known}`
  const unexpectedFirst = wrongCases.toSorted(
    (left, right) => Number(left.expected) - Number(right.expected),
  )
  return details(summary, caseList(unexpectedFirst, CASES_SHOWN_MAX))
}

const wentWrong = (result: CompareResult, views: readonly SubjectView[]): string => {
  const compared = views.map(({ label, wrongCases }) => ({ label, wrongCases }))
  const further = result.conform.runs
    .filter((run) => !views.some(({ runs }) => runs.includes(run)))
    .map(({ subject, cases }) => ({
      label: `${subject.name} (${subject.framing}, ${transportWord(subject)})`,
      wrongCases: wrongMustCases(cases),
    }))
  return [...compared, ...further]
    .filter(({ wrongCases }) => wrongCases.length > 0)
    .map(({ label, wrongCases }) => wrongSection(label, wrongCases))
    .join('\n\n')
}

export const title = ({ subjects, bench, conform }: CompareResult): string => {
  const cases = new Set(conform.runs.flatMap((run) => run.cases.map(({ id }) => id))).size
  const scenarios = new Set(bench.cells.map(({ scenario }) => scenario)).size
  const what = [
    plural(subjects.length, 'implementation'),
    plural(cases, 'conformance case'),
    plural(scenarios, 'scenario'),
  ].join(', ')
  return `# Which framing?\n\n${what}.`
}

const labelsOf = (views: readonly SubjectView[]) => (cell: BenchCell) =>
  views.find(({ cells }) => cells.includes(cell))?.label ?? `${cell.subject} (${cell.framing})`

/** The whole report. Reads nothing but its input; the same input gives the same text. */
export const renderCompareMarkdown = (
  result: CompareResult,
  options: CompareMarkdownOptions,
): string => {
  const views = subjectViews(result)
  const columns = matrixColumns(views)
  const { cells, environment } = result.bench
  const isPartial = result.partial || result.conform.partial || result.bench.partial
  const recommendation = recommend(result)
  const parts = [
    title(result),
    partialAlert(isPartial),
    recommendationBox(recommendation),
    restrictedOnes(recommendation),
    wrongOnes(views),
    warnings(result),
    section('At a glance', summaryTable(views)),
    section('Charts', chartSections(chartDataOfCompare(result), options.chartPath)),
    section('Every figure', benchTables(cells, labelsOf(views))),
    section('Every case', caseMatrix(columns)),
    section('Every framing, checked', everyRun(result, columns)),
    section('What went wrong', wentWrong(result, views)),
    section('How it was measured', methodSection(cells, environment)),
    section('Measured on', environmentTable(environment)),
    section('Run it again', codeBlock('sh', result.repro)),
  ]
  return fitted(parts, SUMMARY_BYTES_MAX)
}
