import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { FRAME, FramingError, MALFORMED, NEED_MORE } from './framing.ts'
import {
  encodeJsonHeader,
  JSON_HEADER_BYTES_MAX,
  JsonHeaderDecoder,
  JsonHeaderEncoder,
  parseJsonHeader,
} from './json-header.ts'
import { visitMembers } from './json-scan.ts'
import { concat, decode, framingOf, type Outcome } from './testing.ts'

const HELLO = new TextEncoder().encode('hello')
const HELLO_MD5 = '5d41402abc4b2a76b9719d911017c592'

/** A frame with this text or these bytes for a header. */
function frameOf(header: string | Uint8Array, message: Uint8Array = HELLO): Uint8Array {
  const json = typeof header === 'string' ? new TextEncoder().encode(header) : header
  const length = new Uint8Array(4)
  new DataView(length.buffer).setInt32(0, json.length, true)
  return concat([length, json, message])
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString()
}

function reasonOf(header: string | Uint8Array): string | null {
  return decode(framingOf('json-header'), frameOf(header)).reason
}

function refusalOf(text: string): string {
  try {
    return JSON.stringify(parseJsonHeader(text))
  } catch (error) {
    return error instanceof FramingError ? error.reason : String(error)
  }
}

describe('scanner', () => {
  const members = (text: string) => {
    const seen: [string, string][] = []
    return visitMembers(text, (key, source) => seen.push([key, source])) ? seen : null
  }

  test('agrees with JSON.parse on what is an object', () => {
    const isObject = (text: string) => {
      try {
        const value: unknown = JSON.parse(text)
        return typeof value === 'object' && value !== null && !Array.isArray(value)
      } catch {
        return false
      }
    }
    const token = fc.constantFrom(
      ...['{', '}', '[', ']', ',', ':', '"', '\\', 'u', '0041', '-', '0', '12', '.', '5', 'e', '+'],
      ...['"a"', '""', '"b\\n"', 'true', 'false', 'null', 'NaN', ' ', '\t', '\n', '\u00a0', "'"],
    )
    const soup = fc.array(token, { maxLength: 12 }).map((tokens) => tokens.join(''))
    const right = fc.object().map((value) => JSON.stringify(value, null, 1))
    const spoiled = fc
      .tuple(right, token, fc.nat())
      .map(
        ([text, put, at]) => text.slice(0, at % text.length) + put + text.slice(at % text.length),
      )
    const wrapped = soup.map((text) => `{"k":${text}}`)
    fc.assert(
      fc.property(fc.oneof(soup, wrapped, right, spoiled), (text) => {
        expect(members(text) !== null).toBe(isObject(text))
      }),
      { numRuns: 3000 },
    )
  })

  test('values come as they were written, repeated keys too', () => {
    expect(members(' { "a" : 1.50 , "\\u0061":[ {"a":2} ] ,"a":"\\n"} ')).toEqual([
      ['a', '1.50'],
      ['a', '[ {"a":2} ]'],
      ['a', '"\\n"'],
    ])
  })

  test('nothing that a key is called is inherited or kept', () => {
    const text = '{"__proto__":{"total_size":7},"constructor":{"prototype":{"x":1}},"total_size":5}'
    expect(parseJsonHeader(text).totalSize).toBe(5)
    expect(({} as Record<string, unknown>).total_size).toBeUndefined()
    expect(({} as Record<string, unknown>).x).toBeUndefined()
    expect(refusalOf('{"__proto__":{"total_size":7}}')).toBe('length-missing')
  })
})

