import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { FRAME, type Framing, MALFORMED, NEED_MORE } from './framing.ts'
import type { Gather } from './gather.ts'
import {
  concat,
  cutsOf,
  decode,
  encodeAll,
  FUZZ_BYTES,
  framingOf,
  messageOf,
  messagesOf,
  push,
  randomFrom,
  SEED,
  STREAM_FRAMINGS,
  toHex,
} from './testing.ts'

const BYTES_MAX = 64 * 1024

/** What an echo of the stream answers that steps over whole frames where it can, in hex. */
function echo(framing: Framing, stream: Uint8Array, cuts: readonly number[]) {
  const decoder = framing.decoder()
  const frames: Uint8Array[] = []
  for (const [index, end] of [...cuts, stream.length].entries()) {
    decoder.push(stream.subarray(cuts[index - 1] ?? 0, end))
    for (;;) {
      if (decoder.wholeFrames && decoder.wholeFrames() > 0) {
        frames.push(decoder.buffer.slice(decoder.start, decoder.end))
      }
      const step = decoder.next()
      const reason = decoder.error?.reason ?? null
      if (step === MALFORMED) return { frames: concat(frames).toHex(), reason }
      if (step === NEED_MORE) break
      const message = decoder.buffer.subarray(decoder.start, decoder.end)
      frames.push(framing.encoder().encode(message).slice())
    }
  }
  return { frames: concat(frames).toHex(), reason: decoder.finish()?.reason ?? null }
}

describe.each([...STREAM_FRAMINGS])('%s', (id) => {
  const framing = framingOf(id, id.startsWith('fixed') ? undefined : BYTES_MAX)

  test('what is encoded is decoded, whole and in pieces (ALL-1, ALL-2)', () => {
    fc.assert(
      fc.property(
        messagesOf(framing).chain((messages) => {
          const stream = encodeAll(framing, messages)
          return fc.tuple(fc.constant(messages), fc.constant(stream), cutsOf(stream.length))
        }),
        ([messages, stream, cuts]) => {
          const expected = { messages: toHex(messages), reason: null }
          expect(decode(framing, stream)).toEqual(expected)
          expect(decode(framing, stream, cuts)).toEqual(expected)
          expect(decode(framing, stream, everyByte(stream))).toEqual(expected)
        },
      ),
      { numRuns: 60 },
    )
  })

  test('frames that are stepped over are the frames of their messages, however cut', () => {
    fc.assert(
      fc.property(
        messagesOf(framing).chain((messages) => {
          const frames = encodeAll(framing, messages)
          const garbage = fc.uint8Array({ maxLength: 20 })
          return garbage.chain((tail) => {
            const stream = concat([frames, tail])
            return fc.tuple(fc.constant(stream), cutsOf(stream.length))
          })
        }),
        ([stream, cuts]) => {
          const { messages, reason } = decode(framing, stream, cuts)
          const expected = encodeAll(framing, messages.map(Uint8Array.fromHex)).toHex()
          expect(echo(framing, stream, cuts)).toEqual({ frames: expected, reason })
        },
      ),
      { numRuns: 60 },
    )
  })

  test('all ways to encode agree and add what they say', () => {
    const encoder = framing.encoder()
    fc.assert(
      fc.property(messageOf(framing), (message) => {
        const before = message.slice()
        const frame = encoder.encode(message)
        const target = new Uint8Array(frame.length + 2).fill(0x55)
        expect(encoder.encodeInto(message, target, 1)).toBe(frame.length + 1)
        expect(target.subarray(1, -1).toHex()).toBe(frame.toHex())
        expect([target[0], target.at(-1)]).toEqual([0x55, 0x55])
        expect(concat(encoder.pieces(message)).toHex()).toBe(frame.toHex())
        expect(frame.length).toBeLessThanOrEqual(encoder.frameBytesMax(message.length))
        expect(message).toEqual(before)
        const short = new Uint8Array(frame.length - 1)
        expect(() => encoder.encodeInto(message, short, 0)).toThrow(RangeError)
        if (id !== 'cobs' && id !== 'slip') {
          expect(frame.length).toBe(message.length + framing.overheadBytes(message.length))
        }
      }),
      { numRuns: 60 },
    )
  })

  test('a stream that ends early yields a beginning of the messages (ALL-6)', () => {
    fc.assert(
      fc.property(
        messagesOf(framing, 40).filter((messages) => messages.length > 0),
        fc.nat(),
        (messages, random) => {
          const stream = encodeAll(framing, messages)
          const end = random % stream.length
          const { messages: got, reason } = decode(framing, stream.subarray(0, end))
          expect(got).toEqual(toHex(messages).slice(0, got.length))
          const complete = encodeAll(framing, messages.slice(0, got.length)).length
          // SLIP: the END that opens a frame belongs to no message yet.
          const boundary = end === complete || (id === 'slip' && end === complete + 1)
          expect(reason).toBe(boundary ? null : 'truncated')
        },
      ),
      { numRuns: 60 },
    )
  })

  test(`${FUZZ_BYTES} bytes of garbage: never thrown at, however it is cut the same`, () => {
    fuzz(framing, FUZZ_BYTES)
  })

  test('bytes moved are in proportion to bytes received (ALL-11)', () => {
    const message = new Uint8Array(framing.messageBytesMax).fill(0x41)
    const stream = encodeAll(framing, [message])
    const decoder = framing.decoder()
    let received = 0
    const { gather } = decoder as unknown as { gather: Gather }
    for (; received < stream.length - 1; received++) {
      decoder.push(stream.subarray(received, received + 1))
      expectQuick(decoder.next() === NEED_MORE)
      // ALL-4: memory follows the bytes that came, not those announced.
      expectQuick(gather.bytes.length <= Math.max(1024, 4 * (received + 1)))
    }
    decoder.push(stream.subarray(received))
    expect(decoder.next()).toBe(FRAME)
    expect(decoder.end - decoder.start).toBe(message.length)
    expect(gather.bytesCopied).toBeLessThan(2.5 * stream.length)
  })
})

