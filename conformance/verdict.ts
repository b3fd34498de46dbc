/** How a case says that something is wrong. Thrown within a case, caught where it is judged. */
import type { Symptom } from './result.ts'

/** The subject did not do what the clause demands. */
export class CaseFailure extends Error {
  override readonly name = 'CaseFailure'
  readonly symptom: Symptom
  constructor(symptom: Symptom, detail: string) {
    super(detail)
    this.symptom = symptom
  }
}

/** The stimulus could not be made to happen, so nothing was proven either way. */
export class Inconclusive extends Error {
  override readonly name = 'Inconclusive'
}

/** The case needs what this subject has said that it does not do. */
export class Unsupported extends Error {
  override readonly name = 'Unsupported'
}
