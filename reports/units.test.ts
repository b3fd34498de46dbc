import { expect, test } from 'bun:test'
import {
  BYTES,
  BYTES_PER_SECOND,
  COUNT,
  DURATION_NS,
  overhead,
  percent,
  plural,
  quantity,
  range,
  type Scale,
  size,
} from './units.ts'

/** No-break spaces and word joiners read badly in an expectation. */
const plain = (text: string) => text.replaceAll('\u00a0', ' ').replaceAll('\u2060', '')

const reads = (scale: Scale, rows: [number, string][]) => {
  for (const [value, text] of rows)
    expect([value, plain(quantity(value, scale))]).toEqual([value, text])
}

test('counts change unit where the rounded figure reaches a thousand', () => {
  reads(COUNT, [
    [0, '0'],
    [5, '5'],
    [0.25, '0.25'],
    [12.34, '12.3'],
    [999, '999'],
    [999.4, '999'],
    [999.5, '1.00 k'],
    [1000, '1.00 k'],
    [1001, '1.00 k'],
    [9_994, '9.99 k'],
    [9_996, '10.0 k'],
    [411_734, '412 k'],
    [999_499, '999 k'],
    [999_500, '1.00 M'],
    [1_000_000, '1.00 M'],
    [999_499_999, '999 M'],
    [999_500_000, '1.00 G'],
    [7e12, '7000 G'],
  ])
})

test('durations go from nanoseconds to seconds', () => {
  reads(DURATION_NS, [
    [1, '1 ns'],
    [999, '999 ns'],
    [1000, '1.00 µs'],
    [52_400, '52.4 µs'],
    [999_499, '999 µs'],
    [999_500, '1.00 ms'],
    [999_499_999, '999 ms'],
    [999_500_000, '1.00 s'],
    [61e9, '61.0 s'],
  ])
})

test('bytes change unit at 1024, one value either side', () => {
  reads(BYTES, [
    [1023, '1023 B'],
    [1024, '1.00 KiB'],
    [1025, '1.00 KiB'],
    [1023.4 * 1024, '1023 KiB'],
    [1023.5 * 1024, '1.00 MiB'],
    [1024 ** 2, '1.00 MiB'],
    [1023.4 * 1024 ** 2, '1023 MiB'],
    [1023.5 * 1024 ** 2, '1.00 GiB'],
  ])
  reads(BYTES_PER_SECOND, [[1.41 * 1024 ** 3, '1.41 GiB/s']])
})

test('a range is written in the unit of its value', () => {
  expect(plain(range(412_000, 398_000, 421_000, COUNT))).toBe('398–421')
  expect(plain(range(1_010_000, 960_000, 1_070_000, COUNT))).toBe('0.96–1.07')
  expect(plain(range(640, 600, 700, DURATION_NS))).toBe('600–700')
})

test('chosen sizes are exact', () => {
  const rows: [number, string][] = [
    [0, '0 B'],
    [64, '64 B'],
    [1023, '1023 B'],
    [1024, '1 KiB'],
    [1536, '1.5 KiB'],
    [64 * 1024 ** 2, '64 MiB'],
  ]
  for (const [bytes, text] of rows) expect(plain(size(bytes))).toBe(text)
})

test('overhead, percent and plural', () => {
  expect(plain(overhead(4))).toBe('4 B')
  expect(plain(overhead(69.25))).toBe('69.3 B')
  expect(plain(overhead(4112))).toBe('4.02 KiB')
  expect([0, 0.00001, 0.0005, 0.0588, 0.62].map(percent).map(plain)).toEqual([
    '0 %',
    '< 0.01 %',
    '0.05 %',
    '5.9 %',
    '62 %',
  ])
  expect(plural(1, 'case')).toBe('1 case')
  expect(plural(1200, 'case')).toBe('1,200 cases')
})
