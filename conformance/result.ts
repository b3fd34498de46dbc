/** What a conformance run says, as versioned JSON. Other programs rely on these names. */
import type { Environment } from '../harness/environment.ts'

export const CONFORM_SCHEMA = 'framegate.conform/1'

export type Level = 'must' | 'should' | 'observe'

/**
 * How a case ended. `lenient`: a SHOULD that was not kept, or a tolerated deviation.
 * `inconclusive`: the wire schedule could not be made to happen, so nothing was proven.
 */
export type Outcome =
  | 'pass'
  | 'lenient'
  | 'fail'
  | 'timeout'
  | 'crash'
  | 'inconclusive'
  | 'unsupported'
  | 'harness-error'

/** What was seen, in one word. A closed list. */
export type Symptom =
  | 'merged' // two messages came back as one
  | 'split' // one message came back as several
  | 'lost-bytes' // bytes that were owed never came
  | 'lost-messages' // whole messages missing
  | 'corrupted' // a whole reply with other bytes than the message
  | 'reordered'
  | 'duplicated'
  | 'truncated-delivered' // a message cut off by the end of stream was answered
  | 'extra-bytes' // more came back than was owed
  | 'malformed-reply' // the reply is not a frame
  | 'malformed-request' // what a client sent is not a frame
  | 'malformed-output' // what a client printed is not one message a line, in hex
  | 'not-rejected' // a frame that must be refused was taken
  | 'rejected' // a legal frame was refused
  | 'answered-after-error' // something was answered behind a refused frame
  | 'delivered-early' // answered before its last byte was there
  | 'closed-early' // closed while replies were owed
  | 'not-closed' // stayed open where it had to close
  | 'hung' // neither answered nor closed by the deadline
  | 'crashed' // the process died
  | 'exit-code' // ended with another status than it should
  | 'starved-others' // another connection was disturbed or not served
  | 'cross-talk' // bytes of one connection showed up on another
  | 'memory' // more memory than the declared limit allows
  | 'leak' // descriptors or memory not given back
  | 'busy' // burnt CPU while idle
  | 'slow' // cost grows faster than the bytes

export interface CloseRecord {
  /** Who ended the connection first. */
  by: 'subject' | 'harness' | 'nobody'
  how: 'fin' | 'rst' | 'none'
  /** Bytes that the subject had not read when the connection ended, where it could be seen. */
  unreadBytes: number | null
}

export type ResourceVerdict = 'ok' | 'leak' | 'over-budget' | 'not-observed'

export interface CaseResult {
  id: string
  level: Level
  outcome: Outcome
  close: CloseRecord
  resources: ResourceVerdict
  /** True when the outcome is what the ledger leads one to expect: a pass, without an entry. */
  expected: boolean
  symptom: Symptom | null
  /** What was sent, expected and received, in words a newcomer understands. Empty for a pass. */
  detail: string
  /** Clauses of wire/SPEC.md that the case checks: `ALL-2`, `JH-4`. */
  clauses: string[]
  seed: number
  durationMs: number
  /** One command that runs this case again. */
  repro: string
  /** With `--repeat`: how each run of it ended; `outcome` is the worst of them. */
  repeats?: Repeat[]
  /** True when it did not end the same way each time. */
  flaky?: boolean
  /** How the schedule was made: `proven` by queue look-ups and freezes, or only `timed`. */
  schedule: 'proven' | 'timed' | 'none'
}

export interface Repeat {
  outcome: Outcome
  symptom: Symptom | null
}

export interface SubjectRecord {
  name: string
  framing: string
  /** How replies are framed, where that is not as requests are. */
  responseFraming?: string
  service: string
  maxFrame: number
  transport: 'tcp' | 'udp' | 'unix'
  /** What it is; a server where this is absent. */
  role?: 'client'
}

export interface Summary {
  passed: number
  failed: number
  warned: number
  skipped: number
  inconclusive: number
  expectedFailures: number
  unexpectedPasses: number
}

export interface ConformRun {
  subject: SubjectRecord
  summary: Summary
  cases: CaseResult[]
  /** Ledger entries that matched no case, and the like: each fails the run. */
  problems: string[]
}

export interface ConformResult {
  schema: typeof CONFORM_SCHEMA
  /** True when the run was interrupted: what is here is right, but not all. */
  partial: boolean
  environment: Environment
  /** Present when this is a part of a run; `framegate merge` makes the whole of all parts. */
  shard?: ShardRecord
  runs: ConformRun[]
}

export interface ShardRecord {
  /** From 1 to `count`. */
  index: number
  count: number
  /** Digest of what was run in all: parts of another run have another one. */
  of: string
  /** The ids of all parts, in the order of the suite. */
  cases: string[]
  /** The ledger of each run, to be applied to the whole. */
  ledgers: (object | null)[]
}
