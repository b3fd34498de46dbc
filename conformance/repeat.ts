/** Several runs of the same cases as one: the worst outcome counts, a changing one is flaky. */
import type { CaseResult, Outcome } from './result.ts'

const WORST_FIRST: readonly Outcome[] = [
  'crash',
  'fail',
  'timeout',
  'harness-error',
  'inconclusive',
  'lenient',
  'pass',
  'unsupported',
]

/** Of runs of the same cases; one that was cut short counts as far as it went. */
export function joinRepeats(runs: readonly (readonly CaseResult[])[]): CaseResult[] {
  const [first = []] = runs
  if (runs.length < 2) return [...first]
  return first.map(({ id }) => {
    const results = runs.flatMap((run) => run.find((result) => result.id === id) ?? [])
    const worst = results.toSorted((a, b) => rank(a) - rank(b))[0]!
    const repeats = results.map(({ outcome, symptom }) => ({ outcome, symptom }))
    const isSame = repeats.every(
      ({ outcome, symptom }) => outcome === worst.outcome && symptom === worst.symptom,
    )
    return { ...worst, repeats, flaky: !isSame }
  })
}

const rank = ({ outcome }: CaseResult): number => WORST_FIRST.indexOf(outcome)
