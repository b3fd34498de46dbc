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
/** Shorter turns cost more in changing sides than they win. */
const CLOSED_TURN_MS = 8
const OPEN_TURN_MS = 20

/** The same load on both sides, so many times in turn. */
export interface Turn {
  phase: Phase
  rounds: number
}

export interface Turns {
  warmUp: Turn
  closed: Turn
  /** Null where there are too few messages for one. */
  open: Turn | null
}

/** Counts by the rate of the slower side: a head that is far slower must not take ages. */
export function turnsOf(plan: GatePlan, closedPerSecond: number, inFlight: number): Turns {
  const least = 2 * inFlight
  const count = (ms: number) => Math.ceil((closedPerSecond * ms) / 1000)
  const begun = { messages: inFlight }
  const warmUp = {
    phase: {
      warmUp: { messages: Math.max(least, count(plan.warmUpMs)) },
      measured: { messages: least },
    },
    rounds: 1,
  }
  const closedOf = (ms: number): Turn => {
    const { rounds, messages } = shared(count(ms), least, ms / CLOSED_TURN_MS)
    return { phase: { warmUp: begun, measured: { messages } }, rounds }
  }
  const ratePerSecond = Math.min(OPEN_RATE_MAX, Math.floor(closedPerSecond * OPEN_RATE_SHARE))
  const openMessages = Math.floor((ratePerSecond * plan.openMs) / 1000)
  if (openMessages < OPEN_MESSAGES_MIN) {
    return { warmUp, closed: closedOf(plan.closedMs + plan.openMs), open: null }
  }
  const { rounds, messages } = shared(openMessages, OPEN_MESSAGES_MIN, plan.openMs / OPEN_TURN_MS)
  const openWarmUp = { messages: Math.ceil(messages * OPEN_WARM_UP_SHARE) }
  const phase = { warmUp: openWarmUp, measured: { messages }, ratePerSecond }
  return { warmUp, closed: closedOf(plan.closedMs), open: { phase, rounds } }
}

/** So many messages in turns of at least `least`, an even number of turns where there are two. */
function shared(
  total: number,
  least: number,
  wanted: number,
): { rounds: number; messages: number } {
  const most = Math.min(wanted, total / least)
  const rounds = Math.max(1, 2 * Math.floor(most / 2))
  return { rounds, messages: Math.max(least, Math.ceil(total / rounds)) }
}
