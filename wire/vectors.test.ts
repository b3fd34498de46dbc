import { describe, expect, test } from 'bun:test'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { FRAME, type Framing, type FramingErrorReason, MALFORMED } from './framing.ts'
import { concat, decode, framingOf } from './testing.ts'

interface Vector {
  framing: string
  name: string
  messageBytesMax?: number
  wireHex: string
}
interface Accepted extends Vector {
  messagesHex: string[]
}
interface Rejected extends Vector {
  reason: FramingErrorReason
}
interface VectorFile {
  roundTrip?: Accepted[]
  decode?: Accepted[]
  reject?: Rejected[]
}

const FOLDER = join(import.meta.dir, 'vectors')
const FILES = readdirSync(FOLDER).map(
  (name) => JSON.parse(readFileSync(join(FOLDER, name), 'utf8')) as VectorFile,
)
const ROUND_TRIPS = FILES.flatMap((file) => file.roundTrip ?? [])
const ACCEPTED = [...ROUND_TRIPS, ...FILES.flatMap((file) => file.decode ?? [])]
const REJECTED = FILES.flatMap((file) => file.reject ?? [])
/** Streams up to this are cut in all 2^(n-1) ways; longer ones in one and in two places. */
const ALL_CUTS_BYTES_MAX = 12

const titleOf = (vector: Vector): [string, Vector] => [`${vector.framing}: ${vector.name}`, vector]
const framingFor = (vector: Vector): Framing => framingOf(vector.framing, vector.messageBytesMax)

test('none of the vectors got lost', () => {
  expect(ROUND_TRIPS.length).toBeGreaterThanOrEqual(199)
  expect(ACCEPTED.length - ROUND_TRIPS.length).toBeGreaterThanOrEqual(6)
  expect(REJECTED.length).toBeGreaterThanOrEqual(41)
})

describe('encode', () => {
  test.each(ROUND_TRIPS.map(titleOf))('%s', (_title, vector) => {
    const encoder = framingFor(vector).encoder()
    const messages = (vector as Accepted).messagesHex.map((hex) => Uint8Array.fromHex(hex))
    expect(concat(messages.map((m) => encoder.encode(m))).toHex()).toBe(vector.wireHex)
    expect(concat(messages.flatMap((m) => encoder.pieces(m))).toHex()).toBe(vector.wireHex)
    const target = new Uint8Array(vector.wireHex.length / 2)
    let offset = 0
    for (const message of messages) offset = encoder.encodeInto(message, target, offset)
    expect(offset).toBe(target.length)
    expect(target.toHex()).toBe(vector.wireHex)
  })
})

describe('decode, however it is cut (ALL-1)', () => {
  test.each(ACCEPTED.map(titleOf))('%s', (_title, vector) => {
    const framing = framingFor(vector)
    const stream = Uint8Array.fromHex(vector.wireHex)
    const expected = { messages: (vector as Accepted).messagesHex, reason: null }
    expect(decode(framing, stream)).toEqual(expected)
    expect(decode(framing, stream, everyByte(stream.length))).toEqual(expected)
    for (const cuts of cutsFor(stream.length)) {
      if (same(framing, stream, cuts, expected.messages)) continue
      // Slow, and says what came instead.
      expect({ cuts, ...decode(framing, stream, cuts) }).toEqual({ cuts, ...expected })
    }
  })
})

describe('refuse, however it is cut', () => {
  test.each(REJECTED.map(titleOf))('%s', (_title, vector) => {
    const framing = framingFor(vector)
    const stream = Uint8Array.fromHex(vector.wireHex)
    const expected = { messages: [], reason: (vector as Rejected).reason }
    for (const cuts of [[], everyByte(stream.length), ...cutsFor(stream.length)]) {
      expect({ cuts, ...decode(framing, stream, cuts) }).toEqual({ cuts, ...expected })
    }
  })

  test.each(REJECTED.map(titleOf))('%s: before the stream ends, for ever', (_title, vector) => {
    const decoder = framingFor(vector).decoder()
    decoder.push(Uint8Array.fromHex(vector.wireHex))
    expect(decoder.next()).toBe(MALFORMED)
    decoder.push(new Uint8Array(100))
    expect(decoder.next()).toBe(MALFORMED)
    expect(decoder.error?.reason).toBe((vector as Rejected).reason)
    expect(decoder.finish()).toBe(decoder.error)
  })
})

function everyByte(bytes: number): number[] {
  return Array.from({ length: Math.max(0, bytes - 1) }, (_, i) => i + 1)
}

function* cutsFor(bytes: number): Generator<number[]> {
  if (bytes <= ALL_CUTS_BYTES_MAX) {
    for (let set = 0; set < 2 ** (bytes - 1); set++) {
      yield everyByte(bytes).filter((cut) => set & (1 << (cut - 1)))
    }
    return
  }
  for (let first = 1; first < bytes; first++) {
    yield [first]
    for (let second = first + 1; second < bytes; second++) yield [first, second]
  }
}

/** `decode` without making text of what comes: these are millions. */
function same(framing: Framing, stream: Uint8Array, cuts: number[], messagesHex: string[]) {
  const decoder = framing.decoder()
  let from = 0
  let at = 0
  for (const to of [...cuts, stream.length]) {
    const chunk = stream.slice(from, to)
    decoder.push(chunk)
    while (decoder.next() === FRAME) {
      const message = decoder.buffer.subarray(decoder.start, decoder.end)
      if (at === messagesHex.length || message.toHex() !== messagesHex[at]) return false
      at++
    }
    chunk.fill(0xaa)
    from = to
  }
  return at === messagesHex.length && decoder.finish() === null
}
