/** The environment failed, not the subject: the message says what happened and what to do. */

export type HarnessErrorCode =
  | 'subject-not-started' // did not become ready, or ended before
  | 'subject-unreachable' // --connect, and nobody is there
  | 'subject-gone' // died and could not be brought back
  | 'generator-failed' // the load generator ended without a result
  | 'crew-failed' // a process that ran a part of the suite ended without a result
  | 'clock-unreachable' // the clock that machines agree by does not answer
  | 'clock-off' // this machine's clock, or what is known of it, is no good
  | 'late-start' // the agreed moment has passed
  | 'interrupted'
  | 'unsupported-platform'

export class HarnessError extends Error {
  override readonly name = 'HarnessError'
  readonly code: HarnessErrorCode
  constructor(code: HarnessErrorCode, message: string) {
    super(message)
    this.code = code
  }
}
