import { describe, expect, test } from 'bun:test'
import { phasesOf, type Turns } from './phases.ts'
import { LAUNCH_PLAN as plan } from './testing.ts'

const allOf = ({ turns, slices, messages }: Turns) => turns * slices * messages

describe('the load of a launch', () => {
  test('closed: turns of 16 ms in slices of half a millisecond', () => {
    const { closed } = phasesOf(plan, 20_000, 1)
    expect(closed).toEqual({ warmUp: { messages: 6_000 }, turns: 20, slices: 32, messages: 10 })
  })

  test('open: half of what the slower side can take, 5,000 a second at most, in one slice', () => {
    const { open } = phasesOf(plan, 20_000, 1)
    expect(open).toMatchObject({ ratePerSecond: 5_000, slices: 1, turns: 74, messages: 21 })
    expect(phasesOf(plan, 8_000, 1).open).toMatchObject({ ratePerSecond: 4_000 })
  })

  test.each([1, 100, 1_024])('%p in flight: each slice is filled at least twice', (inFlight) => {
    const { closed } = phasesOf(plan, 200_000, inFlight)
    expect(closed.messages).toBeGreaterThanOrEqual(2 * inFlight)
    expect(allOf(closed)).toBeWithin(0.95 * 64_000, 1.1 * 64_000)
  })

  test('a slow server: one closed loop of whole turns, which has its latencies too', () => {
    const { closed, open } = phasesOf(plan, 100, 1)
    expect(open).toBeNull()
    expect(closed).toEqual({ warmUp: { messages: 30 }, slices: 1, turns: 30, messages: 3 })
    expect(phasesOf(plan, 0.5, 4).closed).toMatchObject({ turns: 1, slices: 1, messages: 8 })
  })
})