describe('header (JH-1 to JH-6)', () => {
  test.each([
    [
      '{"total_size":9007199254740991}',
      '{"totalSize":9007199254740991,"md5":null,"fileName":null}',
    ],
    ['{"total_size":0}', '{"totalSize":0,"md5":null,"fileName":null}'],
    [
      `{"file_name":"a\\u002fb","md5":"${HELLO_MD5.toUpperCase()}","total_size":5}`,
      `{"totalSize":5,"md5":"${HELLO_MD5}","fileName":"a/b"}`,
    ],
    [
      `{"md5":"${HELLO_MD5.toUpperCase()}","md5":"${HELLO_MD5}","total_size":5}`,
      `{"totalSize":5,"md5":"${HELLO_MD5}","fileName":null}`,
    ],
    ['{"total_size":9007199254740992}', 'length-unsafe'],
    ['{"total_size":10000000000000000}', 'length-unsafe'],
    ['{"total_size":99999999999999999999999999}', 'length-unsafe'],
    ['{"total_size":5,"total_size":"5"}', 'length-malformed'],
    ['{"total_size":5,"total_size":6}', 'length-repeated'],
    ['{"total_size":null}', 'length-malformed'],
    ['{"total_size":[5]}', 'length-malformed'],
    ['{"total_size":{}}', 'length-malformed'],
    ['{"total_size":Infinity}', 'header-malformed'],
    ['{"total_size":0x5}', 'header-malformed'],
    ["{'total_size':5}", 'header-malformed'],
    ['{"total_size":5}/**/', 'header-malformed'],
    ['{"total_size":5,"a":"\u0001"}', 'header-malformed'],
    ['{"total_size":5,"a":"\\x"}', 'header-malformed'],
    ['"total_size"', 'header-malformed'],
    ['', 'header-malformed'],
    ['{"file_name":"a","file_name":"b","total_size":5}', 'header-malformed'],
    ['{"file_name":null,"total_size":5}', 'header-malformed'],
    ['{"md5":null,"total_size":5}', 'digest-malformed'],
    [`{"md5":"${'g'.repeat(32)}","total_size":5}`, 'digest-malformed'],
  ])('%s', (text, expected) => {
    expect(refusalOf(text)).toBe(expected)
  })

  test('depth is not the stack’s affair', () => {
    const open = '['.repeat(32_000)
    const close = ']'.repeat(32_000)
    expect(reasonOf(`{"total_size":5,"deep":${open}${close}}`)).toBe(null)
    expect(reasonOf(`{"total_size":5,"deep":${open}${open}`)).toBe('header-malformed')
    expect(reasonOf('['.repeat(JSON_HEADER_BYTES_MAX))).toBe('header-malformed')
    const nested = '{"a":'.repeat(10_000)
    expect(reasonOf(`{"total_size":5,"deep":${nested}1${'}'.repeat(10_000)}}`)).toBe(null)
    expect(refusalOf(`{"a":${'['.repeat(100_000)}`)).toBe('header-malformed')
    expect(refusalOf(`{"a":"${'\\u0041'.repeat(100_000)}"}`)).toBe('length-missing')
  })

  test('the length field is bytes, 1 to 65,536', () => {
    const padded = (bytes: number) => '{"total_size":5}'.padEnd(bytes)
    expect(reasonOf(padded(JSON_HEADER_BYTES_MAX))).toBe(null)
    expect(reasonOf(padded(JSON_HEADER_BYTES_MAX + 1))).toBe('header-length')
    expect(reasonOf(' ')).toBe('header-malformed')
  })

  test('UTF-8 without byte-order mark, in whatever pieces it comes', () => {
    const framing = framingOf('json-header')
    const stream = frameOf('{"total_size":5,"file_name":"电影 😀"}')
    for (let cut = 1; cut < stream.length; cut++) {
      expect(decode(framing, stream, [cut])).toEqual({ messages: [HELLO.toHex()], reason: null })
    }
    expect(reasonOf('\ufeff{"total_size":5}')).toBe('header-malformed')
    const utf16 = new Uint8Array(Buffer.from('{"total_size":5}', 'utf16le'))
    expect(reasonOf(utf16)).toBe('header-malformed')
    const overlong = concat([Uint8Array.of(0xc0, 0xa0), new TextEncoder().encode('{}')])
    expect(reasonOf(overlong)).toBe('header-malformed')
  })
})

describe('decoder', () => {
  test('tells what the last header said', () => {
    const decoder = new JsonHeaderDecoder(100)
    expect(decoder.header).toBe(null)
    decoder.push(concat([frameOf('{"total_size":5,"file_name":"a"}'), frameOf('{"total_size":5}')]))
    expect(decoder.next()).toBe(FRAME)
    expect(decoder.header).toEqual({ totalSize: 5, md5: null, fileName: 'a' })
    expect(decoder.next()).toBe(FRAME)
    expect(decoder.header).toEqual({ totalSize: 5, md5: null, fileName: null })
    expect(decoder.headerText).toBe('{"total_size":5}')
    expect(decoder.next()).toBe(NEED_MORE)
  })

  test('a digest that differs ends the stream, what was before is out (JH-4)', () => {
    const framing = framingOf('json-header')
    const right = framing.encoder().encode(HELLO)
    const wrong = right.slice()
    wrong[wrong.length - 1]! ^= 1
    const stream = concat([right, wrong, right])
    const expected: Outcome = { messages: [HELLO.toHex()], reason: 'digest-mismatch' }
    expect(decode(framing, stream)).toEqual(expected)
    for (let cut = 1; cut < stream.length; cut++) {
      expect(decode(framing, stream, [cut])).toEqual(expected)
    }
  })

  test('verifies with digest=none too: that is about writing', () => {
    const frame = frameOf(`{"md5":"${'0'.repeat(32)}","total_size":5}`)
    const decoder = framingOf('json-header?digest=none').decoder()
    decoder.push(frame)
    expect(decoder.next()).toBe(MALFORMED)
  })
})

describe('encoder (JH-7)', () => {
  test('writes compact JSON, the name first', () => {
    const encoder = new JsonHeaderEncoder(100, 'md5')
    encoder.fileName = 'f1 "é".txt'
    const [length, json, message] = encoder.pieces(HELLO)
    const text = `{"file_name":"f1 \\"é\\".txt","md5":"${HELLO_MD5}","total_size":5}`
    expect(textOf(json!)).toBe(text)
    expect([...length!]).toEqual([json!.length, 0, 0, 0])
    expect(message).toBe(HELLO)
    expect(encoder.frameBytesMax(5)).toBe(4 + json!.length + 5)
    encoder.fileName = null
    expect(textOf(encoder.encode(HELLO)).slice(4)).toBe(
      `{"md5":"${HELLO_MD5}","total_size":5}hello`,
    )
  })

  test('a header alone, for a message from elsewhere', () => {
    const header = { totalSize: 5, md5: HELLO_MD5, fileName: null }
    const frame = concat([encodeJsonHeader(header), HELLO])
    expect(frame.toHex()).toBe(new JsonHeaderEncoder(100, 'md5').encode(HELLO).toHex())
  })

  test('keys of a protocol’s own come first, and cannot take the place of the framing’s', () => {
    const header = { totalSize: 0, md5: null, fileName: null }
    const bytes = encodeJsonHeader(header, { op: 'ls', total_size: 7 })
    expect(textOf(bytes.subarray(4))).toBe('{"op":"ls","total_size":0}')
  })

  test('a name that makes the header too long is refused', () => {
    const encoder = new JsonHeaderEncoder(100, 'none')
    encoder.fileName = 'x'.repeat(JSON_HEADER_BYTES_MAX)
    expect(() => encoder.encode(HELLO)).toThrow(
      expect.objectContaining({ reason: 'message-not-carried' }),
    )
  })
})
