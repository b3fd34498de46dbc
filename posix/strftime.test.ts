/** strftime against what Date says of the same moment. */
import { describe, expect, test } from 'bun:test'
import { strftime, TimeFormatError } from './strftime.ts'
import { bytesOf, textOf } from './testing.ts'

/** A Sunday, in whatever time zone this runs. */
const at = new Date(2024, 1, 4, 5, 6, 7)
const inFormat = (format: string): string => textOf(strftime(bytesOf(format), at))

describe('strftime', () => {
  test.each([
    ['%Y-%m-%d %X', '2024-02-04 05:06:07'],
    ['%A %B %j', 'Sunday February 035'],
    ['%H%%%M', '05%06'],
    ['no directive', 'no directive'],
    ['', ''],
    ['%%', '%'],
  ])('%j is %j', (format, expected) => {
    expect(inFormat(format)).toBe(expected)
  })

  test('what the C library does not know, it passes through', () => {
    expect(inFormat('%Q %! %')).toBe('%Q %! %')
  })

  test('text of any language survives, and so do bytes that are no text', () => {
    expect(inFormat('今は%Y年%m月、ю 🕒')).toBe('今は2024年02月、ю 🕒')
    const invalid = Uint8Array.of(0xff, 0xfe, 0x80, 0x00, 0x25, 0x59, 0x00, 0xc3)
    const expected = [0xff, 0xfe, 0x80, 0x00, ...bytesOf('2024'), 0x00, 0xc3]
    expect([...strftime(invalid, at)]).toEqual(expected)
  })

  test('a directive that is empty here is no error', () => {
    // AM or PM has no word in some locales: a result of 0 bytes is a result.
    expect(inFormat('%n')).toBe('\n')
    expect(inFormat('%t%t')).toBe('\t\t')
  })

  test('a format may be long, its result longer', () => {
    expect(inFormat('x'.repeat(100_000))).toBe('x'.repeat(100_000))
    expect(inFormat('%c'.repeat(10_000))).toBe(inFormat('%c').repeat(10_000))
  })

  test('a width that makes gigabytes of a few bytes is refused', () => {
    expect(() => inFormat('%999999999d')).toThrow(TimeFormatError)
    expect(() => inFormat('%099999Y'.repeat(50))).toThrow(TimeFormatError)
  })

  test('the local time is meant, as the time zone has it', () => {
    const child = Bun.spawnSync([process.execPath, '-e', ZONE_PROGRAM], {
      env: { ...process.env, TZ: 'Etc/GMT-9' },
    })
    expect(child.stdout.toString()).toBe('1970-01-01 09:00')
  })
})

const MODULE = JSON.stringify(new URL('./strftime.ts', import.meta.url).href)
const ZONE_PROGRAM = `
  const { strftime } = await import(${MODULE})
  const bytes = strftime(new TextEncoder().encode('%Y-%m-%d %H:%M'), new Date(0))
  process.stdout.write(bytes)
`
