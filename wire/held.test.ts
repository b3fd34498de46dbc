/** Long frames that stay where they lie, instead of being put together. */
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { type Decoder, type Encoder, FRAME } from './framing.ts'
import type { Gather } from './gather.ts'
import { concat, cutsOf, encodeAll, framingOf } from './testing.ts'

const FRAMINGS = ['u32be', 'i32le', 'u24be', 'u64le', 'u32le?length-includes-header'] as const
const BYTES_MAX = 128 * 1024
const LONG_BYTES = 65_536

const copiedBy = (decoder: Decoder): number =>
  (decoder as Decoder & { gather: Gather }).gather.bytesCopied

/** What an echo answers that passes frames on in the pieces in which they came. */
class Echo {
  readonly answered: Uint8Array[] = []
  readonly decoder: Decoder
  readonly #encoder: Encoder

  constructor(id: string) {
    const framing = framingOf(id, BYTES_MAX)
    this.decoder = framing.decoder()
    this.#encoder = framing.encoder()
  }

  read(chunk: Uint8Array): void {
    const { decoder } = this
    decoder.push(chunk)
    for (;;) {
      const { held, heldStart } = decoder
      if (decoder.wholeFrames!() > 0) {
        if (held!.length > 0) this.answered.push(held!.slice(heldStart))
        this.answered.push(decoder.buffer.slice(decoder.start, decoder.end))
      }
      decoder.holdRest!()
      if (decoder.next() !== FRAME) return
      const message = decoder.buffer.subarray(decoder.start, decoder.end)
      this.answered.push(this.#encoder.encode(message))
    }
  }

  hex(): string {
    return concat(this.answered).toHex()
  }
}

const message = (bytes: number, fill: number) => new Uint8Array(bytes).fill(fill)
const stream = encodeAll(framingOf('u32be', BYTES_MAX), [
  message(LONG_BYTES, 1),
  message(10, 2),
  message(LONG_BYTES, 3),
])

function readIn(id: string, bytes: Uint8Array, cuts: readonly number[]): Echo {
  const echo = new Echo(id)
  for (const [at, end] of [...cuts, bytes.length].entries()) {
    echo.read(bytes.slice(cuts[at - 1] ?? 0, end))
  }
  return echo
}

test('in two pieces: nothing is copied', () => {
  const echo = readIn('u32be', stream, [LONG_BYTES - 50])
  expect(echo.hex()).toBe(stream.toHex())
  expect(copiedBy(echo.decoder)).toBe(0)
  expect(echo.decoder.held!.length).toBe(0)
  expect(echo.decoder.finish()).toBeNull()
})

test('in three: it is put together after all', () => {
  const echo = readIn('u32be', stream, [20_000, 40_000])
  expect(echo.hex()).toBe(stream.toHex())
  expect(copiedBy(echo.decoder)).toBe(LONG_BYTES + 4)
})

test('who asks for the message gets it in one piece', () => {
  const { decoder } = readIn('u32be', stream.slice(0, 30_000), [])
  expect(decoder.held!.length).toBe(30_000)
  decoder.push(stream.slice(30_000))
  expect(decoder.next()).toBe(FRAME)
  expect(decoder.buffer.subarray(decoder.start, decoder.end)).toEqual(message(LONG_BYTES, 1))
})

describe('it is copied', () => {
  test('where little of it has come', () => {
    const { decoder } = readIn('u32be', stream.slice(0, 1_000), [])
    expect(decoder.held!.length).toBe(0)
    expect(copiedBy(decoder)).toBe(1_000)
  })

  test('where it would keep far more memory than it has bytes', () => {
    const before = encodeAll(framingOf('u32be', BYTES_MAX), [message(90_000, 9)])
    const { decoder } = readIn('u32be', concat([before, stream.subarray(0, 20_000)]), [])
    expect(decoder.held!.length).toBe(0)
    expect(copiedBy(decoder)).toBe(20_000)
  })
})

test('an end of the stream inside it is an error', () => {
  const { decoder } = readIn('u32be', stream.slice(0, 30_000), [])
  expect(decoder.finish()?.reason).toBe('truncated')
})

test('a length over the limit is refused, however much comes with it', () => {
  const lying = concat([Uint8Array.of(0x7f, 0, 0, 0), message(50_000, 0)])
  const { decoder, answered } = readIn('u32be', lying, [])
  expect(answered).toEqual([])
  expect(decoder.error?.reason).toBe('length-over-max')
})

test.each(FRAMINGS)('%s: what comes back is what went, however cut', (id) => {
  const lengths = fc.oneof(fc.nat({ max: 100 }), fc.integer({ min: 15_000, max: 100_000 }))
  const streams = fc.array(lengths, { minLength: 1, maxLength: 6 }).chain((all) => {
    const bytes = encodeAll(
      framingOf(id, BYTES_MAX),
      all.map((length, at) => message(length, at)),
    )
    return fc.tuple(fc.constant(bytes), cutsOf(bytes.length))
  })
  fc.assert(
    fc.property(streams, ([bytes, cuts]) => {
      const echo = readIn(id, bytes, cuts)
      expect(echo.hex()).toBe(bytes.toHex())
      expect(echo.decoder.finish()).toBeNull()
    }),
    { numRuns: 200 },
  )
})
