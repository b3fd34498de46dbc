import { describe, expect, test } from 'bun:test'
import { FRAME, parseFraming } from '../wire/index.ts'
import { LoadTape, loadMessage, readStamp, type TapeOptions, whyNotCarried } from './load-tape.ts'

const tapeOf = (framing: string, options: Partial<TapeOptions> = {}) =>
  new LoadTape({
    framing: parseFraming(framing),
    messageBytes: 64,
    connections: 1,
    depth: 8,
    connection: 0,
    seed: 1,
    ...options,
  })

describe('a tape', () => {
  test('is what the decoder takes apart into its messages', () => {
    for (const framing of ['u32be', 'json-header', 'i32le']) {
      const tape = tapeOf(framing)
      const decoder = parseFraming(framing).decoder()
      decoder.push(tape.bytes)
      for (let place = 0; place < tape.places; place++) {
        expect(decoder.next()).toBe(FRAME)
        expect(tape.holds(place, decoder.buffer, decoder.start, decoder.end)).toBe(true)
      }
      expect(decoder.finish()).toBeNull()
    }
  })

  test('goes round and round', () => {
    const tape = tapeOf('u16be', { messageBytes: 10 })
    const twice = Buffer.concat([tape.bytes, tape.bytes])
    expect(tape.continuesWith(twice, 0)).toBe(true)
    expect(tape.continuesWith(twice.subarray(7), 7 + 5 * tape.bytes.length)).toBe(true)
    expect(tape.continuesWith(twice.subarray(7), 8)).toBe(false)
    twice[twice.length - 1]! ^= 1
    expect(tape.continuesWith(twice, 0)).toBe(false)
  })

  test('holds more places than messages in flight, unless they are huge', () => {
    expect(tapeOf('u32be', { depth: 4096 }).places).toBeGreaterThan(4096)
    const huge = tapeOf('u32be', { messageBytes: 16 * 1024 * 1024, depth: 100 })
    expect(huge.places).toBeLessThan(5)
  })

  test('stamps each message with its place and connection', () => {
    const tape = tapeOf('u32be', { connection: 300 })
    expect(readStamp(tape.message(1234))).toEqual({ place: 1234, connection: 300 })
    expect(readStamp(Buffer.from('not ours'))).toBeNull()
    expect(readStamp(Buffer.from('short'))).toBeNull()
  })

  test('carries messages that are shorter than a stamp, and empty ones', () => {
    expect(Buffer.from(tapeOf('u8', { messageBytes: 2 }).message(0x21)).toString()).toBe('bc')
    const empty = tapeOf('u8', { messageBytes: 0 })
    expect(empty.frameBytes(0)).toBe(1)
    expect(empty.holds(0, new Uint8Array(5), 3, 3)).toBe(true)
  })
})

test('a long message does not repeat at round distances', () => {
  const message = loadMessage(1024 * 1024, 1)
  for (const shift of [1024, 4096, 65_536, 262_144]) {
    const head = message.subarray(0, 4096)
    expect(Buffer.compare(head, message.subarray(shift, shift + 4096))).not.toBe(0)
  }
})

test('says why a framing does not carry a size', () => {
  expect(whyNotCarried(parseFraming('u8'), 255)).toBeNull()
  expect(whyNotCarried(parseFraming('u8'), 256)).toContain('255')
  expect(whyNotCarried(parseFraming('raw'), 0)).toContain('empty')
})
