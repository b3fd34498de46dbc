import { describe, expect, test } from 'bun:test'
import type { TurnFigures } from '../../harness/load-turns.ts'
import { METRICS } from './metric.ts'

const metric = (id: string) => METRICS.find((one) => one.id === id)!
/** Turns of 100 messages that took so long, and so much CPU time, each. */
const turns = (...costsNs: readonly number[]): TurnFigures[] =>
  costsNs.map((cost) => ({
    messages: 100,
    durationNs: 100 * cost,
    cpuNs: 100 * cost,
    latencyNsP50: cost,
    latencyNsP99: cost,
  }))
const ratioOf = (id: string, base: readonly number[], head: readonly number[]): number =>
  Math.exp(metric(id).logRatioOf({ base: turns(...base), head: turns(...head) }))

describe.each(['cpuNsPerMessage', 'throughputPerSecond'])('%s', (id) => {
  test('a machine that changes its speed between rounds is in no ratio', () => {
    const speeds = [100, 250, 80, 130, 900, 100, 110, 70]
    const slower = speeds.map((speed) => 1.05 * speed)
    expect(ratioOf(id, speeds, slower)).toBeCloseTo(1.05, 9)
    expect(ratioOf(id, slower, speeds)).toBeCloseTo(1 / 1.05, 9)
  })

  test('a cost that is no positive number is no ratio', () => {
    expect(ratioOf(id, [100, 100], [100, 0])).toBeNaN()
    expect(ratioOf(id, [100, Number.NaN], [100, 100])).toBeNaN()
  })
})

/** One turn in eight takes ten times as long. */
const BASE = [100, 100, 100, 100, 100, 100, 100, 100]
const RARELY = [100, 100, 1_000, 100, 100, 100, 100, 100]

test('CPU time: a turn in which one side was disturbed does not count', () => {
  expect(ratioOf('cpuNsPerMessage', BASE, RARELY)).toBeCloseTo(1, 9)
})

test('throughput: what happens rarely counts', () => {
  expect(ratioOf('throughputPerSecond', BASE, RARELY)).toBeCloseTo(10 ** (1 / 8), 9)
})

test('throughput is shown as messages a second', () => {
  const { costOf, figureOf } = metric('throughputPerSecond')
  expect(figureOf(costOf(turns(1_000, 1_000)))).toBeCloseTo(1_000_000, 3)
})

test('p99: stops of the machine do not count, what each turn meets does', () => {
  const calm = [100, 110, 120, 130, 140, 150, 160, 170]
  const stopped = [9_000, 110, 8_000, 100, 7_000, 120, 130, 6_000]
  expect(ratioOf('latencyNsP99', calm, stopped)).toBeCloseTo(1, 9)
  const waiting = [190, 200, 210, 220, 230, 260, 2_000, 3_000]
  expect(ratioOf('latencyNsP99', calm, waiting)).toBeGreaterThan(1.6)
})
