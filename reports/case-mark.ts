/**
 * How one case of one subject is shown: a symbol and a word, never colour alone.
 *
 * The order of the questions matters: what the ledger expects is judged only for outcomes that say
 * something about the subject. A case that proved nothing is not a known failure.
 */
import type { CaseResult, ConformRun } from '../conformance/result.ts'

export type Mark =
  | 'pass'
  | 'known'
  | 'failure'
  | 'timeout'
  | 'crash'
  | 'unexpected-pass'
  | 'lenient'
  | 'inconclusive'
  | 'harness-error'
  | 'unsupported'

/** Symbol and meaning of each mark, in the order of the legend. */
export const MARKS: Readonly<Record<Mark, { symbol: string; meaning: string }>> = {
  pass: { symbol: '✅', meaning: 'as the specification says' },
  known: { symbol: '🔶', meaning: 'wrong, and known: its ledger of expected failures says so' },
  failure: { symbol: '❌', meaning: 'wrong, and not expected' },
  timeout: { symbol: '⏳', meaning: 'wrong: no end by the deadline' },
  crash: { symbol: '💥', meaning: 'wrong: the process died' },
  'unexpected-pass': { symbol: '❗', meaning: 'right, although its ledger says that it fails' },
  lenient: { symbol: '⚠️', meaning: 'a SHOULD that is not kept, or a deviation that is tolerated' },
  inconclusive: {
    symbol: '❓',
    meaning: 'nothing was proven: the bytes could not be cut as planned',
  },
  'harness-error': {
    symbol: '🔧',
    meaning: 'the harness itself failed: says nothing of the server',
  },
  unsupported: { symbol: '—', meaning: 'this framing or subject cannot be asked that' },
}

/** True where the subject did something wrong, expected or not. */
export const isWrong = ({ outcome }: CaseResult): boolean =>
  outcome === 'fail' || outcome === 'timeout' || outcome === 'crash'

/** True where nothing was learnt about the subject although it was asked. */
export const isOpen = ({ outcome }: CaseResult): boolean =>
  outcome === 'inconclusive' || outcome === 'harness-error'

export const markOf = (result: CaseResult): Mark => {
  const { outcome, expected } = result
  if (outcome === 'pass') return expected ? 'pass' : 'unexpected-pass'
  if (outcome === 'lenient' || outcome === 'unsupported' || isOpen(result)) {
    return outcome as Mark
  }
  if (expected) return 'known'
  return outcome === 'fail' ? 'failure' : (outcome as Mark)
}

/** The word beside the symbol. */
export const markWord = (result: CaseResult): string => {
  const mark = markOf(result)
  if (mark === 'pass' || mark === 'unsupported') return ''
  if (mark === 'unexpected-pass') return 'passes now'
  return result.symptom ?? result.outcome
}

/** True where the outcome makes the run fail: what the ledger did not foresee, either way. */
export const isUnexpected = (result: CaseResult): boolean => {
  const mark = markOf(result)
  return mark === 'failure' || mark === 'timeout' || mark === 'crash' || mark === 'unexpected-pass'
}

/** `boundary` of `boundary/two-frames-one-write`. */
export const categoryOf = (id: string): string => id.split('/', 1)[0]!

/** Categories in the order in which the runs first name them. */
export const categoriesOf = (runs: readonly ConformRun[]): string[] => [
  ...new Set(runs.flatMap(({ cases }) => cases.map(({ id }) => categoryOf(id)))),
]
