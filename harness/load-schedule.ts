/**
 * The open loop's clock: messages are due at fixed times, whatever the subject does.
 *
 * Message i is due i intervals behind the start, on connection i mod n. Waits of the kernel are
 * good for a millisecond, so the last stretch before each message is spent looking at the clock and
 * at the sockets in turn, without waiting.
 */
import { nowNs } from './clock.ts'
import type { LoadPlan } from './load.ts'

/** In flight on all connections together; what is due beyond that waits for replies. */
const OPEN_DEPTH_MAX = 16_384
const OPEN_DEPTH_MIN = 16
/** Behind its time, a phase goes on sending this long, as a share of that time. */
const LATE_SHARE_MAX = 0.5
const LATE_NS_MIN = 1e9
/** A wait ends at most this late on a quiet machine. */
const WAIT_SLACK_NS = 2e6

/** Messages in flight on one connection at most, of a loop that waits for replies. */
export function depthOf({ loop, connections, manner }: LoadPlan): number {
  if (loop.kind === 'closed') return loop.depth
  // The next message ends the connection that this one's reply comes on.
  if (manner?.reconnect) return 1
  return Math.max(OPEN_DEPTH_MIN, Math.floor(OPEN_DEPTH_MAX / connections))
}

/** How long messages are still sent that were due in a phase of that length. */
export const lateNsMax = (plannedNs: number): number =>
  Math.max(LATE_NS_MIN, plannedNs * LATE_SHARE_MAX)

export interface ScheduleOptions {
  ratePerSecond: number
  startNs: number
  messages: number
  /** The message with this number, from 0, is due now. */
  due(message: number): void
  /** The messages of one turn have been told. */
  turned(): void
}

export class LoadSchedule {
  readonly #options: ScheduleOptions
  readonly intervalNs: number
  #told = 0

  constructor(options: ScheduleOptions) {
    this.#options = options
    this.intervalNs = 1e9 / options.ratePerSecond
  }

  /** True when every message has been due. */
  get isOver(): boolean {
    return this.#told >= this.#options.messages
  }

  /** Tells what is due by now. Returns for how many milliseconds it need not be asked again. */
  turn(): number {
    const { startNs, messages, due, turned } = this.#options
    const passed = Math.floor((nowNs() - startNs) / this.intervalNs) + 1
    const until = Math.min(passed, messages)
    if (until > this.#told) {
      while (this.#told < until) due(this.#told++)
      turned()
    }
    if (this.isOver) return Number.POSITIVE_INFINITY
    const waitNs = startNs + this.#told * this.intervalNs - nowNs() - WAIT_SLACK_NS
    return Math.max(0, Math.floor(waitNs / 1e6))
  }
}
