/** Which clauses of the specification are checked by which cases. */
import { ALL_CASES } from '../conformance/registry.ts'
import { readClauses } from './clauses.ts'

export interface ClauseCoverage {
  clause: string
  cases: string[]
}

/** Every clause in the order of the specification; one without a case has an empty list. */
export function readCoverage(): ClauseCoverage[] {
  return [...readClauses().keys()].map((clause) => ({
    clause,
    cases: ALL_CASES.filter(({ clauses }) => clauses.includes(clause)).map(({ id }) => id),
  }))
}
