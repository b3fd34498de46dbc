/**
 * Has the subject come to rest? Then waiting longer shows nothing new, and a case need not spend
 * its whole deadline on a server that will never answer.
 *
 * At rest means: no thread runs or is ready to run, next to no CPU time was used since the last
 * look, and that for a while. A machine under load does not fool it: a thread that waits for a
 * core is ready to run. For a subject that was not started by us nothing can be seen, and only
 * deadlines count.
 */
import { nowMs } from '../harness/clock.ts'
import type { Launched } from '../harness/launch.ts'
import { cpuNs } from '../harness/process-tree.ts'
import { until } from '../harness/reactor.ts'
import type { Wire } from '../harness/schedule.ts'

const LOOK_MS = 100
/** Rest this long is final: longer than the usual timers of servers, delayed closes included. */
const REST_MS = 1_000
/** Rest this long is enough when a verdict stands and only its name is open. */
const SHORT_REST_MS = 150
/** Rest this long with unread bytes in its queue: it has decided not to read. */
const STALL_MS = 60
/** A subject that runs for so long without moving a byte spins: it will not rest. */
const RESTLESS_MS = 2_000
const STALL_LOOK_MS = 5
/** Who has not rested so many times in a row spins: it is not waited for at such length again. */
const RESTLESS_TIMES = 3
const KNOWN_RESTLESS_SHARE = 0.1
/** How many times in a row each process was waited for in vain. */
const restless = new WeakMap<Launched, number>()
/** Servers fork rarely; listing a group anew at every look would cost more than the look. */
const MEMBERS_AGE_MS_MAX = 250
const IDLE_CPU_SHARE_MAX = 0.03

export class Quiet {
  readonly lookMs = LOOK_MS
  readonly #process: Launched | null
  readonly #restMs: number
  readonly #restlessMs: number
  /** CPU time at the last look; null when there was none since something happened. */
  #cpuNs: number | null = null
  #sinceMs = 0
  #lookedMs = 0

  constructor(process: Launched | null, timeScale: number) {
    this.#process = process
    this.#restMs = REST_MS * timeScale
    this.#restlessMs = RESTLESS_MS * timeScale
  }

  /** Something happened: the rest starts anew. */
  restart(): void {
    // Most replies come at once: whoever waits for longer looks, and only then it is counted.
    this.#cpuNs = null
  }

  /** True when the subject has been at rest for long enough. */
  look(rest: 'long' | 'short'): boolean {
    if (!this.#process?.running) return false
    const before = this.#cpuNs
    const used = cpuNs(this.#process.members(MEMBERS_AGE_MS_MAX))
    const now = nowMs()
    const elapsedNs = (now - this.#lookedMs) * 1e6
    this.#cpuNs = used
    this.#lookedMs = now
    const idle = before !== null && used - before <= elapsedNs * IDLE_CPU_SHARE_MAX
    if (!idle || !this.#sleeps()) this.#sinceMs = now
    return now - this.#sinceMs >= (rest === 'long' ? this.#restMs : SHORT_REST_MS)
  }

  /** Waits until no thread of the subject runs or wants to; not for ever, for some never rest. */
  async asleep(deadlineMs: number): Promise<boolean> {
    const process = this.#process
    if (!process) return false
    const times = restless.get(process) ?? 0
    const patienceMs = this.#restlessMs * (times < RESTLESS_TIMES ? 1 : KNOWN_RESTLESS_SHARE)
    const slept = await until(() => this.#sleeps(), Math.min(deadlineMs, nowMs() + patienceMs))
    restless.set(process, slept ? 0 : times + 1)
    return slept
  }

  #stall = {
    movedMs: 0,
    sinceMs: 0,
    lookedMs: 0,
    queued: null as number | null,
    unsent: -1,
    sent: -1,
  }

  /**
   * True when the subject leaves bytes unread, sleeps, and nothing has moved for a moment: it has
   * stopped reading, for a `moment` (until its replies are read) or for good. To be asked again
   * and again.
   */
  stalled({ peer, queue }: Pick<Wire, 'peer' | 'queue'>, howLong: 'moment' | 'final'): boolean {
    const queued = queue?.()?.receiveQueueBytes ?? null
    const unsent = peer.socket.unsentBytes()
    const sent = peer.sentBytes
    const last = this.#stall
    // What was sent since counts as well: chunk after chunk the queue may look the same.
    const moved = queued !== last.queued || unsent !== last.unsent || sent !== last.sent
    const now = nowMs()
    if (moved) {
      this.#stall = { movedMs: now, sinceMs: now, lookedMs: now, queued, unsent, sent }
      return false
    }
    // A look at the threads costs more than all of the above.
    if (now - last.lookedMs < STALL_LOOK_MS) return false
    last.lookedMs = now
    const isRestless = now - last.movedMs >= this.#restlessMs
    if (this.#process && !isRestless && !this.#sleeps()) last.sinceMs = now
    // With nothing there to be read it is the kernel that holds something back, for longer.
    const isMoment = howLong === 'moment' && queued !== 0
    return now - last.sinceMs >= (isMoment ? STALL_MS : this.#restMs)
  }

  /** True when the subject has read all that was sent, and sleeps. */
  hasReadAll({ peer, queue }: Pick<Wire, 'peer' | 'queue'>): boolean {
    const state = queue?.() ?? null
    // What has arrived is acknowledged late: only where it is not counted is that all there is.
    const arrived = state?.arrivedBytes ?? peer.sentBytes - peer.socket.unsentBytes()
    if (arrived < peer.sentBytes || (state?.receiveQueueBytes ?? 0) > 0) return false
    return this.#sleeps()
  }

  #sleeps(): boolean {
    return this.#process?.sleeps() ?? true
  }
}
