/**
 * One connection under load: sends along its tape, hands what comes back to LoadReplies.
 *
 * Messages that become due in one turn of the loop go out in one write. Nothing is allocated
 * for a message.
 */
import type { Framing } from '../wire/index.ts'
import { nowNs } from './clock.ts'
import type { LoadFailure, LoadManner } from './load.ts'
import { LoadReplies, REPLY, WRONG } from './load-replies.ts'
import { failure } from './load-reply.ts'
import type { LoadSocket } from './load-sockets.ts'
import type { LoadTape } from './load-tape.ts'

/** What a connection asks and tells the run that it belongs to. */
export interface LoadPace {
  /** True when one more message is to be sent now; it counts as sent. */
  takeMessage(atNs: number): boolean
  /** So many replies arrived at once, for messages that were due and sent at once. */
  answered(count: number, latencyNs: number, serviceNs: number, atNs: number): void
  /** Open loop: a message went to the writer, and nothing but the generator held it up. */
  lagged(lagNs: number): void
  failed(failure: LoadFailure): void
  /** Each message is to have a connection of its own: `renewed` follows. */
  renew(connection: LoadConnection): void
}

export interface LoadConnectionOptions {
  framing: Framing
  tape: LoadTape
  /** Which of the connections it is. */
  connection: number
  /** Messages in flight at most. */
  depth: number
  manner: LoadManner
  pace: LoadPace
}

export class LoadConnection {
  readonly #tape: LoadTape
  readonly #depth: number
  readonly #pace: LoadPace
  readonly #replies: LoadReplies
  readonly #manner: LoadManner
  socket: LoadSocket | null = null
  /** Bytes written and read: what the watch over stalls looks at. */
  movedBytes = 0
  writtenBytes = 0
  /** Messages that may go, and of these the ones handed to the writer. */
  #issued = 0
  #handed = 0
  /** Where on the tape the next write begins, and how many bytes from there are to be written. */
  #writeAt = 0
  #unwrittenBytes = 0
  /** Bytes of the head that goes out alone. */
  #headBytes = 0
  /** When each message in flight was handed to the writer: a ring. */
  readonly #sentNs: Float64Array
  readonly #ringMask: number
  /** Replies of this read to messages that were sent at the same time. */
  #alike = 0
  #alikeSentNs = 0
  /** Open loop: when the first message of this phase is due here, and each one behind it. */
  #duePhase: { first: number; startNs: number; stepNs: number } | null = null
  /** Messages that have been due, sent or not. */
  #due = 0
  /** When the connection of this one message stood; 0 where connecting is not part of it. */
  #connectedNs = 0

  constructor(options: LoadConnectionOptions) {
    this.#tape = options.tape
    this.#depth = options.depth
    this.#pace = options.pace
    this.#manner = options.manner
    this.#replies = new LoadReplies(options.tape, options.framing, options.connection)
    const ring = 2 ** Math.ceil(Math.log2(options.depth))
    this.#sentNs = new Float64Array(ring)
    this.#ringMask = ring - 1
  }

  get inFlight(): number {
    return this.#issued - this.#replies.answered
  }

