/** Every run, one line each: how many cases of each category it passed. */
import type { CaseResult, ConformRun, SubjectRecord } from '../../conformance/result.ts'
import { categoriesOf, categoryOf, isOpen, isUnexpected, isWrong, MARKS } from '../case-mark.ts'
import { type Column, code, table, text } from '../markdown.ts'
import { NO_BREAK_SPACE } from '../units.ts'

export const transportWord = ({ transport }: SubjectRecord): string =>
  transport === 'unix' ? 'Unix' : 'TCP'

/** The worst thing in a group of cases, as its symbol. */
const worstSymbol = (cases: readonly CaseResult[]): string => {
  if (cases.some(isUnexpected)) return MARKS.failure.symbol
  if (cases.some(isOpen)) return MARKS.inconclusive.symbol
  if (cases.some(isWrong)) return MARKS.known.symbol
  if (cases.some(({ outcome }) => outcome === 'lenient')) return MARKS.lenient.symbol
  return MARKS.pass.symbol
}

/** `✅ 6/6`: passed of those that could be asked. A dash where none could. */
const passedOf = (cases: readonly CaseResult[]): string => {
  const asked = cases.filter(({ outcome }) => outcome !== 'unsupported')
  if (asked.length === 0) return MARKS.unsupported.symbol
  const passed = asked.filter(({ outcome }) => outcome === 'pass').length
  return `${worstSymbol(asked)}${NO_BREAK_SPACE}${passed}/${asked.length}`
}

/** A table of all runs; those of one subject stay together as they come. */
export const runMatrix = (runs: readonly ConformRun[]): string => {
  const categories = categoriesOf(runs)
  const columns: Column[] = [
    { title: 'subject', align: 'left' },
    { title: 'framing', align: 'left' },
    { title: 'over', align: 'left' },
    { title: 'all', align: 'left' },
    ...categories.map((category): Column => ({ title: text(category), align: 'left' })),
  ]
  const rows = runs.map(({ subject, cases }) => [
    code(subject.name),
    code(subject.framing),
    transportWord(subject),
    passedOf(cases),
    ...categories.map((category) =>
      passedOf(cases.filter(({ id }) => categoryOf(id) === category)),
    ),
  ])
  return table(columns, rows)
}
