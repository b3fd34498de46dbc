/**
 * Each subject of a comparison with all that is known of it, and whether it is right.
 *
 * `right`: at least one MUST case passed, none was answered wrongly, and it was right under load.
 * `wrong`: one was, whether its ledger expects that or not: a known fault is still a fault.
 * `unproven`: nothing to go by.
 */
import type { BenchCell } from '../bench/result.ts'
import type { CaseResult, ConformRun } from '../conformance/result.ts'
import { isOpen, isWrong } from './case-mark.ts'
import type { CompareResult, CompareSubject } from './report.ts'
import { isWrongUnderLoad } from './struck.ts'

export type Standing = 'right' | 'wrong' | 'unproven'

export interface SubjectView {
  /** Its name, with the framing where two subjects share the name. */
  readonly label: string
  readonly subject: CompareSubject
  /** Runs in the framing that is compared, over any transport. */
  readonly runs: readonly ConformRun[]
  /** Runs of the same implementation in its further framings. */
  readonly furtherRuns: readonly ConformRun[]
  readonly standing: Standing
  readonly must: MustCount
  /** MUST cases that it got wrong in any of its runs, each once. */
  readonly wrongCases: readonly CaseResult[]
  readonly cells: readonly BenchCell[]
}

/** MUST cases, without those that the subject cannot be asked. */
export interface MustCount {
  readonly passed: number
  readonly total: number
  /** Neither right nor wrong: nothing was proven. */
  readonly open: number
}

/** A case that was run several times, over TCP and Unix sockets, counts once, with its worst. */
const mustCountOf = (cases: readonly CaseResult[]): MustCount => {
  const asked = cases.filter(({ level, outcome }) => level === 'must' && outcome !== 'unsupported')
  const byId = [...Map.groupBy(asked, ({ id }) => id).values()]
  const wrong = byId.filter((group) => group.some(isWrong)).length
  const open = byId.filter((group) => !group.some(isWrong) && group.some(isOpen)).length
  return { passed: byId.length - wrong - open, total: byId.length, open }
}

const distinctById = (cases: readonly CaseResult[]): CaseResult[] =>
  [...new Map(cases.toReversed().map((one) => [one.id, one])).values()].toReversed()

export const wrongMustCases = (cases: readonly CaseResult[]): CaseResult[] =>
  cases.filter((one) => one.level === 'must' && isWrong(one))

const standingOf = (cases: readonly CaseResult[], cells: readonly BenchCell[]): Standing => {
  if (wrongMustCases(cases).length > 0) return 'wrong'
  if (cells.some(isWrongUnderLoad)) return 'wrong'
  return mustCountOf(cases).passed > 0 ? 'right' : 'unproven'
}

/** Every subject of the comparison, in its order. */
export const subjectViews = (result: CompareResult): SubjectView[] => {
  const { subjects, conform, bench } = result
  const isUnique = (name: string) => subjects.filter((one) => one.name === name).length === 1
  return subjects.map((subject) => {
    const { name, framing } = subject
    const named = conform.runs.filter((run) => run.subject.name === name)
    const runs = named.filter((run) => run.subject.framing === framing)
    const cases = runs.flatMap((run) => run.cases)
    const cells = bench.cells.filter(
      (cell) => cell.subject === name && (cell.framing === framing || isUnique(name)),
    )
    return {
      label: isUnique(name) ? name : `${name} (${framing})`,
      subject,
      runs,
      furtherRuns: named.filter((run) => !runs.includes(run)),
      standing: standingOf(cases, cells),
      must: mustCountOf(cases),
      wrongCases: distinctById(wrongMustCases(cases)),
      cells,
    }
  })
}

/** The cell of a subject among those of one workload. */
export const cellIn = (cells: readonly BenchCell[], view: SubjectView): BenchCell | null =>
  cells.find((cell) => view.cells.includes(cell)) ?? null
