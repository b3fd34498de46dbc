import { expect, test } from 'bun:test'
import type { BenchCell } from '../bench/result.ts'
import { MESSAGES_PER_SECOND } from './metric.ts'
import { EXAMPLE_WORKLOADS, exampleCell } from './testdata/example-bench.ts'
import { differenceBetween } from './visible-difference.ts'

const template = exampleCell({
  subject: 'any',
  framing: 'i32le',
  workload: EXAMPLE_WORKLOADS[0]!,
  throughputPerSecond: 100,
  latencyNsP50: 50_000,
  cpuNsPerMessage: 5000,
  overheadBytes: 4,
  spreadShare: 0.02,
})

const cellWith = (value: number, low: number, high: number, changes: Partial<BenchCell> = {}) => ({
  ...template,
  throughputPerSecond: value,
  throughputSpread: { low, high },
  ...changes,
})

const between = (left: BenchCell, right: BenchCell) => [
  differenceBetween(MESSAGES_PER_SECOND, left, right),
  differenceBetween(MESSAGES_PER_SECOND, right, left),
]

const bothSay = (answer: string, left: BenchCell, right: BenchCell) =>
  expect(between(left, right)).toEqual([answer, answer] as ReturnType<typeof between>)

test('launches that overlap are no difference', () => {
  bothSay('not-visible', cellWith(100, 98, 104), cellWith(107, 104, 110))
  bothSay('not-visible', cellWith(100, 90, 130), cellWith(120, 119, 121))
})

test('launches that only just part are no difference unless the medians are far apart', () => {
  bothSay('not-visible', cellWith(100, 96, 104), cellWith(108, 105, 112))
  bothSay('visible', cellWith(100, 96, 104), cellWith(109, 105, 112))
})

test('fewer than three launches say nothing', () => {
  const twice = { launches: template.launches.slice(0, 2) }
  bothSay('too-few-launches', cellWith(100, 99, 101, twice), cellWith(900, 899, 901))
  bothSay('too-few-launches', cellWith(100, 99, 101, { throughputSpread: null }), template)
})

test('where the generator was the limit nothing is said of the servers', () => {
  const bound = { generator: { cpuShare: 1, scheduleLagNsP99: null, bound: true } }
  bothSay('generator-bound', cellWith(100, 99, 101, bound), cellWith(900, 899, 901))
})
