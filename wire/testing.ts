/** What the tests of this folder share: feeding decoders, randomness with a seed. */
import fc from 'fast-check'
import {
  type Decoder,
  type DecodeStep,
  FRAME,
  type Framing,
  type FramingErrorReason,
  MALFORMED,
} from './framing.ts'
import { parseFraming } from './registry.ts'

const seedAsked = process.env.FRAMEGATE_SEED
/** FRAMEGATE_SEED repeats a run; without it every run is another. */
export const SEED =
  seedAsked === undefined ? crypto.getRandomValues(new Int32Array(1))[0]! : Number(seedAsked) | 0
console.log(`FRAMEGATE_SEED=${SEED}`)
fc.configureGlobal({ seed: SEED })

/** Bytes of garbage per framing; 10,000,000 for a long run. */
export const FUZZ_BYTES = Number(process.env.FRAMEGATE_FUZZ_BYTES ?? 200_000)

/** Framings whose frames depend on the bytes alone (ALL-1), options in all their kinds. */
export const STREAM_FRAMINGS = [
  'u8',
  'u16be',
  'u16le',
  'u24be',
  'u24le',
  'u32be',
  'u32le',
  'u64be',
  'u64le',
  'i32be',
  'i32le',
  'u16be?length-includes-header',
  'u32le?length-includes-header',
  'u64be?length-includes-header',
  'length-field?offset=2&width=2&endian=be&adjust=-4&strip=4',
  'length-field?offset=1&width=3&endian=le&adjust=2&strip=6',
  'varint',
  'netstring',
  'content-length',
  'json-header',
  'json-header?digest=none',
  'fixed:1',
  'fixed:7',
  'line',
  'delimiter:0d0a',
  'delimiter:00000100',
  'cobs',
  'slip',
] as const

/** What came out of a stream, in hex, and why it ended otherwise than on a frame boundary. */
export interface Outcome {
  messages: string[]
  reason: FramingErrorReason | null
}

/** How messages are read: where they lie, or taken for keeping. */
export type Reading = 'lent' | 'taken'

/** Feeds `stream` cut at `cuts` (ascending offsets), then ends it. */
export function decode(
  framing: Framing,
  stream: Uint8Array,
  cuts: readonly number[] = [],
  reading: Reading = 'lent',
): Outcome {
  const decoder = framing.decoder()
  const messages: string[] = []
  let from = 0
  let step: DecodeStep | undefined
  for (const to of [...cuts, stream.length]) {
    step = push(decoder, stream.subarray(from, to), messages, reading)
    from = to
    if (step === MALFORMED) break
  }
  return { messages, reason: decoder.finish()?.reason ?? null }
}

/** Pushes a chunk, reads what comes, and spoils the chunk's memory afterwards (it was borrowed). */
export function push(
  decoder: Decoder,
  bytes: Uint8Array,
  messages: string[],
  reading: Reading = 'lent',
): DecodeStep {
  const chunk = bytes.slice()
  decoder.push(chunk)
  let step = decoder.next()
  while (step === FRAME) {
    const { buffer, start, end } = decoder
    const message = reading === 'taken' ? decoder.take() : buffer.subarray(start, end)
    messages.push(message.toHex())
    step = decoder.next()
  }
  chunk.fill(0xaa)
  return step
}

/** The frames of `messages`, one behind the other. */
export function encodeAll(framing: Framing, messages: readonly Uint8Array[]): Uint8Array {
  const encoder = framing.encoder()
  return concat(messages.map((message) => encoder.encode(message)))
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts))
}

/** The pieces of a stream that is cut at `cuts` (ascending offsets). */
export function chunksOf(stream: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const ends = [...cuts, stream.length]
  return ends.map((end, i) => stream.subarray(ends[i - 1] ?? 0, end))
}

/** Bytes of a text, one a character. */
export const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'))

/** What came, in hex, and how it ended: null at a clean end. */
export async function collect(
  source: AsyncIterable<Uint8Array>,
): Promise<{ messages: string[]; error: unknown }> {
  const messages: string[] = []
  try {
    for await (const message of source) messages.push(message.toHex())
  } catch (error) {
    return { messages, error }
  }
  return { messages, error: null }
}

/** Lets everything happen that waits for nothing from outside. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
}

export const toHex = (messages: readonly Uint8Array[]): string[] => messages.map((m) => m.toHex())

/** Messages that the framing carries: bytes that mean something to framings are frequent. */
export function messagesOf(framing: Framing, bytesMax = 300): fc.Arbitrary<Uint8Array[]> {
  return fc.array(messageOf(framing, bytesMax), { maxLength: 6 })
}

export function messageOf(framing: Framing, bytesMax = 300): fc.Arbitrary<Uint8Array> {
  const byte = fc.oneof(
    fc.integer({ min: 0, max: 255 }),
    fc.constantFrom(0x00, 0x01, 0x0a, 0x0d, 0x2c, 0x3a, 0x7f, 0x80, 0xc0, 0xdb, 0xdc, 0xff),
  )
  const exact = framing.id.startsWith('fixed:') ? framing.messageBytesMax : null
  return fc
    .array(byte, {
      minLength: exact ?? (framing.carriesEmpty ? 0 : 1),
      maxLength: exact ?? Math.min(bytesMax, framing.messageBytesMax),
      size: 'max',
    })
    .map((bytes) => Uint8Array.from(bytes))
    .filter((message) => carries(framing, message))
}

/** Whether the encoder takes the message. */
export function carries(framing: Framing, message: Uint8Array): boolean {
  try {
    framing.encoder().pieces(message)
    return true
  } catch {
    return false
  }
}

/** Offsets for `decode`, anywhere in a stream of `bytes`; equal ones make empty chunks. */
export function cutsOf(bytes: number): fc.Arbitrary<number[]> {
  return fc
    .array(fc.nat({ max: bytes }), { maxLength: 12 })
    .map((cuts) => cuts.sort((a, b) => a - b))
}

/** A framing by id, for tables of tests. */
export const framingOf = (id: string, messageBytesMax?: number): Framing =>
  parseFraming(id, messageBytesMax === undefined ? {} : { messageBytesMax })

/** Small fast generator (mulberry32) for volumes that fast-check is too slow for. */
export function randomFrom(seed: number): (below: number) => number {
  let state = seed | 0
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}
