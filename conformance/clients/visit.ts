/**
 * One run of the client under test, with us as its server: what it sent, what goes back and when,
 * and what it made of that.
 */
import { sendAtOnce } from '../../harness/at-once.ts'
import { nowMs } from '../../harness/clock.ts'
import type { LaunchedClient } from '../../harness/launch-client.ts'
import type { Peer } from '../../harness/peer.ts'
import { until } from '../../harness/reactor.ts'
import { drained, type Schedule, sendSplit, type Wire } from '../../harness/schedule.ts'
import { concat } from '../reference/framing.ts'
import { CaseFailure, Inconclusive } from '../verdict.ts'
import { type ClientEvidence, judgeFailure, judgeSuccess, type Refusal } from './judge.ts'
import { readPrinted } from './printed.ts'
import { Watch, type WatchOptions } from './watch.ts'

export interface VisitOptions extends WatchOptions {
  wire: Wire
}

export class Visit {
  readonly client: LaunchedClient
  readonly peer: Peer
  readonly wire: Wire
  /** The weakest schedule so far; what the evidence says. */
  schedule: Schedule | 'none' = 'none'
  readonly #options: VisitOptions
  readonly #watch: Watch
  readonly #owed: Uint8Array[] = []
  /** True once a reply went out before its request had come. */
  #early = false

  constructor(options: VisitOptions) {
    this.#options = options
    this.client = options.client
    this.peer = options.wire.peer
    this.wire = options.wire
    this.#watch = new Watch(options)
  }

  // --- what the client sends ---

