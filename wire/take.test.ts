/** `take()`: messages that stay when everything that was lent is written over. */
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { type Decoder, FRAME, type Framing, NEED_MORE } from './framing.ts'
import type { Gather } from './gather.ts'
import {
  carries,
  chunksOf,
  concat,
  cutsOf,
  encodeAll,
  framingOf,
  messagesOf,
  STREAM_FRAMINGS,
  toHex,
} from './testing.ts'

const gatherOf = (decoder: Decoder): Gather => (decoder as unknown as { gather: Gather }).gather

/** Takes every message; each chunk is lent and spoilt as soon as the decoder needs more. */
function takeAll(framing: Framing, chunks: readonly Uint8Array[]): Uint8Array[] {
  const decoder = framing.decoder()
  const taken: Uint8Array[] = []
  for (const bytes of chunks) {
    const chunk = bytes.slice()
    decoder.push(chunk)
    while (decoder.next() === FRAME) taken.push(decoder.take())
    chunk.fill(0xaa)
  }
  expect(decoder.finish()).toBe(null)
  return taken
}

describe.each([...STREAM_FRAMINGS])('%s', (id) => {
  const framing = framingOf(id, id.startsWith('fixed') ? undefined : 64 * 1024)

  test('what was taken stays as it was, however the stream was cut', () => {
    const streams = messagesOf(framing).chain((messages) => {
      const stream = encodeAll(framing, messages)
      return fc.tuple(fc.constant(messages), fc.constant(stream), cutsOf(stream.length))
    })
    fc.assert(
      fc.property(streams, ([messages, stream, cuts]) => {
        expect(toHex(takeAll(framing, chunksOf(stream, cuts)))).toEqual(toHex(messages))
        const everyByte = Array.from(stream.keys()).slice(1)
        expect(toHex(takeAll(framing, chunksOf(stream, everyByte)))).toEqual(toHex(messages))
      }),
      { numRuns: 40 },
    )
  })

  test('taken messages share no memory', () => {
    const sample = fc.sample(messagesOf(framing), { numRuns: 50, seed: 7 })
    const stream = encodeAll(framing, sample.flat())
    const everyThird = Array.from(stream.keys()).filter((at) => at % 3 === 1)
    const taken = takeAll(framing, chunksOf(stream, everyThird))
    const before = toHex(taken)
    for (const [i, message] of taken.entries()) {
      message.fill(0x55)
      expect(toHex(taken.slice(i + 1))).toEqual(before.slice(i + 1))
    }
  })
})

const LARGE = ['u16be', 'u32le', 'varint', 'netstring', 'content-length', 'json-header', 'line']

test.each(LARGE)('%s: a frame that came in pieces is handed over, not copied again', (id) => {
  const framing = framingOf(id)
  const message = new Uint8Array(60_000).fill(0x41)
  const stream = concat([framing.encoder().encode(message), framing.encoder().encode(message)])
  const decoder = framing.decoder()
  const gather = gatherOf(decoder)
  const taken: Uint8Array[] = []
  for (const chunk of chunksOf(stream, [1000, 30_000, 59_000, 80_000])) {
    decoder.push(chunk)
    while (decoder.next() === FRAME) {
      const collected = gather.bytes
      taken.push(decoder.take())
      expect(taken.at(-1)!.buffer).toBe(collected.buffer)
      expect(gather.bytes.length).toBe(0)
    }
  }
  expect(taken).toEqual([message, message])
  expect(taken[0]!.buffer).not.toBe(taken[1]!.buffer)
})

test('a short message does not take a large buffer with it', () => {
  const framing = framingOf('u32le')
  const decoder = framing.decoder()
  const long = framing.encoder().encode(new Uint8Array(9_000))
  const short = framing.encoder().encode(new Uint8Array(90))
  for (const chunk of [long.subarray(0, 500), long.subarray(500), short.subarray(0, 50)]) {
    decoder.push(chunk)
    while (decoder.next() === FRAME);
  }
  decoder.push(short.subarray(50))
  expect(decoder.next()).toBe(FRAME)
  expect(decoder.take().buffer.byteLength).toBe(90)
  expect(gatherOf(decoder).bytes.length).toBe(9_004)
})

test('nothing of others is in the memory that is handed over', () => {
  const framing = framingOf('line')
  const decoder = framing.decoder()
  const long = framing.encoder().encode(new Uint8Array(400_000).fill(0x41))
  const short = framing.encoder().encode(new Uint8Array(300_000).fill(0x42))
  const stream = concat([long, short])
  const taken: Uint8Array[] = []
  for (const chunk of chunksOf(stream, [300_000, 500_000])) {
    decoder.push(chunk)
    while (decoder.next() === FRAME) if (decoder.end < 400_000) taken.push(decoder.take())
  }
  const memory = new Uint8Array(taken[0]!.buffer)
  expect(memory.length).toBeGreaterThan(short.length)
  expect(memory.subarray(short.length).every((byte) => byte === 0)).toBe(true)
})

test.each(['raw', 'datagram'])('%s: what one push brought is copied', (id) => {
  const decoder = framingOf(id).decoder()
  const chunk = Uint8Array.of(1, 2, 3)
  decoder.push(chunk)
  expect(decoder.next()).toBe(FRAME)
  const taken = decoder.take()
  chunk.fill(9)
  expect(taken).toEqual(Uint8Array.of(1, 2, 3))
})

test('of a Buffer comes a copy too, and it is a plain Uint8Array', () => {
  const decoder = framingOf('u8').decoder()
  const chunk = Buffer.from('\x05hello')
  decoder.push(chunk)
  expect(decoder.next()).toBe(FRAME)
  const taken = decoder.take()
  chunk.fill(0)
  expect(taken.constructor).toBe(Uint8Array)
  expect(Buffer.from(taken).toString()).toBe('hello')
})

test('an empty message that is taken can be transferred without harm to others', () => {
  const framing = framingOf('u8')
  expect(carries(framing, new Uint8Array(0))).toBe(true)
  const decoder = framing.decoder()
  for (const chunk of [Uint8Array.of(0), Uint8Array.of(0, 1, 7)]) {
    decoder.push(chunk)
    expect(decoder.next()).toBe(FRAME)
    structuredClone(decoder.take(), { transfer: [decoder.take().buffer as ArrayBuffer] })
    if (chunk.length > 1) continue
    expect(decoder.next()).toBe(NEED_MORE)
  }
  expect(decoder.next()).toBe(FRAME)
  expect(decoder.take()).toEqual(Uint8Array.of(7))
})
