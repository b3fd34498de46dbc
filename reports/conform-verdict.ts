/** What a conformance result says as a whole, in the order in which exit codes look at it. */
import type { ConformResult, ConformRun } from '../conformance/result.ts'
import { isOpen, isUnexpected } from './case-mark.ts'

export type ConformVerdict = 'nothing-ran' | 'not-conformant' | 'inconclusive' | 'as-expected'

/** One run; a problem (a ledger entry that matched nothing) fails it like an unexpected outcome. */
export const runVerdict = ({ cases, problems }: ConformRun): ConformVerdict => {
  if (problems.length > 0 || cases.some(isUnexpected)) return 'not-conformant'
  if (cases.length === 0) return 'nothing-ran'
  return cases.some(isOpen) ? 'inconclusive' : 'as-expected'
}

const WORST_FIRST: readonly ConformVerdict[] = ['not-conformant', 'nothing-ran', 'inconclusive']

export const conformVerdict = ({ runs }: ConformResult): ConformVerdict => {
  if (runs.length === 0) return 'nothing-ran'
  const verdicts = runs.map(runVerdict)
  return WORST_FIRST.find((verdict) => verdicts.includes(verdict)) ?? 'as-expected'
}
