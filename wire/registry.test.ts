import { describe, expect, test } from 'bun:test'
import * as wire from './index.ts'
import { FramingOptionError, formatSize, parseSize } from './options.ts'
import { FRAMING_IDS, FRAMING_USAGES, parseFraming } from './registry.ts'
import { STREAM_FRAMINGS } from './testing.ts'

const MIB = 1024 * 1024

describe('sizes', () => {
  test.each([
    ['0', 0, '0B'],
    ['17', 17, '17B'],
    ['17B', 17, '17B'],
    ['1KiB', 1024, '1KiB'],
    ['1536B', 1536, '1536B'],
    ['16MiB', 16 * MIB, '16MiB'],
    ['2GiB', 2048 * MIB, '2GiB'],
    ['2048MiB', 2048 * MIB, '2GiB'],
    ['9007199254740991', Number.MAX_SAFE_INTEGER, '9007199254740991B'],
  ])('%s', (text, bytes, canonical) => {
    expect(parseSize(text)).toBe(bytes)
    expect(formatSize(bytes)).toBe(canonical)
  })

  test.each(['', '-1', '1.5MiB', '1MB', '1 MiB', 'MiB', '1mib', '0x10', '9007199254740992', '1e3'])(
    "not '%s'",
    (text) => {
      expect(() => parseSize(text)).toThrow(FramingOptionError)
    },
  )
})

describe('ids', () => {
  test.each([
    ['u32be', 'u32be'],
    ['u32be?length-includes-header&max=1024KiB', 'u32be?max=1MiB&length-includes-header'],
    ['json-header?digest=none', 'json-header?digest=none'],
    ['json-header?digest=md5', 'json-header'],
    ['fixed:0256', 'fixed:256'],
    ['fixed:1KiB', 'fixed:1024'],
    ['delimiter:0D0A', 'delimiter:0d0a'],
    ['length-field?width=2&strip=2', 'length-field?offset=0&width=2&endian=be&adjust=0&strip=2'],
    [
      'length-field?offset=2&width=2&endian=be&adjust=-4&strip=4&max=1KiB',
      'length-field?max=1KiB&offset=2&width=2&endian=be&adjust=-4&strip=4',
    ],
  ])('%s is %s', (text, canonical) => {
    expect(parseFraming(text).id).toBe(canonical)
    expect(parseFraming(canonical).id).toBe(canonical)
  })

  test('every framing has a line and an example that holds', () => {
    expect(new Set(FRAMING_IDS).size).toBe(FRAMING_IDS.length)
    for (const { id, usage, example } of FRAMING_USAGES) {
      const framing = parseFraming(example)
      expect(framing.id).toBe(example)
      expect(usage.startsWith(id)).toBe(true)
      expect(framing.summary).not.toBe('')
    }
  })

  test('the properties are tested for every framing that has a stream', () => {
    const tested = new Set(STREAM_FRAMINGS.map((id) => id.split(/[:?]/)[0]))
    const untested = FRAMING_IDS.filter((id) => !tested.has(id))
    expect(untested).toEqual(['raw', 'datagram'])
  })
})

describe('limit', () => {
  test('the option wins over the default, 16 MiB without either', () => {
    expect(parseFraming('u32be').messageBytesMax).toBe(16 * MIB)
    expect(parseFraming('u32be', { messageBytesMax: 5 }).messageBytesMax).toBe(5)
    expect(parseFraming('u32be?max=1KiB', { messageBytesMax: 5 }).messageBytesMax).toBe(1024)
  })

  test.each([
    ['u8', 255],
    ['u8?length-includes-header', 254],
    ['u16le', 65_535],
    ['u16le?length-includes-header', 65_533],
    ['u24be', 16 * MIB - 1],
    ['u32be?max=5GiB', 2 ** 32 - 1],
    ['i32le?max=5GiB', 2 ** 31 - 1],
    ['u64be?max=5GiB', 5 * 1024 * MIB],
    ['datagram', 65_507],
    ['fixed:12', 12],
    ['length-field?offset=2&width=1&adjust=-3&strip=3', 252],
  ])('%s takes %d bytes', (text, bytes) => {
    const framing = parseFraming(text)
    expect(framing.messageBytesMax).toBe(bytes)
    if (bytes < 16 * MIB) expect(framing.cannotCarry).not.toBe('')
  })
})

describe('what is wrong is said with what is allowed', () => {
  test.each([
    ['u32bee', "no framing 'u32bee'; did you mean u32be? There are: raw, u8, "],
    ['netstrnig', 'did you mean netstring?'],
    ['xyzzy', "no framing 'xyzzy'. There are: raw, "],
    ['', "no framing ''. There are: "],
    ['u32be?maks=1', "u32be has no option 'maks'; it has max, length-includes-header"],
    ['raw?digest=none', "raw has no option 'digest'; it has max"],
    ['u32be?max=1MB', "'1MB' is not a size: digits, then B, KiB, MiB or GiB"],
    ['u32be?max=', "'' is not a size"],
    ['u32be?max=1&max=2', "has 'max' twice"],
    ['u32be?', 'an option without a name'],
    ['u32be?length-includes-header=no', 'length-includes-header takes no value'],
    ['json-header?digest=sha1', 'digest=sha1: one of md5, none is needed'],
    ['fixed', "'fixed' has to be written fixed:<bytes>"],
    ['fixed:0', 'fixed:0: from 1 byte to the limit of 16MiB'],
    ['fixed:2KiB?max=1KiB', 'fixed:2KiB: from 1 byte to the limit of 1KiB'],
    ['raw:1', "'raw:1' has to be written raw"],
    ['delimiter:', '1 to 8 bytes in hex are needed'],
    ['delimiter:0d0', '1 to 8 bytes in hex are needed'],
    ['delimiter:000000000000000000', '1 to 8 bytes in hex are needed'],
    ['length-field?width=5', 'width=5: one of 1, 2, 3, 4, 8 is needed'],
    ['length-field?endian=middle', 'endian=middle: one of be, le is needed'],
    ['length-field?offset=-1', 'offset=-1: a whole number from 0 to 65536 is needed'],
    ['length-field?adjust=1.5', 'adjust=1.5: a whole number from -65536 to 65536 is needed'],
  ])('%s', (text, message) => {
    expect(() => parseFraming(text)).toThrow(FramingOptionError)
    expect(() => parseFraming(text)).toThrow(message)
  })
})

test('the public entry has what the others build on', () => {
  expect(Object.keys(wire).sort()).toEqual([
    'FRAME',
    'FRAMING_IDS',
    'FRAMING_USAGES',
    'FramingError',
    'FramingOptionError',
    'JSON_HEADER_BYTES_MAX',
    'JsonHeaderDecoder',
    'JsonHeaderEncoder',
    'MALFORMED',
    'MESSAGE_BYTES_MAX_DEFAULT',
    'NEED_MORE',
    'decoderStream',
    'encodeJsonHeader',
    'encoderStream',
    'formatSize',
    'messageDuplex',
    'messages',
    'parseFraming',
    'parseJsonHeader',
    'parseSize',
  ])
})
