import { Readable, type Transform } from 'node:stream'
import type { Pass } from '../contender.ts'
import type { Tape } from '../tape.ts'
import { drain } from './framegate.ts'
import { encodeThrough, exchangeThrough, throughStream } from './through-stream.ts'

/** The length and the message are a piece each. */
const PIECES = 2

interface Package {
  encode(): Transform
  decode(options?: { allowEmpty?: boolean }): Transform
}

// @ts-expect-error: the package comes without types.
const load = (): Promise<Package> => import('length-prefixed-stream')

export async function decodeLengthPrefixedStream({ chunks, messages }: Tape): Promise<Pass> {
  const { decode } = await load()
  return throughStream(decode(), chunks, messages.length)
}

export async function encodeLengthPrefixedStream({ messages }: Tape): Promise<Pass> {
  const { encode } = await load()
  return throughStream(encode(), messages, messages.length * PIECES)
}

export async function exchangeLengthPrefixedStream(tape: Tape): Promise<Pass> {
  const { decode, encode } = await load()
  return exchangeThrough(encodeThrough(encode(), PIECES), decode(), tape)
}

/** Without `allowEmpty` its reader would be given messages in one piece. */
export async function iterateLengthPrefixedStream({ chunks }: Tape): Promise<Pass> {
  const { decode } = await load()
  return (kept) => drain(Readable.from(chunks).pipe(decode({ allowEmpty: true })), kept)
}
