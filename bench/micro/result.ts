/** What `bench --micro` says, as versioned JSON. Other programs rely on these names. */
import type { Environment } from '../../harness/environment.ts'
import type { Spread } from '../result.ts'

export const MICRO_SCHEMA = 'framegate.micro/1'

/** Lowest and highest round around the median. */
export interface Ratio extends Spread {
  value: number
}

/** What the project promises of itself. */
export interface TargetOutcome {
  text: string
  /** Least ratio of the case's first row to this one. */
  wanted: number
  reached: number
  met: boolean
}

/** One contender in one case. The first row of a case is what the others are compared with. */
export interface MicroRow {
  /** The case: `decode-64B-varint`. */
  name: string
  contender: string
  framing: string
  /** Bytes of a message, without what the framing adds. */
  frameBytes: number
  /** Null where nothing is cut: the whole stream is one chunk, or messages go in. */
  chunkBytes: number | null
  /** Package and version, `split2@4.2.0`; null for framegate's own. */
  peer: string | null
  /** What the consumer is given for a message, or the writer for a frame. */
  delivers: string
  /** Median of the rounds; null where it was wrong, or nothing was measured yet. */
  framesPerSecond: number | null
  /** Bytes of messages per second. */
  bytesPerSecond: number | null
  /** Of the frames per second, over the rounds. */
  spread: Spread | null
  /** How many times as fast the case's first row is: median of the ratios within each round. */
  ratioToPeer: Ratio | null
  targets: TargetOutcome[]
  /** What was not as it had been sent: such a row gets no number. */
  wrong: string | null
}

export interface MicroResult {
  schema: typeof MICRO_SCHEMA
  partial: boolean
  environment: Environment
  /** Every contender runs once a round, each time in a fresh process. */
  rounds: number
  rows: MicroRow[]
}
