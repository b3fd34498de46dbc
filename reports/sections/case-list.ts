/** Cases one by one: what was sent, expected and received, and the command that runs it again. */
import type { CaseResult } from '../../conformance/result.ts'
import { MARKS, markOf, markWord } from '../case-mark.ts'
import { code, codeBlock, shorten, text } from '../markdown.ts'
import { symptomWords } from '../symptom-words.ts'
import { plural } from '../units.ts'

const DETAIL_CHARACTERS_MAX = 600

const indented = (block: string): string =>
  block
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n')

const headOf = (result: CaseResult): string => {
  const { id, level, clauses, symptom } = result
  const mark = markOf(result)
  const words = symptom === null ? MARKS[mark].meaning : symptomWords(symptom)
  const word = markWord(result)
  const what = word === '' ? '' : ` **${text(word)}**: ${text(words)}.`
  const cited = [level === 'observe' ? 'observed' : level.toUpperCase(), ...clauses].join(', ')
  return `- ${MARKS[mark].symbol} ${code(id)}${what} <sub>${text(cited)}</sub>`
}

const itemOf = (result: CaseResult): string => {
  const { detail, repro } = result
  const lines = [headOf(result)]
  if (detail !== '') lines.push(`  <br>${text(shorten(detail, DETAIL_CHARACTERS_MAX))}`)
  if (repro !== '') lines.push(indented(codeBlock('sh', repro)))
  return lines.join('\n')
}

/** First one of each symptom, then the rest: the few that are shown should differ. */
const variedFirst = (cases: readonly CaseResult[]): CaseResult[] => {
  const seen = new Set<string>()
  const firsts = cases.filter(({ symptom, outcome }) => {
    const key = symptom ?? outcome
    return !seen.has(key) && seen.add(key)
  })
  return [...firsts, ...cases.filter((one) => !firsts.includes(one))]
}

/** At most `countMax` cases, and how many more there are. */
export const caseList = (cases: readonly CaseResult[], countMax: number): string => {
  const shown = variedFirst(cases).slice(0, countMax)
  const left = cases.length - shown.length
  const more = left === 0 ? [] : [`- … and ${plural(left, 'more case')}.`]
  return [...shown.map(itemOf), ...more].join('\n')
}
