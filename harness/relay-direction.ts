/** One direction of a relay: takes datagrams in, and lets them go as the plan says. */
import { nowMs } from './clock.ts'
import { type Fate, RelayPlan, withBitFlipped } from './relay-plan.ts'

/** Beyond so many, what comes is lost, as it would be in a router. */
const HELD_MAX = 4_096

/** What became of the datagrams so far. */
export interface RelayCounts {
  taken: number
  /** Copies that were sent on. */
  passed: number
  lost: number
  doubled: number
  flipped: number
  /** Copies that were sent on behind one that had come later. */
  overtaken: number
  /** Lost because too many were held, or because nobody had the port open. */
  undelivered: number
}

interface Held {
  bytes: Uint8Array
  fate: Fate
}

export class RelayDirection {
  readonly counts: RelayCounts = {
    taken: 0,
    passed: 0,
    lost: 0,
    doubled: 0,
    flipped: 0,
    overtaken: 0,
    undelivered: 0,
  }
  #plan: RelayPlan
  /** False when nobody has the port open. */
  readonly #send: (bytes: Uint8Array) => boolean
  #window: Held[] = []
  #windows = 0
  /** On their way, the one that is due first in front. */
  readonly #delayed: (Held & { dueMs: number })[] = []
  #highestIndex = -1
  /** Told of each datagram just before it is sent on, as it will arrive. */
  onPass: (bytes: Uint8Array, fate: Fate) => void = () => {}

  constructor(plan: RelayPlan, send: (bytes: Uint8Array) => boolean) {
    this.#plan = plan
    this.#send = send
  }

  /** From now on everything passes as it comes. What is held keeps its fate. */
  calm(): void {
    this.#plan = new RelayPlan(this.#plan.seed, {})
  }

  get held(): number {
    return this.#window.length + this.#delayed.length
  }

  /** When the next one that is held is due; infinity when none is. */
  get dueMs(): number {
    return this.#delayed[0]?.dueMs ?? Number.POSITIVE_INFINITY
  }

  take(bytes: Uint8Array): void {
    const fate = this.#plan.fateOf(this.counts.taken++)
    const { copies, flippedBit } = fate
    if (copies === 0) {
      this.counts.lost++
    } else if (this.held + copies > HELD_MAX) {
      this.counts.undelivered++
    } else {
      if (copies === 2) this.counts.doubled++
      if (flippedBit !== null && bytes.length > 0) this.counts.flipped++
      const changed = flippedBit === null ? bytes : withBitFlipped(bytes, flippedBit)
      for (let copy = 0; copy < copies; copy++) this.#window.push({ bytes: changed, fate })
    }
    const { reorderWindow } = this.#plan.weather
    // Lost ones count: where a window ends depends on indices alone.
    if (reorderWindow === 0 || this.counts.taken % reorderWindow === 0) this.flush()
  }

  /** Lets a window go before it is full: nothing more will come. */
  flush(): void {
    const window = this.#window
    this.#window = []
    const reorders = this.#plan.weather.reorderWindow > 0
    const order = reorders ? this.#plan.orderOf(this.#windows++, window.length) : window.keys()
    const now = nowMs()
    for (const from of order) this.#delay(window[from]!, now)
    this.release(now)
  }

  #delay(held: Held, now: number): void {
    const dueMs = now + held.fate.delayMs
    const at = this.#delayed.findLastIndex((other) => other.dueMs <= dueMs)
    this.#delayed.splice(at + 1, 0, { ...held, dueMs })
  }

  /** Sends on what is due. */
  release(now: number): void {
    while (this.dueMs <= now) {
      const { bytes, fate } = this.#delayed.shift()!
      if (fate.index < this.#highestIndex) this.counts.overtaken++
      this.#highestIndex = Math.max(this.#highestIndex, fate.index)
      this.onPass(bytes, fate)
      if (this.#send(bytes)) this.counts.passed++
      else this.counts.undelivered++
    }
  }
}
