/**
 * Error and power of whole gates, by simulation, with launches that differ as measured on a
 * two-core machine: standard deviations of a block's log ratio of CPU time and of wall time.
 */
import { describe, expect, test } from 'bun:test'
import { type SimulatedMetric, simulate } from './testing.ts'

const FACTOR = process.env.FRAMEGATE_LONG ? 20 : 1
const GATES = 10_000 * FACTOR
/** For what is not close: shares that are far from what they are held to. */
const FEWER = 2_000 * FACTOR

const metricsOf = (cpu: number, wall: number, floor = 0.03): readonly SimulatedMetric[] => [
  { blockDeviation: cpu, floor },
  { blockDeviation: wall, floor: Math.max(floor, 0.03) },
  { blockDeviation: 2 * wall, floor: 0.1 },
  { blockDeviation: 0.2, floor: 0.3 },
]

const PYTHON = metricsOf(0.002, 0.004)
const WORKING_BUN = metricsOf(0.002, 0.009)
/** About 1 µs of work a message, on a machine twice as noisy as where the gate was made. */
const LIGHT_BUN = metricsOf(0.022, 0.025)
/** The launches of several scenarios are shorter. */
const LIGHT_BUN_SHORT = metricsOf(0.029, 0.033)
/** Launches of a second one behind the other, hardly warmed up. */
const LIGHT_BUN_COLD = metricsOf(0.057, 0.044)

const MINUTE = { routeBlocks: 0, earlyBlocks: [4, 8], looks: [12] }
const FIVE_MINUTES = { routeBlocks: 6, earlyBlocks: [4, 8], looks: [12, 18, 24] }
const common = { scenarios: 1, disturbed: 0, plan: MINUTE }

/** Effects are read a little smaller than they are: 5 % as 4.2 % (wall) to 4.6 % (CPU). */
const FIVE_PERCENT_AS_READ = 0.042
const TEN_PERCENT_AS_READ = 0.085

describe('nothing changed', () => {
  test.each([
    ['Python', PYTHON],
    ['a Bun server with work', WORKING_BUN],
    ['a light Bun server', LIGHT_BUN],
  ])('%s: hardly ever regressed, rarely inconclusive', async (_, metrics) => {
    const tally = await simulate({ ...common, metrics, effect: 0 }, GATES, 1)
    expect(tally.regressed).toBeLessThanOrEqual(0.002)
    expect(tally.inconclusive).toBeLessThanOrEqual(0.01)
    // Most of them end before the first look.
    expect(tally.blocks).toBeLessThan(8)
  })

  test('the noisiest: not regressed either, but inconclusive', async () => {
    const simulation = { ...common, metrics: LIGHT_BUN_COLD, effect: 0 }
    const tally = await simulate(simulation, FEWER, 2)
    expect(tally.regressed).toBeLessThanOrEqual(0.01)
    expect(tally.inconclusive).toBeGreaterThan(0.1)
  })

  test('a disturbed machine: no false alarm', async () => {
    const simulation = { ...common, metrics: LIGHT_BUN, effect: 0, disturbed: 0.02 }
    const tally = await simulate(simulation, GATES, 3)
    expect(tally.regressed).toBeLessThanOrEqual(0.01)
    expect(tally.inconclusive).toBeLessThanOrEqual(0.05)
  })

  test('twelve cells in two stages: most end with the first', async () => {
    const simulation = { ...common, metrics: LIGHT_BUN_SHORT, scenarios: 3, effect: 0 }
    const tally = await simulate({ ...simulation, plan: FIVE_MINUTES }, FEWER, 4)
    expect(tally.regressed).toBeLessThanOrEqual(0.002)
    expect(tally.inconclusive).toBeLessThanOrEqual(0.01)
    expect(tally.blocks).toBeLessThan(12 + 24)
  })
})

describe('head is slower', () => {
  test.each([
    ['Python', PYTHON, FEWER],
    ['a Bun server with work', WORKING_BUN, FEWER],
    ['a light Bun server', LIGHT_BUN, GATES],
  ])('%s: 5 %% is found in 95 of 100, 10 %% in 99', async (_, metrics, gates) => {
    const five = await simulate({ ...common, metrics, effect: FIVE_PERCENT_AS_READ }, gates, 5)
    expect(five.regressed).toBeGreaterThanOrEqual(0.95)
    const ten = await simulate({ ...common, metrics, effect: TEN_PERCENT_AS_READ }, FEWER, 6)
    expect(ten.regressed).toBeGreaterThanOrEqual(0.99)
  })

  test('one scenario of three, in two stages', async () => {
    const simulation = { ...common, metrics: LIGHT_BUN_SHORT, scenarios: 3, plan: FIVE_MINUTES }
    const tally = await simulate({ ...simulation, effect: FIVE_PERCENT_AS_READ }, FEWER, 7)
    expect(tally.regressed).toBeGreaterThanOrEqual(0.95)
  })

  test('2 % at a floor of 1 %, on quiet servers', async () => {
    for (const metrics of [metricsOf(0.002, 0.004, 0.01), metricsOf(0.002, 0.009, 0.01)]) {
      const tally = await simulate({ ...common, metrics, effect: 0.0175 }, FEWER, 8)
      expect(tally.regressed).toBeGreaterThanOrEqual(0.95)
    }
  })

  test('below the floor it is no regression, however sure', async () => {
    const tally = await simulate({ ...common, metrics: PYTHON, effect: 0.02 }, FEWER, 9)
    expect(tally.regressed).toBe(0)
    expect(tally.pass).toBeGreaterThan(0.99)
  })

  test('faster is improved', async () => {
    const tally = await simulate({ ...common, metrics: WORKING_BUN, effect: -0.06 }, FEWER, 10)
    expect(tally.improved).toBeGreaterThan(0.99)
  })
})
