/**
 * One connection of a case: what goes out and when, what is owed, what came back.
 *
 * Fail by default: a wait ends with everything that is owed, with a CaseFailure, or with
 * Inconclusive when the schedule could not be made to happen.
 */
import { nowMs } from '../harness/clock.ts'
import type { Peer } from '../harness/peer.ts'
import { until } from '../harness/reactor.ts'
import { drained, type Schedule, sendMerged, sendSplit, type Wire } from '../harness/schedule.ts'
import type { Quiet } from './quiet.ts'
import type { ReferenceFraming } from './reference/framing.ts'
import type { Symptom } from './result.ts'
import { Transcript, type TranscriptOptions } from './transcript.ts'
import { CaseFailure, Inconclusive } from './verdict.ts'
import { goneSince, type WaitEnd, wordsFor } from './wait-end.ts'

export interface DialogueOptions extends TranscriptOptions {
  framing: ReferenceFraming
  service: string
  deadlineMs: number
  quiet: Quiet
}

/** Smaller exchanges fit into the kernel's buffers: no short write loses a part of them. */
const LOSS_BYTES_MIN = 64 * 1024
const MAY_BE_LOSS: readonly Symptom[] = ['corrupted', 'malformed-reply']

export class Dialogue {
  readonly peer: Peer
  readonly wire: Wire
  /** The weakest schedule so far; what the evidence says. */
  schedule: Schedule | 'none' = 'none'
  readonly #options: DialogueOptions
  readonly #transcript: Transcript

  constructor(wire: Wire, options: DialogueOptions) {
    this.wire = wire
    this.peer = wire.peer
    this.#options = options
    this.#transcript = new Transcript(options.framing, options.service, options)
  }

  /** The frames of these messages, whose replies are owed from now on. */
  owing(...messages: readonly Uint8Array[]): Uint8Array {
    return this.#transcript.owing(messages)
  }

  owe(message: Uint8Array): void {
    this.#transcript.owe(message)
  }

  oweReply(reply: Uint8Array): void {
    this.#transcript.oweReply(reply)
  }

  // --- what goes out ---

