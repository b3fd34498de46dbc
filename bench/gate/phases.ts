/** What a launch is put under, one phase after the other. Pure. */
import type { Extent } from '../../harness/load.ts'
import type { Phase } from './launch.ts'
import type { GatePlan } from './plan.ts'

/** For finding out how fast both are; also warms the generators. */
export const TRIAL: Phase = { warmUp: { durationMs: 250 }, measured: { durationMs: 150 } }

/** Of what the slower of the two can take; and of what a generator keeps its times at. */
const OPEN_RATE_SHARE = 0.5
const OPEN_RATE_MAX = 5_000
/** With fewer there is no tail to speak of: then the closed loop's latencies are taken. */
const OPEN_MESSAGES_MIN = 30
/** What is compared: long enough for what a server does now and then to be in most of them. */
const CLOSED_TURN_MS = 16
/** Short: few of them meet a machine that stops. Their slowest message is their tail. */
const OPEN_TURN_MS = 4
const OPEN_TURN_MESSAGES_MIN = 20
/** Where there is no open loop. */
const SLOW_TURN_MS = 20
/** Of one side at a time, within a turn. */
const SLICE_MS = 0.5

/** The same load on both sides, in turns of slices (harness/load-turns.ts). */
export interface Turns {
  /** Of each side, before the first turn. */
  warmUp: Extent
  turns: number
  slices: number
  /** Of one slice. */
  messages: number
  /** Open loop: what is due. Without it replies decide when the next message goes. */
  ratePerSecond?: number
}

export interface PairPhases {
  closed: Turns
  /** Null where there are too few messages for one. */
  open: Turns | null
}

/** Counts by the rate of the slower side: a head that is far slower must not take ages. */
export function phasesOf(plan: GatePlan, closedPerSecond: number, inFlight: number): PairPhases {
  const least = 2 * inFlight
  const count = (ms: number) => Math.ceil((closedPerSecond * ms) / 1000)
  const warmUp = { messages: Math.max(least, count(plan.warmUpMs)) }
  const ratePerSecond = Math.min(OPEN_RATE_MAX, Math.floor(closedPerSecond * OPEN_RATE_SHARE))
  const openMessages = Math.floor((ratePerSecond * plan.openMs) / 1000)
  if (openMessages < OPEN_MESSAGES_MIN) {
    // The tails of a turn are those of all its messages.
    const whole = shared(count(plan.closedMs + plan.openMs), least, SLOW_TURN_MS, closedPerSecond)
    return { closed: { warmUp, slices: 1, ...whole }, open: null }
  }
  const closed = shared(count(plan.closedMs), least, CLOSED_TURN_MS, closedPerSecond)
  const open = shared(openMessages, OPEN_TURN_MESSAGES_MIN, OPEN_TURN_MS, ratePerSecond)
  return {
    closed: { warmUp, ...sliced(closed, Math.max(least, count(SLICE_MS))) },
    open: { warmUp: { messages: open.messages }, slices: 1, ...open, ratePerSecond },
  }
}

/** Turns of slices of about so many messages. */
function sliced({ turns, messages }: Pick<Turns, 'turns' | 'messages'>, wanted: number) {
  const slices = Math.max(1, Math.floor(messages / wanted))
  return { turns, slices, messages: Math.ceil(messages / slices) }
}

/** So many messages in turns of at least `least`, an even number of turns where there are two. */
function shared(total: number, least: number, turnMs: number, perSecond: number) {
  const wanted = total / Math.max(least, (perSecond * turnMs) / 1000)
  const turns = Math.max(1, 2 * Math.floor(wanted / 2))
  return { turns, messages: Math.max(least, Math.ceil(total / turns)) }
}
