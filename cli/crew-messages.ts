/** What a run says to its crew, and what that answers: plain values, copied between processes. */
import type { Evidence } from '../conformance/evidence.ts'
import type { CaseResult } from '../conformance/result.ts'
import type { Target } from '../conformance/run.ts'
import type { HarnessErrorCode } from '../harness/errors.ts'
import type { Asked } from './subject-traits.ts'
import type { SubjectOptions } from './subjects.ts'

/** One subject and what is run over it. */
export interface CrewJob {
  target: Target
  asked: Asked
  options: SubjectOptions
  /** Options that name the subject on a command line. */
  flags: string
  cases: readonly string[]
  seed: number
  timeScale: number
  evidence: 'of nothing' | 'of what did not pass' | 'of all'
}

export type ToCrew = { job: CrewJob } | 'stop'

export type FromCrew =
  | { result: CaseResult }
  | { kept: CaseResult; evidence: Evidence }
  | 'finished'
  | { failed: { message: string; code: HarnessErrorCode | null } }
