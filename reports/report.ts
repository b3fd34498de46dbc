/** What `framegate compare` knows when it is done: the input of every report of the main job. */
import type { BenchResult } from '../bench/result.ts'
import type { ConformResult } from '../conformance/result.ts'

export const COMPARE_SCHEMA = 'framegate.compare/1'

export interface CompareResult {
  schema: typeof COMPARE_SCHEMA
  partial: boolean
  /** One line a subject, in the order of the report. */
  subjects: CompareSubject[]
  conform: ConformResult
  bench: BenchResult
  /** The command that repeats all of it. */
  repro: string
}

export interface CompareSubject {
  name: string
  framing: string
  summary: string
  /** What no message may be or contain, in words; empty where every message can be sent. */
  cannotCarry: string
  /** Bytes that the framing adds to a 64-byte and to a 1 MiB message. */
  overheadBytes64: number
  overheadBytes1MiB: number
}
