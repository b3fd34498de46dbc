import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { HEADER_BLOCK_BYTES_MAX } from './content-length.ts'
import { FRAME, MALFORMED, MESSAGE_BYTES_MAX_DEFAULT, NEED_MORE } from './framing.ts'
import { Gather } from './gather.ts'
import { INTEGER_CODES, readInteger, readSmallInteger, writeInteger } from './integer.ts'
import { bytesOf, carries, concat, decode, encodeAll, framingOf, push } from './testing.ts'

const hexOf = (text: string): string => bytesOf(text).toHex()
const notCarried = expect.objectContaining({ reason: 'message-not-carried' })

describe('memory', () => {
  const IN_FRONT = ['u8', 'u16be', 'u32le', 'u64be', 'varint', 'netstring', 'content-length']
  const ALL = [...IN_FRONT, 'json-header', 'fixed:5', 'line', 'delimiter:0d0a', 'cobs', 'slip']

  test.each(ALL)('%s copies the frame that straddles and no other', (id) => {
    const framing = framingOf(id)
    const frame = framing.encoder().encode(bytesOf('hello'))
    const stream = concat([frame, frame, frame])
    const cut = frame.length + 2
    const [first, second] = [stream.slice(0, cut), stream.slice(cut)]
    const decoder = framing.decoder()
    decoder.push(first)
    expect(decoder.next()).toBe(FRAME)
    expect(decoder.buffer).toBe(first)
    expect(decoder.next()).toBe(NEED_MORE)
    decoder.push(second)
    expect(decoder.next()).toBe(FRAME)
    expect(decoder.buffer).not.toBe(second)
    expect(decoder.next()).toBe(FRAME)
    expect(decoder.buffer).toBe(second)
    expect(decoder.next()).toBe(NEED_MORE)
    expect(decoder.buffer).not.toBe(second)
    expect(decoder.finish()).toBe(null)
    const { gather } = decoder as unknown as { gather: Gather }
    expect(gather.bytesCopied).toBeLessThanOrEqual(frame.length)
  })

  test('a large frame leaves no large buffer behind, a small one does', () => {
    const gather = new Gather()
    gather.append(new Uint8Array(2000), 0, 2000)
    gather.clear()
    expect(gather.bytes.length).toBe(8000)
    gather.append(new Uint8Array(8 * 1024 * 1024), 0, 8 * 1024 * 1024)
    gather.clear()
    expect(gather.bytes.length).toBe(0)
  })

  test('growing stops at the frame’s end when that is known', () => {
    const gather = new Gather()
    gather.append(new Uint8Array(1000), 0, 1000)
    gather.lengthKnown = 5000
    gather.append(new Uint8Array(3500), 0, 3500)
    expect(gather.bytes.length).toBe(5000)
  })

  test.each([
    ['line', 3000, 3001],
    ['delimiter:0d0a', 3000, 3002],
    ['cobs', 3000, 3000],
    ['slip', 3000, 3000],
  ])('%s has no length in front: growing stops at the limit', (id, limit, capacity) => {
    const framing = framingOf(id, limit)
    const decoder = framing.decoder()
    const stream = framing.encoder().encode(new Uint8Array(limit).fill(0x41))
    for (let at = 0; at < stream.length; at += 1000) {
      decoder.push(stream.subarray(at, at + 1000))
      expect(decoder.next()).toBe(at + 1000 < stream.length ? NEED_MORE : FRAME)
    }
    const { gather } = decoder as unknown as { gather: Gather }
    expect(gather.bytes.length).toBe(capacity)
  })

  test('a chunk pushed over one that is not used up is a mistake, not lost bytes', () => {
    const decoder = framingOf('u8').decoder()
    decoder.push(bytesOf('\x01a\x01b'))
    expect(decoder.next()).toBe(FRAME)
    expect(() => decoder.push(bytesOf('\x01c'))).toThrow(TypeError)
  })
})

