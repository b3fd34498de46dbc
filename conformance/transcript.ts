/** What is owed to one connection, and what has come of it: messages held against messages. */
import { type Difference, firstDifference, sameBytes } from './compare-messages.ts'
import { concat, lengthOf, type ReferenceFraming, ReplyMalformed } from './reference/framing.ts'
import { DatagramReceipts, ReceiptBook, type Receipts, ReplyReader } from './reply-reader.ts'
import { type Exchange, replyTo } from './service.ts'
import { Unsupported } from './verdict.ts'

/** How a subject differs from one that echoes in the framing of the request. */
export interface TranscriptOptions {
  replyFraming?: ReferenceFraming
  exchanges?: readonly Exchange[]
  /** False: the next request may go out only when the one before has been answered. */
  pipelining?: boolean
  /** True: replies may overtake each other, as datagrams do on a way that reorders. */
  anyOrder?: boolean
}

/** So much more than was owed may come before waiting for the end of it is given up. */
const FLOOD_BYTES_MIN = 1024 * 1024
const RECEIPT_BYTES_MAX = 1024
/** Cases of a few messages look at the bytes themselves. */
const READ_BYTES_KEPT = 1024 * 1024

export class Transcript {
  readonly #framing: ReferenceFraming
  readonly #service: string
  readonly #options: TranscriptOptions
  readonly #reader: ReplyReader
  readonly #receipts: Receipts | null
  readonly #owed: Uint8Array[] = []
  readonly #received: Uint8Array[] = []
  #owedBytes = 0
  #requestBytes = 0
  #readsTaken = 0
  #takenBytes = 0
  /** What is wrong with the first receipt that is about nothing that was sent. */
  #wrongReceipt: string | null = null
  /** True once a reply was not the one that was owed. */
  differs = false

  constructor(framing: ReferenceFraming, service: string, options: TranscriptOptions = {}) {
    this.#framing = framing
    this.#service = service
    this.#options = options
    const Book = framing.family === 'datagram' ? DatagramReceipts : ReceiptBook
    this.#receipts = service === 'receipt' ? new Book() : null
    this.#reader = new ReplyReader(this.#replyFraming, this.#receipts !== null, this.#owed)
  }