  /** Writes the bytes as they are, when the kernel takes them. */
  async send(bytes: Uint8Array, reading = false): Promise<number> {
    const { deadlineMs, quiet } = this.#options
    if (!reading) return this.peer.send(bytes, deadlineMs)
    for (let taken = 0; ; ) {
      const before = this.peer.receivedBytes
      const lookMs = Math.min(deadlineMs, nowMs() + quiet.lookMs)
      const count = await this.peer.send(bytes.subarray(taken), lookMs, true)
      taken += count
      if (taken === bytes.length || nowMs() >= deadlineMs) return taken
      if (this.#transcript.isHopeless(this.peer.receivedBytes)) return taken
      const moved = count > 0 || this.peer.receivedBytes > before
      // Our replies are read, and yet it neither reads nor writes: it has come to a standstill.
      if (!moved && (!this.peer.open || quiet.stalled(this.wire, 'final'))) return taken
    }
  }

  /** One datagram. */
  async sendDatagram(bytes: Uint8Array): Promise<void> {
    if (await this.peer.sendDatagram(bytes, this.#options.deadlineMs)) return
    throw new Inconclusive('The kernel took no datagram before the deadline.')
  }

  /** Each chunk only when the subject has read the one before. */
  async split(chunks: Iterable<Uint8Array>): Promise<void> {
    this.#note(await sendSplit(this.wire, chunks, this.#options.deadlineMs), 'split')
  }

  /** All of it there to be read at once. */
  async merge(bytes: Uint8Array): Promise<void> {
    this.#note(await sendMerged(this.wire, bytes, this.#options.deadlineMs), 'merge')
  }

  /** Until the subject has read everything. */
  async drained(): Promise<void> {
    this.#note(await drained(this.wire, this.#options.deadlineMs), 'split')
  }

  #note(achieved: Schedule, what: string): void {
    if (achieved === 'not-read') {
      const isLate = nowMs() >= this.#options.deadlineMs
      const how = isLate ? 'had not read, before the deadline,' : 'stopped reading'
      throw new CaseFailure('hung', `The subject ${how} what it was sent. ${this.#tally()}`)
    }
    if (achieved === 'failed') {
      const why = 'the subject could not be stopped, or its queue did not hold what was sent'
      throw new Inconclusive(`The ${what} could not be made to happen before the deadline: ${why}.`)
    }
    const rank = ['none', 'proven', 'timed', 'subject-ended']
    if (rank.indexOf(achieved) > rank.indexOf(this.schedule)) this.schedule = achieved
  }

  finish(): void {
    this.peer.finish()
  }

  /** Replies that have not left the subject: neither with us nor in the kernel, in bytes. */
  waitingBytes(): number {
    const state = this.wire.queue?.()
    // Over a Unix socket what was written is in our queue at once.
    const onTheWay = state?.arrivedBytes == null ? 0 : state.sendQueueBytes
    const here = this.peer.receivedBytes + this.peer.socket.unreadBytes()
    return this.#transcript.owedBytes - here - onTheWay
  }

  /** Until no thread of the subject runs or wants to; false where that is not to be seen. */
  atRest(): Promise<boolean> {
    return this.#options.quiet.asleep(this.#options.deadlineMs)
  }

  // --- what has to come back ---

  /** Waits for every reply that is owed; anything else fails. */
  async replies(): Promise<void> {
    // Once something is wrong, what comes behind it tells in which way.
    const end = await this.#wait(() => this.#transcript.isComplete && !this.#transcript.differs)
    await this.#judge()
    if (!this.#transcript.isComplete) this.#missing(end)
    this.#throwIfTorn('extra-bytes')
  }

  /** After our FIN or a refused frame: what is owed, nothing else, then the end of the stream. */
  async repliesAndEnd(): Promise<void> {
    const end = await this.#wait(() => false)
    await this.#judge()
    if (!this.#transcript.isComplete) this.#missing(end)
    this.#throwIfTorn('extra-bytes')
    if (end === 'ended') return
    throw new CaseFailure(
      'not-closed',
      `${this.#tally()} After that the connection has to be closed; it stayed open.`,
    )
  }

  /** Like repliesAndEnd, for a frame that must be refused. */
  async refused(what: string): Promise<void> {
    const end = await this.#wait(() => this.#transcript.isExceeded)
    this.#throwIfExceeded('not-rejected', `${what} must be refused; it was answered.`)
    await this.#judge()
    this.#throwIfTorn('not-rejected')
    if (end === 'ended') return
    throw new CaseFailure(
      'not-rejected',
      `${what} must be refused by ending the connection; it stayed open. ${this.#tally()}`,
    )
  }

  /** After the end of the stream inside a frame: what is owed, the end, and no partial message. */
  async endsWithoutPartial(): Promise<void> {
    const end = await this.#wait(() => this.#transcript.isExceeded)
    const answered = 'A message that the end of the stream cut off was answered.'
    this.#throwIfExceeded('truncated-delivered', answered)
    await this.#judge()
    if (!this.#transcript.isComplete) this.#missing(end)
    this.#throwIfTorn('truncated-delivered')
    if (end === 'ended') return
    throw new CaseFailure('not-closed', `${this.#tally()} The connection was not closed.`)
  }

  /** After bytes that may be refused or may be legal: the connection has to be over. */
  async endsAnyhow(): Promise<void> {
    const end = await this.#wait(() => false)
    if (end === 'ended') return
    const symptom = end === 'quiet' ? 'not-closed' : 'hung'
    throw new CaseFailure(symptom, 'After the end of the stream the connection was not closed.')
  }

  /** Proves that nothing came early: the subject has read all, sleeps, and has sent nothing. */
  async nothingYet(): Promise<void> {
    await this.drained()
    await this.#options.quiet.asleep(this.#options.deadlineMs)
    this.peer.read()
    this.#transcript.collect(this.peer.reads)
    if (!this.#transcript.isComplete && this.#transcript.partialBytes === 0) return
    throw new CaseFailure(
      'delivered-early',
      'Something was answered before the last byte of the message had been sent.',
    )
  }

  /** Sends without reading until the subject has read all of it, or has stopped reading. */
  async sendUntilStalled(bytes: Uint8Array): Promise<number> {
    const { wire } = this
    const { deadlineMs, quiet } = this.#options
    let taken = 0
    while (taken < bytes.length) {
      let count = 0 as number | 'ended'
      const tryAgain = () => {
        count = this.peer.trySend(bytes.subarray(taken))
        return count !== 0 || quiet.stalled(wire, 'moment')
      }
      await until(tryAgain, deadlineMs)
      if (count === 'ended' || count === 0) return taken
      taken += count
    }
    // The kernel takes more than the subject: what that does with it is what counts.
    await until(() => quiet.hasReadAll(wire) || quiet.stalled(wire, 'moment'), deadlineMs)
    return taken
  }

  async #wait(enough: () => boolean): Promise<WaitEnd> {
    const { deadlineMs, quiet } = this.#options
    const collected = () => {
      this.#transcript.collect(this.peer.reads)
      return enough() || this.#transcript.isHopeless(this.peer.receivedBytes)
    }
    this.#transcript.sent(this.peer.sentBytes)
    const isGone = goneSince(this.wire)
    quiet.restart()
    for (;;) {
      const before = this.peer.receivedBytes
      const lookMs = Math.min(deadlineMs, nowMs() + quiet.lookMs)
      const done = await this.peer.readUntil(collected, lookMs)
      this.#transcript.collect(this.peer.reads)
      if (enough()) return 'enough'
      if (!this.peer.open || isGone()) return 'ended'
      if (done && this.#transcript.isHopeless(this.peer.receivedBytes)) return 'enough'
      if (this.peer.receivedBytes > before) quiet.restart()
      // Once something is wrong, a short rest is enough to see in which way.
      else if (quiet.look(this.#transcript.differs ? 'short' : 'long')) return 'quiet'
      if (nowMs() >= deadlineMs) return 'deadline'
    }
  }

  /** Throws when what came differs from what is owed. */
  async #judge(): Promise<void> {
    const difference = this.#transcript.difference()
    if (!difference) return
    const { symptom, detail } = difference
    if (MAY_BE_LOSS.includes(symptom)) await this.#throwIfBytesLost(detail)
    throw new CaseFailure(symptom, `${detail} ${this.#tally()}`)
  }

  /** Behind lost bytes everything looks wrong: count them before blaming anything else. */
  async #throwIfBytesLost(detail: string): Promise<void> {
    const { owedBytes } = this.#transcript
    if (owedBytes < LOSS_BYTES_MIN || this.#transcript.isWhole) return
    const { quiet, deadlineMs } = this.#options
    quiet.restart()
    while (this.peer.open && this.peer.receivedBytes < owedBytes && nowMs() < deadlineMs) {
      const before = this.peer.receivedBytes
      await this.peer.readUntil(() => false, Math.min(deadlineMs, nowMs() + quiet.lookMs))
      if (this.peer.receivedBytes > before) quiet.restart()
      else if (quiet.look('long')) break
    }
    if (this.peer.receivedBytes >= owedBytes) return
    throw new CaseFailure('lost-bytes', `${this.#tally()} ${detail}`)
  }

  #throwIfExceeded(symptom: Symptom, what: string): void {
    if (!this.#transcript.isExceeded) return
    throw new CaseFailure(symptom, `${what} ${this.#transcript.difference()?.detail}`)
  }

  /** Behind all that is owed came a part of a reply to nobody. */
  #throwIfTorn(symptom: Symptom): void {
    const { partialBytes } = this.#transcript
    if (partialBytes === 0) return
    const detail = `Behind the last reply that was owed came ${partialBytes} bytes of another one.`
    throw new CaseFailure(symptom, `${detail} ${this.#tally()}`)
  }

  /** Something owed did not come, and nothing that came was wrong. */
  #missing(end: WaitEnd): never {
    const detail = `${this.#tally()} ${wordsFor(end, this.peer)}`
    const { partialBytes, owedBytes, answered } = this.#transcript
    // Without our FIN there was no reason to end it: that it did is what went wrong.
    const hasLeft = end === 'ended' && !this.peer.finished && this.peer.isStream
    if (partialBytes > 0 && !hasLeft) {
      const all = owedBytes > 0 && this.peer.receivedBytes >= owedBytes
      if (!all) throw new CaseFailure('lost-bytes', detail)
      const unfinished = `As many bytes came as were owed, but the last reply announces more.`
      throw new CaseFailure('malformed-reply', `${unfinished} ${detail}`)
    }
    if (end === 'ended') throw new CaseFailure('closed-early', detail)
    throw new CaseFailure(answered > 0 ? 'lost-messages' : 'hung', detail)
  }

  #tally(): string {
    return this.#transcript.tally(this.peer.receivedBytes)
  }
}