describe('integers', () => {
  test.each(Object.entries(INTEGER_CODES))('%s agrees with DataView', (kind, code) => {
    const width = kind === 'u8' ? 1 : Number(/\d+/.exec(kind)![0]) / 8
    fc.assert(
      fc.property(fc.uint8Array({ minLength: width, maxLength: width }), (field) => {
        const digits = kind.endsWith('le') ? field.slice().reverse() : field
        const unsigned = BigInt(`0x${digits.toHex()}`)
        const value = Number(kind.startsWith('i') ? BigInt.asIntN(32, unsigned) : unsigned)
        expect(readInteger(field, 0, code)).toBe(value)
        const small = value >= 0 && value < 2 ** 31
        if (small) expect(readSmallInteger(field, 0, code)).toBe(value)
        else expect(readSmallInteger(field, 0, code)).toBeLessThan(0)
        if (value < 0 || value > Number.MAX_SAFE_INTEGER) return
        const written = new Uint8Array(width)
        writeInteger(value, written, 0, code)
        expect(written.toHex()).toBe(field.toHex())
      }),
      { numRuns: 200 },
    )
  })

  test.each([
    ['001fffffffffffff', 'length-over-max'],
    ['0020000000000000', 'length-unsafe'],
    ['0020000000000001', 'length-unsafe'],
    ['0000000080000000', 'length-over-max'],
    ['0000000100000000', 'length-over-max'],
  ] as const)('u64be %s', (hex, reason) => {
    const stream = Uint8Array.fromHex(hex)
    expect(decode(framingOf('u64be'), stream)).toEqual({ messages: [], reason })
  })

  test('2^53-1 itself waits for its bytes where the limit allows it', () => {
    const framing = framingOf('u64le?max=9007199254740991')
    const stream = Uint8Array.fromHex('ffffffffffff1f00')
    expect(decode(framing, stream)).toEqual({ messages: [], reason: 'truncated' })
  })
})

describe('raw and datagram: a push is a message', () => {
  test('raw has no empty message', () => {
    const decoder = framingOf('raw').decoder()
    const messages: string[] = []
    for (const text of ['he', '', 'llo']) expect(push(decoder, bytesOf(text), messages)).toBe(0)
    expect(messages).toEqual(['he', 'llo'].map(hexOf))
    expect(decoder.finish()).toBe(null)
    expect(() => framingOf('raw').encoder().encode(bytesOf(''))).toThrow(notCarried)
    expect(framingOf('raw').encoder().encode(bytesOf('a')).toHex()).toBe('61')
  })

  test('datagram has', () => {
    const decoder = framingOf('datagram').decoder()
    const messages: string[] = []
    for (const text of ['he', '', 'llo']) expect(push(decoder, bytesOf(text), messages)).toBe(0)
    expect(messages).toEqual(['he', '', 'llo'].map(hexOf))
    expect(framingOf('datagram').encoder().encode(bytesOf('')).length).toBe(0)
    expect(framingOf('datagram').encoder().pieces(bytesOf(''))).toEqual([])
  })

  test.each(['raw', 'datagram'])('%s refuses what is over the limit', (id) => {
    const framing = framingOf(id, 3)
    const decoder = framing.decoder()
    expect(push(decoder, bytesOf('abc'), [])).toBe(NEED_MORE)
    expect(push(decoder, bytesOf('abcd'), [])).toBe(MALFORMED)
    expect(push(decoder, bytesOf('abc'), [])).toBe(MALFORMED)
    expect(decoder.finish()?.reason).toBe('length-over-max')
    expect(carries(framing, bytesOf('abcd'))).toBe(false)
  })
})

describe('what an encoder refuses (ALL-10)', () => {
  test.each([
    ['fixed:3', 'ab'],
    ['fixed:3', ''],
    ['fixed:3', 'abcd'],
    ['line', 'a\nb'],
    ['line', '\n'],
    ['delimiter:0d0a', 'a\r\n'],
    // "aa" behind "ba" would be found one byte early.
    ['delimiter:6161', 'ba'],
    ['delimiter:61626162', 'xab'],
    ['slip', ''],
    ['u8', 'x'.repeat(256)],
    ['u8?length-includes-header', 'x'.repeat(255)],
    ['length-field?width=2', '\x00\x05hell'],
    ['length-field?width=2', '\x00'],
    ['length-field?width=2&adjust=4&strip=2', 'abc'],
  ])('%s %j', (id, text) => {
    const encoder = framingOf(id).encoder()
    const target = new Uint8Array(1000)
    expect(() => encoder.encode(bytesOf(text))).toThrow(notCarried)
    expect(() => encoder.pieces(bytesOf(text))).toThrow(notCarried)
    expect(() => encoder.encodeInto(bytesOf(text), target, 0)).toThrow(notCarried)
    expect(target.every((byte) => byte === 0)).toBe(true)
  })

  test.each([
    ['line', 'a\r'],
    ['delimiter:0d0a', 'a\r'],
    ['delimiter:0d0a', '\n'],
    ['delimiter:61626162', 'ab'.slice(1)],
    ['length-field?width=2', '\x00\x04hell'],
    ['length-field?width=2&adjust=4&strip=2', 'abcd'],
  ])('but not %s %j', (id, text) => {
    const framing = framingOf(id)
    const stream = encodeAll(framing, [bytesOf(text), bytesOf(text)])
    const messages = [hexOf(text), hexOf(text)]
    expect(decode(framing, stream)).toEqual({ messages, reason: null })
  })

  test('what a delimiter’s encoder lets through comes back', () => {
    const mark = fc.array(fc.constantFrom('00', '01'), { minLength: 1, maxLength: 8 })
    const message = fc.array(fc.constantFrom(0, 1, 2), { maxLength: 12 })
    fc.assert(
      fc.property(mark, fc.array(message, { maxLength: 4 }), (hex, lists) => {
        const framing = framingOf(`delimiter:${hex.join('')}`)
        const sent = lists.map((list) => Uint8Array.from(list)).filter((m) => carries(framing, m))
        const stream = encodeAll(framing, sent)
        const expected = { messages: sent.map((m) => m.toHex()), reason: null }
        expect(decode(framing, stream)).toEqual(expected)
        const cuts = Array.from(stream.keys()).slice(1)
        expect(decode(framing, stream, cuts)).toEqual(expected)
      }),
      { numRuns: 300 },
    )
  })
})

