/** What is compared: a way to get messages out of chunks, or chunks out of messages. */
import type { Tape } from './tape.ts'

/**
 * Goes over the tape once. With `kept` it puts there what it delivers, as copies; without, it
 * touches what it delivers and answers the sum of `weigh` over it.
 */
export type Pass = (kept: Uint8Array[] | null) => number | Promise<number>

export interface Contender {
  /** Unique within the case. */
  label: string
  /** The package that is measured; null for framegate's own. */
  peer: string | null
  delivers: string
  framing: string
  /** Null where nothing is cut: the whole stream is one chunk, or messages go in. */
  chunkBytes: number | null
  /** Loads what is measured, and nothing else: every contender has its process for itself. */
  open(tape: Tape): Pass | Promise<Pass>
  /** How many times as fast the case's first contender has to be, and how that is said. */
  wanted?: { ratio: number; text: string }
}

/** Enough to notice a lost or wrong one, and to keep an optimiser from leaving the work out. */
export const weigh = (bytes: Uint8Array): number => bytes.length + (bytes[0] ?? 0)
