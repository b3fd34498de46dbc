/** Counts of a run, and what they mean. Pure. */
import type { CaseResult, ConformRun, Outcome, Summary } from './result.ts'

const FAILURES: readonly Outcome[] = ['fail', 'timeout', 'crash']
const UNPROVEN: readonly Outcome[] = ['inconclusive', 'harness-error']

export function summarise(cases: readonly CaseResult[]): Summary {
  const count = (wanted: (result: CaseResult) => boolean) => cases.filter(wanted).length
  return {
    passed: count(({ outcome, expected }) => outcome === 'pass' && expected),
    failed: count(({ outcome, expected }) => FAILURES.includes(outcome) && !expected),
    warned: count(({ outcome }) => outcome === 'lenient'),
    skipped: count(({ outcome }) => outcome === 'unsupported'),
    inconclusive: count(({ outcome }) => UNPROVEN.includes(outcome)),
    expectedFailures: count(({ outcome, expected }) => FAILURES.includes(outcome) && expected),
    unexpectedPasses: count(({ outcome, expected }) => outcome === 'pass' && !expected),
  }
}

export type ConformVerdict = 'as-expected' | 'not-as-expected' | 'inconclusive' | 'nothing-ran'

/** Over all runs: the worst of them. */
export function verdictOf(runs: readonly ConformRun[]): ConformVerdict {
  const ran = runs.flatMap(({ cases }) => cases).some(({ outcome }) => outcome !== 'unsupported')
  if (!ran) return 'nothing-ran'
  const wrong = ({ summary, problems }: ConformRun) =>
    summary.failed + summary.unexpectedPasses + problems.length > 0
  if (runs.some(wrong)) return 'not-as-expected'
  return runs.some(({ summary }) => summary.inconclusive > 0) ? 'inconclusive' : 'as-expected'
}

/** An outcome that fails a run: it was not to be expected, and it is not merely unproven. */
export const isUnexpected = ({ outcome, expected }: CaseResult): boolean =>
  !expected && !UNPROVEN.includes(outcome) && outcome !== 'lenient'
