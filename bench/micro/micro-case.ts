/** What a micro-benchmark is: one job, and who does it. */
import type { Contender } from './contender.ts'

export interface MicroCase {
  id: string
  /** mitata for loops, tinybench for what has promises in it or makes a lot of garbage. */
  tool: 'mitata' | 'tinybench'
  /** Messages of one pass. */
  frames: number
  /** Bytes of each message. */
  frameBytes: number
  /** What has to come out: the messages, or the stream of their frames. */
  makes: 'messages' | 'stream'
  /** The first is what the others are compared with. */
  contenders: readonly [Contender, ...Contender[]]
}

const KIB = 1024
export const MIB = 1024 * KIB
/** What a read of a busy socket brings. */
const CHUNK_BYTES = 64 * KIB
/** About 1 MiB of frames a pass. */
export const SHORT = { frames: 16_384, frameBytes: 64 }
export const LONG = { frames: 2_048, frameBytes: 4 * KIB }

type Making = Pick<Contender, 'framing' | 'delivers' | 'open'> & Partial<Contender>

/** A way of framegate's own. */
export const own = (label: string, making: Making): Contender => ({
  label,
  peer: null,
  chunkBytes: CHUNK_BYTES,
  ...making,
})

/** A package's. */
export const peer = (name: string, making: Making): Contender => ({
  label: name,
  peer: name,
  chunkBytes: CHUNK_BYTES,
  ...making,
})

export const timesAsFast = (ratio: number, than: string): NonNullable<Contender['wanted']> => ({
  ratio,
  text: `at least ${ratio} times as fast as ${than}`,
})
