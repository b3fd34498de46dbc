/** The report of `framegate conform --md`: the verdict, the runs, and what was not a plain pass. */
import type { CaseResult, ConformResult, ConformRun } from '../conformance/result.ts'
import { isOpen, isUnexpected, isWrong, markOf } from './case-mark.ts'
import { type ConformVerdict, conformVerdict, runVerdict } from './conform-verdict.ts'
import { cutTable, fitted, SUMMARY_BYTES_MAX } from './limits.ts'
import {
  type Column,
  code,
  details,
  html,
  partialAlert,
  section,
  shorten,
  text,
} from './markdown.ts'
import { caseList } from './sections/case-list.ts'
import { environmentTable } from './sections/environment.ts'
import { transportWord } from './sections/run-matrix.ts'
import { NO_BREAK_SPACE, plural } from './units.ts'

const CASES_SHOWN_MAX = 20
const NAME_CHARACTERS_MAX = 80
const RUNS_BYTES_MAX = 200_000
const FOLDED_CASES_SHOWN_MAX = 5

const VERDICT_WORDS: Readonly<Record<ConformVerdict, string>> = {
  'as-expected': '✅ **As expected.**',
  'not-conformant': '❌ **Not conformant.**',
  inconclusive: '❓ **Inconclusive.**',
  'nothing-ran': '❓ **Nothing ran.**',
}

const VERDICT_CELLS: Readonly<Record<ConformVerdict, string>> = {
  'as-expected': '✅ as expected',
  'not-conformant': '❌ not conformant',
  inconclusive: '❓ inconclusive',
  'nothing-ran': '❓ nothing ran',
}

/** What is counted of a run, in the words of the outcomes. */
const COUNTS: readonly { one: string; many: string; isCounted(result: CaseResult): boolean }[] = [
  { one: 'passed', many: 'passed', isCounted: (one) => markOf(one) === 'pass' },
  { one: 'failed', many: 'failed', isCounted: (one) => isUnexpected(one) && isWrong(one) },
  {
    one: 'unexpected pass',
    many: 'unexpected passes',
    isCounted: (one) => markOf(one) === 'unexpected-pass',
  },
  {
    one: 'expected failure',
    many: 'expected failures',
    isCounted: (one) => markOf(one) === 'known',
  },
  { one: 'lenient', many: 'lenient', isCounted: (one) => markOf(one) === 'lenient' },
  { one: 'inconclusive', many: 'inconclusive', isCounted: (one) => markOf(one) === 'inconclusive' },
  {
    one: 'harness error',
    many: 'harness errors',
    isCounted: (one) => markOf(one) === 'harness-error',
  },
  { one: 'unsupported', many: 'unsupported', isCounted: (one) => markOf(one) === 'unsupported' },
]

/** Those that occur at all: a short table is read. */
const countsIn = (cases: readonly CaseResult[]) =>
  COUNTS.filter(({ isCounted }) => cases.some(isCounted))

export const verdictLine = (result: ConformResult): string => {
  const cases = result.runs.flatMap((run) => run.cases)
  const problems = result.runs.reduce((sum, run) => sum + run.problems.length, 0)
  const told = countsIn(cases).map(({ one, many, isCounted }) =>
    plural(cases.filter(isCounted).length, one, many),
  )
  const further = problems === 0 ? [] : [plural(problems, 'problem')]
  const all = `${plural(cases.length, 'case')} in ${plural(result.runs.length, 'run')}`
  return `${VERDICT_WORDS[conformVerdict(result)]} ${[all, ...told, ...further].join(', ')}.`
}

/** A run a row; those that do not fit are counted. */
export const runTable = (runs: readonly ConformRun[], bytesMax: number): string => {
  const counts = countsIn(runs.flatMap(({ cases }) => cases))
  const isServiceShown = new Set(runs.map(({ subject }) => subject.service)).size > 1
  const columns: Column[] = [
    { title: 'subject', align: 'left' },
    { title: 'framing', align: 'left' },
    ...(isServiceShown ? [{ title: 'service', align: 'left' } as const] : []),
    { title: 'over', align: 'left' },
    { title: 'verdict', align: 'left' },
    ...counts.map(({ many }): Column => ({ title: many, align: 'right' })),
  ]
  const rows = runs.map((run) => [
    code(shorten(run.subject.name, NAME_CHARACTERS_MAX)),
    code(shorten(run.subject.framing, NAME_CHARACTERS_MAX)),
    ...(isServiceShown ? [code(run.subject.service)] : []),
    transportWord(run.subject),
    VERDICT_CELLS[runVerdict(run)].replaceAll(' ', NO_BREAK_SPACE),
    ...counts.map(({ isCounted }) => run.cases.filter(isCounted).length.toLocaleString('en-US')),
  ])
  return cutTable(columns, rows, { bytesMax, noun: 'run' })
}

const runName = ({ subject }: ConformRun): string =>
  `${subject.name}, ${subject.framing}, ${transportWord(subject)}`

/** What has to be read: open, not folded. */
const unexpectedOf = (run: ConformRun): string | null => {
  const cases = run.cases.filter(isUnexpected)
  const problems = run.problems.map((problem) => `- ${text(problem)}`)
  if (cases.length + problems.length === 0) return null
  const lists = [...problems, caseList(cases, CASES_SHOWN_MAX)].filter((list) => list !== '')
  return `### ${code(runName(run))}\n\n${lists.join('\n')}`
}

const foldedOf = (
  result: ConformResult,
  title: string,
  isShown: (one: CaseResult) => boolean,
): string | null => {
  const sections = result.runs.flatMap((run) => {
    const cases = run.cases.filter(isShown)
    if (cases.length === 0) return []
    const summary = `<code>${html(runName(run))}</code>: ${plural(cases.length, 'case')}`
    return [details(summary, caseList(cases, FOLDED_CASES_SHOWN_MAX))]
  })
  return section(title, sections.join('\n\n'))
}

const isObserved = ({ level, detail }: CaseResult): boolean => level === 'observe' && detail !== ''

/** Short where all is well: the verdict and the runs. */
export const renderConformMarkdown = (result: ConformResult): string => {
  const unexpected = result.runs.map(unexpectedOf).filter((one) => one !== null)
  const parts = [
    '# Conformance',
    partialAlert(result.partial),
    verdictLine(result),
    result.runs.length === 0 ? null : runTable(result.runs, RUNS_BYTES_MAX),
    section('Not as expected', unexpected.join('\n\n')),
    foldedOf(result, 'Inconclusive', isOpen),
    foldedOf(result, 'Expected failures', (one) => markOf(one) === 'known'),
    foldedOf(result, 'Lenient', (one) => markOf(one) === 'lenient'),
    foldedOf(result, 'Observed', isObserved),
    section('Run on', environmentTable(result.environment)),
  ]
  return fitted(parts, SUMMARY_BYTES_MAX)
}