  /** Until every request has come, or it waits for a reply before it sends another. */
  async heard(): Promise<void> {
    const { requests } = this.#options
    await this.#watch.until(() => this.#heardCount >= requests.length, 'moment')
    if (this.#heardCount === 0 && requests.length > 0) await this.heardAll(1)
  }

  /** Until so many requests have come; without them there is nothing to answer. */
  async heardAll(count: number): Promise<void> {
    const has = () => this.#heardCount >= count
    await this.#watch.until(has, 'long')
    if (has()) return
    await this.#giveUp()
    judgeSuccess(this.#evidence(count))
    const came = `${this.#heardCount} of ${count} requests came`
    throw new CaseFailure('lost-messages', `${came}; it ended with status 0 all the same.`)
  }

  get #heardCount(): number {
    return this.#watch.reader.messages.length
  }

  /** Until it cannot write any more: nothing is read meanwhile. */
  async blocked(): Promise<void> {
    const { wire, quiet, deadlineMs } = this.#options
    await until(() => this.#watch.hasEnded || quiet.stalled(wire, 'moment'), deadlineMs)
  }

  /** Reads so many bytes at a time, until a request is whole or nothing comes for a while. */
  async sip(bytesEach: number): Promise<void> {
    await this.#watch.sip(bytesEach)
  }

  // --- what goes back ---

  /** The frames of these replies, which it has to print from now on. */
  owing(...messages: readonly Uint8Array[]): Uint8Array {
    const { framing } = this.#options
    const adapted = messages.map((message) => framing.adapt(message))
    this.#owed.push(...adapted)
    this.#early ||= this.#owed.length > this.#heardCount
    return concat(adapted.map((message) => framing.frame(message)))
  }

  /** Each chunk only when the client has read the one before. */
  async split(chunks: Iterable<Uint8Array>): Promise<void> {
    this.#note(await sendSplit(this.#options.wire, chunks, this.#options.deadlineMs))
  }

  /** All of it there to be read at once, `andFinish` our FIN as well. */
  async atOnce(bytes: Uint8Array, andFinish = false): Promise<void> {
    this.#note(await sendAtOnce(this.#options.wire, bytes, this.#options.deadlineMs, andFinish))
  }

  /** Writes the bytes as the kernel takes them, reading what comes meanwhile. */
  async send(bytes: Uint8Array): Promise<void> {
    const { deadlineMs, wire, quiet } = this.#options
    for (let taken = 0; taken < bytes.length; ) {
      const lookMs = Math.min(deadlineMs, nowMs() + quiet.lookMs)
      const count = await this.peer.send(bytes.subarray(taken), lookMs, true)
      this.#watch.collect()
      taken += count
      if (this.#watch.hasEnded || !this.peer.open || nowMs() >= deadlineMs) return
      if (count === 0 && quiet.stalled(wire, 'final')) return
    }
  }

  /** Sends all of it and reads nothing meanwhile: a client that does the same never ends. */
  async insist(bytes: Uint8Array): Promise<void> {
    const { deadlineMs, wire, quiet } = this.#options
    for (let taken = 0; taken < bytes.length; ) {
      const lookMs = Math.min(deadlineMs, nowMs() + quiet.lookMs)
      const count = await this.peer.send(bytes.subarray(taken), lookMs)
      taken += count
      if (this.#watch.hasEnded) return
      if (count > 0 || !quiet.stalled(wire, 'final')) continue
      const detail = 'It sends and does not read, and so does the server: neither goes on.'
      throw new CaseFailure('hung', detail)
    }
  }

  /** Until it has done nothing for as long as is final elsewhere, or has ended. */
  async patience(): Promise<void> {
    const { deadlineMs, quiet } = this.#options
    quiet.restart()
    while (nowMs() < deadlineMs && !quiet.look('long')) {
      if (await until(() => this.#watch.hasEnded, nowMs() + quiet.lookMs)) return
    }
  }

  /** Until the client has read everything. */
  async drained(): Promise<void> {
    this.#note(await drained(this.#options.wire, this.#options.deadlineMs))
  }

  /** Until it has read everything, sleeps, and has printed no more than it is owed. */
  async nothingYet(): Promise<void> {
    await this.atRest()
    const { messages } = this.#evidence().printed()
    if (messages.length <= this.#owed.length) return
    const detail = 'It printed a reply before the last byte of it had been sent.'
    throw new CaseFailure('delivered-early', detail)
  }

  // --- what it costs ---

  /** Until it has read everything, and no thread of it runs or wants to. */
  async atRest(): Promise<void> {
    await this.drained()
    await this.#options.quiet.asleep(this.#options.deadlineMs)
    this.#options.holdings.look()
  }

  get descriptors(): number {
    return this.client.process.holdings()?.descriptors ?? 0
  }

  get memoryBytes(): number {
    return this.client.process.memoryBytes()
  }

  /** The most that it ever had. */
  get memoryBytesMax(): number {
    return this.client.process.usage()?.rssBytesMax ?? 0
  }

  /** CPU time that it has used or waited for: what it wanted, however busy the machine is. */
  get wantedNs(): number {
    const { cpuNs = 0, runQueueNs = 0 } = this.client.process.usage() ?? {}
    return cpuNs + runQueueNs
  }

  #note(achieved: Schedule): void {
    if (achieved === 'failed') {
      const why = 'what was sent did not arrive as one segment'
      throw new Inconclusive(`The bytes could not be made to arrive together: ${why}.`)
    }
    // A client that has stopped reading, or has gone, is judged by how it ends.
    const rank: readonly string[] = ['none', 'proven', 'timed', 'not-read', 'subject-ended']
    if (rank.indexOf(achieved) > rank.indexOf(this.schedule)) this.schedule = achieved
  }

  finish(): void {
    this.peer.finish()
  }

  reset(): void {
    this.peer.reset()
  }

  // --- what it made of that ---

  /** It prints every reply and ends with status 0, by itself. */
  async succeeds(): Promise<void> {
    if (!(await this.#watch.untilEnded())) await this.#giveUp()
    judgeSuccess(this.#evidence())
  }

  /** The stream broke: no more than the whole replies is printed, and the status is not 0. */
  async fails(what: string, refusal: Refusal = 'cut'): Promise<void> {
    if (!(await this.#watch.untilEnded())) await this.#giveUp()
    judgeFailure(this.#evidence(), what, refusal)
  }

  /** Both are right: it takes the replies as they came, or says that the stream is broken. */
  async succeedsOrFails(what: string): Promise<void> {
    if (!(await this.#watch.untilEnded())) await this.#giveUp()
    if (this.client.process.ended?.code === 0) judgeSuccess(this.#evidence())
    else judgeFailure(this.#evidence(), what, 'cut')
  }

  /** What came whole has to be printed, whatever came after it. */
  mustHavePrintedAll(): void {
    const { messages } = readPrinted(this.client.output())
    if (messages.length >= this.#owed.length) return
    const tally = `${messages.length} of ${this.#owed.length} whole replies were printed`
    throw new CaseFailure('lost-messages', `${tally} before the stream broke.`)
  }

  mustHaveSaidWhy(): void {
    if (this.client.errors.text().trim() !== '') return
    throw new CaseFailure('exit-code', 'It failed without a word on standard error.')
  }

  #given = false

  /** It hangs. Our FIN lets most programs end, and show what they had printed into a buffer. */
  async #giveUp(): Promise<void> {
    if (this.#watch.hasEnded) return
    this.#given = true
    if (!this.peer.finished) {
      this.peer.finish()
      await this.#watch.untilEnded()
    }
  }

  #evidence(requests?: number): ClientEvidence {
    const { client, framing } = this.#options
    return {
      framing,
      requests: this.#options.requests.slice(0, requests),
      heard: this.#watch.reader,
      lastBytes: () => this.#watch.unfinishedRequest(),
      heardBytes: this.peer.receivedBytes,
      mayBeUnsent: this.#early,
      owed: this.#owed,
      printed: () => readPrinted(client.output()),
      ended: this.#given ? null : client.process.ended,
      spun: this.#watch.spun,
      said: client.errors.text(),
      flooded: client.flooded,
    }
  }
}