  /** Sends until `depth` messages are in flight or the run has no more. */
  fill(): void {
    this.#duePhase = null
    const atNs = nowNs()
    while (this.inFlight < this.#depth && this.#pace.takeMessage(atNs)) this.#issued++
    this.#send()
  }

  /** Open loop, at the start of a phase: message k from here on is due k steps behind the start. */
  schedule(startNs: number, stepNs: number): void {
    this.#duePhase = { first: this.#issued, startNs, stepNs }
    this.#due = this.#issued
  }

  /** Open loop: one more message is due. It waits where too many are in flight. */
  becomeDue(): void {
    this.#due++
    if (this.#due - 1 > this.#issued || this.inFlight >= this.#depth) return
    this.#pace.lagged(nowNs() - this.#dueNs(this.#issued))
    this.#issued++
  }

  /** Sends what has become due. */
  flush(): void {
    this.#send()
  }

  /** Open loop: forgets what was due and is not sent; says how many messages that are. */
  giveUp(): number {
    const unsent = Math.max(0, this.#due - this.#issued)
    this.#due = this.#issued
    return unsent
  }

  #dueNs(message: number): number {
    const { first, startNs, stepNs } = this.#duePhase!
    return startNs + (message - first) * stepNs
  }

  /** What one read returned. */
  data(chunk: Uint8Array): void {
    const atNs = nowNs()
    this.movedBytes += chunk.length
    const replies = this.#replies
    replies.push(chunk, this.inFlight)
    let step = replies.next(this.inFlight)
    while (step === REPLY) {
      this.#answered(replies.answered - 1, atNs)
      step = replies.next(this.inFlight)
    }
    if (step === WRONG) return this.#pace.failed(replies.failure!)
    this.#tellAlike(atNs)
    this.#send()
  }

  #answered(message: number, atNs: number): void {
    const sentNs = this.#sentNs[message & this.#ringMask]!
    if (this.#duePhase) return this.#answeredDue(message, sentNs, atNs)
    if (sentNs !== this.#alikeSentNs) {
      this.#tellAlike(atNs)
      this.#alikeSentNs = sentNs
    }
    this.#alike++
    if (this.#pace.takeMessage(atNs)) this.#issued++
  }

  #answeredDue(message: number, sentNs: number, atNs: number): void {
    if (this.#issued < this.#due) this.#issued++
    this.#pace.answered(1, atNs - this.#dueNs(message), atNs - sentNs, atNs)
  }

  #tellAlike(atNs: number): void {
    if (this.#alike === 0) return
    const count = this.#alike
    this.#alike = 0
    const latencyNs = atNs - this.#alikeSentNs
    this.#pace.answered(count, latencyNs, atNs - (this.#connectedNs || this.#alikeSentNs), atNs)
  }

  /** A connection of its own for the message that is due; connecting began at `startNs`. */
  renewed(startNs: number): void {
    this.#connectedNs = nowNs()
    this.#handOver(startNs)
  }

  /** Hands what has become due to the writer. */
  #send(): void {
    if (this.#handed === this.#issued) return
    if (this.#manner.reconnect) return this.#pace.renew(this)
    this.#handOver(nowNs())
  }

  #handOver(atNs: number): void {
    const isIdle = this.#unwrittenBytes === 0
    if (isIdle && this.#manner.writes === 'separate') {
      this.#headBytes = this.#tape.headBytes(this.#handed % this.#tape.places)
    }
    while (this.#handed < this.#issued) {
      this.#sentNs[this.#handed & this.#ringMask] = atNs
      this.#unwrittenBytes += this.#tape.frameBytes(this.#handed % this.#tape.places)
      this.#handed++
    }
    if (isIdle) this.drain()
  }

  /** Writes until the kernel takes no more. It calls again when it takes bytes again. */
  drain(): void {
    const tape = this.#tape.bytes
    while (this.#unwrittenBytes > 0) {
      const wanted = Math.min(this.#unwrittenBytes, tape.length - this.#writeAt, this.#writeMax())
      const taken = this.socket!.write(tape, this.#writeAt, wanted)
      // Closed answers -1: the close itself is reported by `closed`.
      if (taken <= 0) return
      this.movedBytes += taken
      this.writtenBytes += taken
      this.#unwrittenBytes -= taken
      this.#headBytes = Math.max(0, this.#headBytes - taken)
      this.#writeAt = (this.#writeAt + taken) % tape.length
      if (taken < wanted) return
    }
  }

  #writeMax(): number {
    return this.#headBytes > 0 ? this.#headBytes : (this.#manner.writeBytesMax ?? Infinity)
  }

  /** The subject, or the system, has ended the connection. */
  closed(): void {
    const owed = `${this.inFlight} replies were owed, ${this.#replies.answered} had come`
    this.#pace.failed(failure('closed-early', `the connection was closed while ${owed}`))
  }

  /** Nothing moves any more although replies are owed. */
  stalled(afterMs: number): LoadFailure {
    const owed = `${this.inFlight} replies are owed behind the first ${this.#replies.answered}`
    const still = `nothing moved for ${afterMs / 1000} s: ${owed}`
    if (this.#unwrittenBytes > 0) {
      return failure('hung', `${still}, ${this.#unwrittenBytes} bytes of requests were not taken`)
    }
    if (!this.#replies.endsInside()) return failure('hung', still)
    return failure('lost-bytes', `${still}, the next one came in part`)
  }

  /** Null when everything that came belonged to a reply. */
  leftOver(): LoadFailure | null {
    if (!this.#replies.endsInside()) return null
    const behind = `behind the reply to message ${this.#replies.answered}`
    return failure('extra-bytes', `bytes came ${behind}, when nothing was owed`)
  }
}
