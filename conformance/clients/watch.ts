/** What a client does by itself while we wait: sends, rests, spins, ends. */
import { nowMs } from '../../harness/clock.ts'
import type { LaunchedClient } from '../../harness/launch-client.ts'
import type { Peer } from '../../harness/peer.ts'
import { cpuNs } from '../../harness/process-tree.ts'
import { until } from '../../harness/reactor.ts'
import { firstDifference } from '../compare-messages.ts'
import type { Quiet } from '../quiet.ts'
import { concat, type ReferenceFraming } from '../reference/framing.ts'
import { ReplyReader } from '../reply-reader.ts'
import type { ClientHoldings } from './client-holdings.ts'

/** A client whose threads all sleep for this long waits for us: it will not send by itself. */
const MOMENT_MS = 20
/** So much CPU time behind the end of the stream, and nothing to read: it spins. */
const SPIN_CPU_MS_MAX = 1_000
/** Between two looks at a client that has not ended. */
const LOOK_MS = 5
/** Listing its processes anew at every look would cost more than the look. */
const MEMBERS_AGE_MS_MAX = 250

export interface WatchOptions {
  client: LaunchedClient
  peer: Peer
  framing: ReferenceFraming
  /** Messages that it was given on its standard input. */
  requests: readonly Uint8Array[]
  quiet: Quiet
  holdings: ClientHoldings
  deadlineMs: number
  timeScale: number
}

export class Watch {
  /** What it sent, as the suite reads it. */
  readonly reader: ReplyReader
  /** True when it used the CPU instead of waiting. */
  spun = false
  readonly #options: WatchOptions
  #readsTaken = 0

  constructor(options: WatchOptions) {
    this.#options = options
    this.reader = new ReplyReader(options.framing, false)
  }

  get hasEnded(): boolean {
    return !this.#options.client.process.running
  }

  /** Takes in what was read of it since the last time. */
  collect(): void {
    const { reads } = this.#options.peer
    for (; this.#readsTaken < reads.length; this.#readsTaken++) {
      this.reader.push(reads[this.#readsTaken]!)
    }
  }

  /** Bytes of a request that has begun and is not complete. */
  unfinishedRequest(): Uint8Array {
    const all = concat(this.#options.peer.reads)
    return all.subarray(all.length - this.reader.partialBytes)
  }

  /** Until `enough()`, or it has sent something wrong, ended, or come to rest for so long. */
  async until(enough: () => boolean, rest: 'moment' | 'long'): Promise<void> {
    const { deadlineMs, quiet, timeScale, peer, client } = this.#options
    let asleepSinceMs = nowMs()
    quiet.restart()
    this.#options.holdings.look()
    const isDecided = () => {
      this.collect()
      return enough() || this.#isWrong()
    }
    while (nowMs() < deadlineMs) {
      const before = peer.receivedBytes
      const step = rest === 'moment' ? LOOK_MS : quiet.lookMs
      await peer.readUntil(isDecided, Math.min(deadlineMs, nowMs() + step))
      if (isDecided() || !peer.open || this.hasEnded) return
      const moved = peer.receivedBytes > before
      if (moved) quiet.restart()
      if (rest === 'long' && !moved && quiet.look('long')) return
      if (moved || !client.process.sleeps()) asleepSinceMs = nowMs()
      if (rest === 'moment' && nowMs() - asleepSinceMs >= MOMENT_MS * timeScale) return
    }
  }

  /** Wrong requests need no more of them. */
  #isWrong(): boolean {
    if (this.reader.malformed !== null) return true
    return firstDifference(this.#options.requests, this.reader.messages) !== null
  }

  /** Reads so many bytes at a time, until a request is whole or nothing comes for a while. */
  async sip(bytesEach: number): Promise<void> {
    const { quiet, peer } = this.#options
    const hasNews = () => this.hasEnded || this.#hasMore()
    while (this.reader.messages.length === 0 && peer.canRead) {
      const count = peer.read(bytesEach)
      this.collect()
      if (count > 0) continue
      if (!(await until(hasNews, nowMs() + quiet.lookMs)) || this.hasEnded) return
    }
  }

  /**
   * Until it has ended: true; false when it rests, spins, or the deadline has passed. Reads what
   * still comes, and ends the stream once the client has ended its side of it.
   */
  async untilEnded(): Promise<boolean> {
    const { deadlineMs, quiet, peer } = this.#options
    const startCpuMs = this.#cpuMs()
    this.#options.holdings.look()
    quiet.restart()
    for (let lookedMs = nowMs(); nowMs() < deadlineMs; ) {
      const before = peer.receivedBytes
      this.#takeIn()
      await until(() => this.hasEnded || this.#hasMore(), nowMs() + LOOK_MS)
      if (this.hasEnded) {
        this.#takeIn()
        return true
      }
      if (peer.receivedBytes > before) quiet.restart()
      if (nowMs() - lookedMs < quiet.lookMs) continue
      lookedMs = nowMs()
      this.#options.holdings.look()
      if (quiet.look('long') || this.#spins(startCpuMs)) break
    }
    this.spun = !this.#options.client.process.sleeps()
    return this.hasEnded
  }

  /** Behind the end of the stream there is nothing to compute for long. */
  #spins(sinceCpuMs: number): boolean {
    const { peer, timeScale } = this.#options
    return peer.finished && this.#cpuMs() - sinceCpuMs > SPIN_CPU_MS_MAX * timeScale
  }

  #cpuMs(): number {
    return cpuNs(this.#options.client.process.members(MEMBERS_AGE_MS_MAX)) / 1e6
  }

  #hasMore(): boolean {
    const { peer } = this.#options
    return peer.canRead && peer.socket.unreadBytes() > 0
  }

  #takeIn(): void {
    const { peer } = this.#options
    if (!peer.canRead) return
    // A flood must not keep the deadline from being looked at.
    for (let reads = 0; reads < READS_MAX && peer.read() > 0; reads++);
    this.collect()
    if (peer.ended === 'fin') peer.finish()
  }
}

const READS_MAX = 64
