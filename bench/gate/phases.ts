/** What a launch is put under, one phase after the other. Pure. */
import type { Phase } from './launch.ts'
import type { GatePlan } from './plan.ts'

/** For finding out how fast both are; also warms the generators. */
export const TRIAL: Phase = { warmUp: { durationMs: 250 }, measured: { durationMs: 150 } }

/** Of what the slower of the two can take; and of what a generator keeps its times at. */
const OPEN_RATE_SHARE = 0.5
const OPEN_RATE_MAX = 5_000
/** With fewer there is no tail to speak of: then the closed loop's latencies are taken. */
const OPEN_MESSAGES_MIN = 30
const OPEN_WARM_UP_SHARE = 0.1

/** Counts by the rate of the slower side: a head that is far slower must not take ages. */
export function phasesOf(plan: GatePlan, closedPerSecond: number, inFlight: number): Phase[] {
  const count = (ms: number) => ({
    messages: Math.max(2 * inFlight, Math.ceil((closedPerSecond * ms) / 1000)),
  })
  const ratePerSecond = Math.min(OPEN_RATE_MAX, Math.floor(closedPerSecond * OPEN_RATE_SHARE))
  const openMessages = Math.floor((ratePerSecond * plan.openMs) / 1000)
  if (openMessages < OPEN_MESSAGES_MIN) {
    return [{ warmUp: count(plan.warmUpMs), measured: count(plan.closedMs + plan.openMs) }]
  }
  const warmUp = { messages: Math.ceil(openMessages * OPEN_WARM_UP_SHARE) }
  return [
    { warmUp: count(plan.warmUpMs), measured: count(plan.closedMs) },
    { warmUp, measured: { messages: openMessages }, ratePerSecond },
  ]
}