describe.each(STREAM_FRAMINGS.filter((id) => !id.startsWith('fixed')))('limit of %s', (id) => {
  const limit = Math.min(1000, framingOf(id).messageBytesMax)
  const framing = framingOf(id, limit)
  const over = framingOf(id, BYTES_MAX)
  const ofBytes = (bytes: number): Uint8Array => new Uint8Array(bytes).fill(0x41)

  test('one less and exactly the limit pass', () => {
    const messages = [ofBytes(limit - 1), ofBytes(limit)]
    const expected = { messages: toHex(messages), reason: null }
    const stream = encodeAll(over, messages)
    expect(decode(framing, stream)).toEqual(expected)
    expect(decode(framing, stream, everyByte(stream))).toEqual(expected)
  })

  test('the encoder refuses one more (ALL-10)', () => {
    const encoder = framing.encoder()
    for (const encode of [
      () => encoder.encode(ofBytes(limit + 1)),
      () => encoder.pieces(ofBytes(limit + 1)),
      () => encoder.encodeInto(ofBytes(limit + 1), ofBytes(9999), 0),
    ]) {
      expect(encode).toThrow(expect.objectContaining({ reason: 'message-not-carried' }))
    }
  })

  if (over.messageBytesMax === limit) return // Wider than its field: one more cannot be said.

  test('one more is refused, what was before is not', () => {
    const stream = encodeAll(over, [ofBytes(3), ofBytes(limit + 1), ofBytes(3)])
    const expected = { messages: toHex([ofBytes(3)]), reason: 'length-over-max' } as const
    expect(decode(framing, stream)).toEqual(expected)
    expect(decode(framing, stream, everyByte(stream))).toEqual(expected)
  })

  if (/^(?:line|delimiter|cobs|slip)/.test(id)) return // No length in front.

  test('a length over the limit is refused before the body comes (ALL-4)', () => {
    const pieces = over.encoder().pieces(ofBytes(limit + 1))
    const bodyAt = pieces.findIndex((piece) => piece.length > limit)
    const decoder = framing.decoder()
    decoder.push(concat(pieces.slice(0, bodyAt)))
    expect(decoder.next()).toBe(MALFORMED)
    expect(decoder.error?.reason).toBe('length-over-max')
  })
})

function everyByte(stream: Uint8Array): number[] {
  return Array.from({ length: Math.max(0, stream.length - 1) }, (_, i) => i + 1)
}

/** `expect` is too slow for every byte. */
function expectQuick(holds: boolean): void {
  if (!holds) throw new Error('a bound or promise is broken')
}

function fuzz(framing: Framing, bytesWanted: number): void {
  const random = randomFrom(SEED)
  const samples = fc.sample(messagesOf(framing, 60), 50).map((sent) => encodeAll(framing, sent))
  for (let bytes = 0; bytes < bytesWanted; ) {
    const stream = spoil(samples[random(samples.length)]!, random)
    bytes += stream.length + 1
    const whole = decode(framing, stream)
    const cuts = Array.from({ length: random(6) }, () => random(stream.length + 1))
    cuts.sort((a, b) => a - b)
    for (const reading of ['lent', 'taken'] as const) {
      const cut = decode(framing, stream, cuts, reading)
      if (JSON.stringify(whole) === JSON.stringify(cut)) continue
      const how = { stream: stream.toHex(), cuts, reading }
      expect({ ...how, ...cut }).toEqual({ ...how, ...whole })
    }
    // Nothing is made up: no more comes out than went in.
    const bytesOut = whole.messages.reduce((sum, hex) => sum + hex.length / 2, 0)
    expectQuick(bytesOut <= stream.length)
    const decoder = framing.decoder()
    if (push(decoder, stream, []) === MALFORMED) expectQuick(decoder.error !== null)
  }
}

/** Garbage alone, or a right stream with a byte changed, put in or taken out. */
function spoil(stream: Uint8Array, random: (below: number) => number): Uint8Array {
  const garbage = Uint8Array.from({ length: random(120) }, () => random(256))
  const way = random(5)
  if (way === 0 || stream.length === 0) return garbage
  if (way === 1) return concat([stream, garbage])
  const at = random(stream.length)
  const replaced = way === 2 ? [] : [garbage[0] ?? 0]
  const from = way === 4 ? at : at + 1
  return concat([stream.subarray(0, at), Uint8Array.from(replaced), stream.subarray(from)])
}