  get #replyFraming(): ReferenceFraming {
    return this.#options.replyFraming ?? this.#framing
  }

  /** The frames of these messages, whose replies are owed from now on. */
  owing(messages: readonly Uint8Array[]): Uint8Array {
    const framing = this.#framing
    const adapted = messages.map((message) => framing.adapt(message))
    const pieces: Uint8Array[] = []
    for (const message of adapted) {
      const frame = framing.pieces(message)
      pieces.push(...frame)
      this.#owe(message, frame)
    }
    const frames = concat(pieces)
    this.#requestBytes += frames.length
    return frames
  }

  /** The reply to a message whose frame the case wrote itself. */
  owe(wanted: Uint8Array): void {
    this.#owe(wanted, null)
  }

  #owe(wanted: Uint8Array, frame: readonly Uint8Array[] | null): void {
    const { exchanges = [], pipelining } = this.#options
    if (pipelining === false && !this.isComplete) this.#notPipelined()
    // The frame is out already, with this message in it and no other.
    const message = exchanges.length > 0 ? wanted : this.#framing.adapt(wanted)
    this.#receipts?.sent(message)
    const reply = replyTo(message, this.#service, exchanges)
    this.#owed.push(reply)
    if (this.#receipts) return
    const isEchoed = frame !== null && reply === message && this.#replyFraming === this.#framing
    this.#owedBytes += lengthOf(isEchoed ? frame : this.#replyFraming.pieces(reply))
  }

  /** A reply that only the case can work out. */
  oweReply(reply: Uint8Array): void {
    this.#owed.push(reply)
    this.#owedBytes += lengthOf(this.#replyFraming.pieces(reply))
  }

  /** To be told what was sent in all: behind an unanswered request nothing may follow. */
  sent(bytes: number): void {
    const isMore = bytes > this.#requestBytes && this.#requestBytes > 0
    if (this.#options.pipelining === false && isMore && !this.isComplete) this.#notPipelined()
  }

  #notPipelined(): never {
    throw new Unsupported('sends more before the reply has come: the subject takes no pipelining')
  }

  /** Bytes of all replies that are owed; 0 where replies are receipts. */
  get owedBytes(): number {
    return this.#owedBytes
  }

  /**
   * Nothing right can come of it any more. A server that sends and sends must neither fill our
   * memory nor keep us for the whole deadline.
   */
  isHopeless(receivedBytes: number): boolean {
    const receipts = this.#receipts ? this.#owed.length * RECEIPT_BYTES_MAX : 0
    return this.isMalformed || receivedBytes > this.#owedBytes + receipts + FLOOD_BYTES_MIN
  }

  /** Replies received so far. */
  get answered(): number {
    return this.#received.length
  }

  get isComplete(): boolean {
    return this.#received.length >= this.#owed.length
  }

  /** True when every reply came as long as its header says: then none of their bytes were lost. */
  get isWhole(): boolean {
    const announced = this.#replyFraming.announce(1n) !== null
    return announced && !this.#receipts && this.isComplete && this.partialBytes === 0
  }

  /** True when more came than is owed. */
  get isExceeded(): boolean {
    return this.#received.length > this.#owed.length
  }

  /** Bytes of a reply that has begun and is not complete. */
  get partialBytes(): number {
    return this.#reader.partialBytes
  }

  get isMalformed(): boolean {
    return this.#reader.malformed !== null
  }

  /** Takes in what was read since the last time. */
  collect(reads: readonly Uint8Array[]): void {
    for (; this.#readsTaken < reads.length; this.#readsTaken++) {
      // Behind a flood nothing is looked at: it would be millions of messages.
      if (this.isHopeless(this.#takenBytes)) break
      const read = reads[this.#readsTaken]!
      this.#takenBytes += read.length
      this.#reader.push(read)
      // Nobody looks at so much again, and to fetch and clear memory for it takes long.
      const isDone = this.#takenBytes > READ_BYTES_KEPT && this.#framing.family !== 'datagram'
      if (isDone && read.buffer instanceof ArrayBuffer) read.buffer.transfer(0)
    }
    while (this.#received.length < this.#reader.messages.length && !this.isMalformed) {
      const reply = this.#reader.messages[this.#received.length]!
      const message = this.#receipts ? this.#resolve(reply) : reply
      if (this.#options.anyOrder) this.#bringForward(message)
      const owed = this.#owed[this.#received.length]
      if (!owed || !sameBytes(owed, message)) this.differs = true
      this.#received.push(message)
    }
  }

  /** Makes the reply that is like this one the next that is owed, where there is one. */
  #bringForward(message: Uint8Array): void {
    const next = this.#received.length
    const at = this.#owed.findIndex((owed, index) => index >= next && sameBytes(owed, message))
    if (at > next) this.#owed.splice(next, 0, ...this.#owed.splice(at, 1))
  }

  #resolve(receipt: Uint8Array): Uint8Array {
    try {
      return this.#receipts!.messageOf(receipt)
    } catch (error) {
      if (!(error instanceof ReplyMalformed)) throw error
      this.#wrongReceipt ??= error.message
      return receipt
    }
  }

  /** Null when all that came is what is owed so far. */
  difference(): Difference | null {
    if (this.#wrongReceipt !== null) {
      return { symptom: 'corrupted', detail: `${this.#wrongReceipt}.` }
    }
    const cut = this.#framing.family === 'datagram' ? 'truncated-delivered' : 'split'
    const difference = firstDifference(this.#owed, this.#received, { cut })
    if (difference || !this.isMalformed) return difference
    return { symptom: 'malformed-reply', detail: `${this.#reader.malformed}.` }
  }

  /** `3 of 5 replies came, 30 of 50 bytes (20 bytes missing).` */
  tally(receivedBytes: number): string {
    const replies = `${this.#received.length} of ${this.#owed.length} replies came`
    if (this.#receipts) return `${replies}.`
    const lost = Math.max(0, this.#owedBytes - receivedBytes)
    const count = (bytes: number) => bytes.toLocaleString('en')
    const bytes = `${count(receivedBytes)} of ${count(this.#owedBytes)} bytes`
    return `${replies}, ${bytes}${lost > 0 ? ` (${count(lost)} bytes missing)` : ''}.`
  }
}