describe('content-length (CL-5)', () => {
  const framing = framingOf('content-length')
  const block = (bytes: number): string => {
    const end = '\r\nContent-Length: 1\r\n\r\n'
    return `X:${'y'.repeat(bytes - end.length - 2)}${end}`
  }

  test.each([HEADER_BLOCK_BYTES_MAX - 1, HEADER_BLOCK_BYTES_MAX])('%d bytes of header', (bytes) => {
    const stream = bytesOf(`${block(bytes)}a`)
    const expected = { messages: ['61'], reason: null }
    expect(decode(framing, stream)).toEqual(expected)
    expect(decode(framing, stream, Array.from(stream.keys()).slice(1))).toEqual(expected)
  })

  test('one more is refused, before its end', () => {
    const stream = bytesOf(`${block(HEADER_BLOCK_BYTES_MAX + 1)}a`)
    const expected = { messages: [], reason: 'header-over-max' } as const
    expect(decode(framing, stream).reason).toBe(expected.reason)
    const early = stream.subarray(0, HEADER_BLOCK_BYTES_MAX)
    expect(decode(framing, early, Array.from(early.keys()).slice(1)).reason).toBe(expected.reason)
    expect(decode(framing, early.subarray(0, -1)).reason).toBe('truncated')
  })

  test('every message has a header block of its own', () => {
    const stream = bytesOf('Content-Length: 1\r\n\r\naX: 1\r\n\r\n')
    expect(decode(framing, stream)).toEqual({ messages: ['61'], reason: 'length-missing' })
  })
})

test('slip: END bytes alone are nothing, and a clean end', () => {
  expect(decode(framingOf('slip'), bytesOf('\xc0\xc0\xc0'))).toEqual({ messages: [], reason: null })
  expect(decode(framingOf('slip'), bytesOf('\xc0\xdb')).reason).toBe('truncated')
})

test('slip: the limit counts what is meant, not its escapes', () => {
  const framing = framingOf('slip', 2)
  const decoded = (text: string) => decode(framing, bytesOf(text))
  expect(decoded('\xdb\xdc\xdb\xdd\xc0')).toEqual({ messages: ['c0db'], reason: null })
  expect(decoded('\xdb\xdc\xdb\xdd\xdb\xdc').reason).toBe('length-over-max')
})

test('cobs: zeros count for the limit, the one behind the message does not', () => {
  const framing = framingOf('cobs', 2)
  const encode = (text: string) => framingOf('cobs').encoder().encode(bytesOf(text))
  const fits = decode(framing, concat([encode('\0\0'), encode('a\0'), encode('\0a')]))
  expect(fits).toEqual({ messages: ['0000', '6100', '0061'], reason: null })
  for (const text of ['\0\0\0', 'a\0\0', '\0ab', 'abc']) {
    expect(decode(framing, encode(text)).reason).toBe('length-over-max')
  }
})

test('16 MiB come through in 1 KiB chunks', () => {
  const message = new Uint8Array(MESSAGE_BYTES_MAX_DEFAULT).fill(0x41)
  const stream = framingOf('u32le').encoder().encode(message)
  const decoder = framingOf('u32le').decoder()
  let frames = 0
  for (let at = 0; at < stream.length; at += 1024) {
    decoder.push(stream.subarray(at, at + 1024))
    while (decoder.next() === FRAME)
      frames += decoder.end - decoder.start === message.length ? 1 : 9
  }
  expect(frames).toBe(1)
  const { gather } = decoder as unknown as { gather: Gather }
  expect(gather.bytesCopied).toBeLessThan(1.5 * stream.length)
})
