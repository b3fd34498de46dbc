/** Which cases of a suite are run: by name and by level. */
import type { CaseWords } from '../conformance/case.ts'
import { matches } from '../conformance/ledger.ts'
import { UsageError } from './errors.ts'

export interface CaseChoice {
  /** Globs over ids; all of them when there is none. */
  case: readonly string[]
  level: string
}

const LEVELS: Record<string, readonly string[]> = {
  must: ['must'],
  should: ['must', 'should'],
  all: ['must', 'should', 'observe'],
}

/** Those that `--case` and `--level` name. Throws UsageError when that is none. */
export function chooseCases<T extends CaseWords>(cases: readonly T[], options: CaseChoice): T[] {
  const levels = LEVELS[options.level]
  if (!levels) {
    throw new UsageError(`There is no level "${options.level}". There are: must, should, all.`)
  }
  for (const glob of options.case) {
    if (cases.some(({ id }) => matches(glob, id))) continue
    throw new UsageError(
      `--case '${glob}' matches no case. \`framegate list cases\` shows them all.`,
    )
  }
  const chosen = cases.filter(
    ({ id, level }) =>
      levels.includes(level) &&
      (options.case.length === 0 || options.case.some((glob) => matches(glob, id))),
  )
  if (chosen.length === 0) throw new UsageError('No case has that level and one of these names.')
  return chosen
}
