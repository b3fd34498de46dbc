/** What GitHub shows beside a run: one annotation for each failure, and its first lines. */
import type { CaseResult, ConformResult } from '../conformance/result.ts'
import { isOpen, isUnexpected } from './case-mark.ts'
import { symptomWords } from './symptom-words.ts'

/** GitHub shows ten of a kind, and drops the rest without a word. */
const ANNOTATIONS_MAX = 10

const escaped = (text: string): string =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
const property = (text: string): string =>
  escaped(text).replaceAll(':', '%3A').replaceAll(',', '%2C')

const annotation = (kind: 'error' | 'warning', title: string, message: string): string =>
  `::${kind} title=${property(title)}::${escaped(message)}`

/** Workflow commands, one a line, for stdout. */
export function annotationsOf({ runs }: ConformResult): string[] {
  const all = runs.flatMap(({ subject, cases }) => cases.map((result) => ({ subject, result })))
  const told = (kind: 'error' | 'warning', isTold: (result: CaseResult) => boolean) => {
    const found = all.filter(({ result }) => isTold(result))
    const lines = found.slice(0, ANNOTATIONS_MAX).map(({ subject, result }) => {
      const { id, outcome, symptom, detail, repro } = result
      const words = symptom === null ? outcome : `${symptom}, ${symptomWords(symptom)}`
      const title = `${subject.name} (${subject.framing}): ${id}`
      return annotation(kind, title, `${words}\n${detail}\nRun it again: ${repro}`)
    })
    const more = found.length - lines.length
    return more > 0 ? [...lines, `${more} more are in the results.`] : lines
  }
  const problems = runs.flatMap(({ subject, problems }) =>
    problems.map((problem) => annotation('error', `${subject.name}: ledger`, problem)),
  )
  return [...told('error', isUnexpected), ...told('warning', isOpen), ...problems]
}
