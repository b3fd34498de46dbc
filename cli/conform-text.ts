/** A conformance result on the console: short when all is well, everything needed when not. */
import { ALL_CASES } from '../conformance/registry.ts'
import type { CaseResult, ConformResult, ConformRun, SubjectRecord } from '../conformance/result.ts'
import { isUnexpected, verdictOf } from '../conformance/summary.ts'
import { symptomWords } from '../reports/symptom-words.ts'
import { MESSAGE_BYTES_MAX_DEFAULT } from '../wire/framing.ts'
import { clauseWords } from './clauses.ts'
import { print, styled } from './console.ts'

/** A screen's worth; behind it one line each. */
const TOLD_IN_FULL_MAX = 5

export function printConformance(result: ConformResult): void {
  for (const run of result.runs) printRun(run)
  if (result.partial) {
    print(styled('yellow', 'Interrupted: these results are not all.'))
    return
  }
  print(
    {
      'as-expected': styled('green', 'All as expected.'),
      'not-as-expected': styled('red', 'Not as expected.'),
      inconclusive: styled('yellow', 'Inconclusive: not everything could be proven.'),
      'nothing-ran': styled('red', 'Nothing ran.'),
    }[verdictOf(result.runs)],
  )
}

const titleOf = ({ name, framing, transport }: SubjectRecord): string =>
  `${name} (${framing}${transport === 'unix' ? ', unix' : ''})`

function printRun({ subject, summary, cases, problems }: ConformRun): void {
  const counts = [
    [summary.passed, 'passed', 'green'],
    [summary.failed, 'failed', 'red'],
    [summary.unexpectedPasses, 'passed against the ledger', 'red'],
    [summary.expectedFailures, 'failed as the ledger says', 'yellow'],
    [summary.warned, 'lenient', 'yellow'],
    [summary.inconclusive, 'inconclusive', 'yellow'],
    [summary.skipped, 'not applicable', 'dim'],
  ] as const
  const told = counts
    .filter(([count]) => count > 0)
    .map(([count, word, style]) => styled(style, `${count} ${word}`))
  print(`${styled('bold', titleOf(subject))}: ${told.join(', ')}`)
  const notable = cases.filter(isWorthTelling)
  for (const result of notable.slice(0, TOLD_IN_FULL_MAX)) printCase(result)
  for (const result of notable.slice(TOLD_IN_FULL_MAX)) printLine(result)
  if (notable.length > TOLD_IN_FULL_MAX)
    print('  --md FILE or --json FILE tells all of them in full.')
  if (takesLess(subject, cases)) print(`  ${styled('yellow', 'HINT')} ${LARGEST}`)
  for (const problem of problems) print(`  ${styled('red', 'LEDGER')} ${problem}`)
}

const LARGEST =
  'Messages of up to 16 MiB are sent. Where the server takes less, say how much: --max-frame 1MiB'

/** The limit was not given, and the largest message that it allows was refused. */
const takesLess = ({ maxFrame }: SubjectRecord, cases: readonly CaseResult[]): boolean =>
  maxFrame === MESSAGE_BYTES_MAX_DEFAULT &&
  cases.some((one) => one.id === 'boundary/largest-message' && isUnexpected(one))

const isWorthTelling = (result: CaseResult): boolean =>
  isUnexpected(result) || ['lenient', 'inconclusive', 'harness-error'].includes(result.outcome)

function printLine(result: CaseResult): void {
  const style = isUnexpected(result) ? 'red' : 'yellow'
  const symptom = result.symptom ? `: ${result.symptom}` : ''
  const told = result.outcome === 'pass' ? 'passed, but the ledger lists it' : result.outcome
  const { flaky, repeats = [], outcome } = result
  const times = `${repeats.filter((one) => one.outcome === outcome).length} of ${repeats.length}`
  const shown = flaky ? 'flaky' : told
  const often = flaky ? ` (${times} runs)` : ''
  print(`  ${styled(style, shown.toUpperCase())} ${result.id}${symptom}${often}`)
}

function printCase(result: CaseResult): void {
  printLine(result)
  const { symptom } = result
  if (symptom !== null) print(`    means     ${symptomWords(symptom)}`)
  const item = ALL_CASES.find(({ id }) => id === result.id)
  if (item && result.outcome !== 'pass') {
    print(`    sent      ${item.sends}`)
    print(`    expected  ${item.expects}`)
    print(`    seen      ${result.detail.replaceAll('\n', '\n              ')}`)
    for (const clause of item.clauses) print(`    clause    ${clauseWords(clause)}`)
  }
  print(`    repeat    ${result.repro}`)
}
