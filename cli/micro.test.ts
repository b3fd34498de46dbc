import { expect, test } from 'bun:test'
import type { MicroResult, MicroRow } from '../bench/micro/result.ts'
import { UsageError } from './errors.ts'
import { EXIT } from './exit-codes.ts'
import { exitCodeOfMicro, microLines, runMicro } from './micro.ts'

const row = (contender: string, more: Partial<MicroRow> = {}): MicroRow => ({
  name: 'decode-64B-line',
  contender,
  framing: 'line',
  frameBytes: 64,
  chunkBytes: 65_536,
  peer: null,
  delivers: 'range',
  framesPerSecond: 41_000_000,
  bytesPerSecond: 41_000_000 * 64,
  spread: { low: 40_000_000, high: 42_000_000 },
  ratioToPeer: null,
  targets: [],
  wrong: null,
  ...more,
})

const nothing = { framesPerSecond: null, bytesPerSecond: null, spread: null }

const resultOf = (rows: MicroRow[], partial = false): MicroResult => ({
  schema: 'framegate.micro/1',
  partial,
  environment: {} as MicroResult['environment'],
  rounds: 3,
  rows,
})

/** What keeps figures and units together on a page is of no use to a reader of tests. */
const plain = (lines: readonly string[]): string[] =>
  lines.map((line) => line.replaceAll('\u2060', '').replaceAll('\u00a0', ' '))

test('a heading a case, a line a contender, its goals beneath', () => {
  const targets = [
    { text: 'at least 3 times as fast as split2', wanted: 3, reached: 3.42, met: true },
    { text: 'at least 9 times', wanted: 9, reached: 3.42, met: false },
  ]
  const slower = row('split2', { framesPerSecond: 12_000_000, bytesPerSecond: 768_000_000 })
  const ratioToPeer = { value: 3.42, low: 3.3, high: 3.5 }
  const lines = microLines(resultOf([row('framegate'), { ...slower, ratioToPeer, targets }]))
  expect(plain(lines)).toEqual([
    'decode-64B-line: 64 B messages',
    '  framegate  41.0 M msg/s  (40.0–42.0)  2.44 GiB/s',
    '  split2     12.0 M msg/s  (40.0–42.0)  732 MiB/s  the first is 3.42 × as fast',
    '             goal reached: at least 3 times as fast as split2',
    '             goal missed: at least 9 times',
  ])
})

test('what has no number says why', () => {
  const wrong = row('split2', { ...nothing, wrong: 'message 3 is another' })
  const lines = plain(microLines(resultOf([row('framegate', nothing), wrong], true)))
  expect(lines.slice(1)).toEqual([
    '  framegate  not measured',
    '  split2     no number (message 3 is another)',
    'Interrupted: these results are not all.',
  ])
})

test('exit codes', () => {
  const wrong = { ...nothing, wrong: 'message 3 is another' }
  expect(exitCodeOfMicro(resultOf([row('framegate')]))).toBe(EXIT.ok)
  expect(exitCodeOfMicro(resultOf([row('framegate')], true))).toBe(EXIT.interrupted)
  expect(exitCodeOfMicro(resultOf([row('framegate', wrong)]))).toBe(EXIT.failed)
  expect(exitCodeOfMicro(resultOf([row('split2', { ...wrong, peer: 'split2@1' })]))).toBe(EXIT.ok)
})

test('a server is not what --micro measures', () => {
  expect(runMicro(['length-prefixed'], { seed: 1 })).rejects.toBeInstanceOf(UsageError)
})
