/** Cuts what came back into messages, with the suite's own reading of the framing. */
import { sameBytes } from './compare-messages.ts'
import type { ReferenceFraming } from './reference/framing.ts'
import { ReplyMalformed } from './reference/framing.ts'
import { md5 } from './reference/json-header.ts'

const LINE_FEED = 0x0a

export class ReplyReader {
  readonly messages: Uint8Array[] = []
  /** What was wrong with the reply's framing; nothing is read behind it. */
  malformed: string | null = null
  readonly #parse: ReferenceFraming['parse']
  readonly #readIsMessage: boolean
  readonly #owed: readonly Uint8Array[]
  #buffer = new Uint8Array(64 * 1024)
  #start = 0
  #end = 0

  /** A message that is as `owed` says is not kept a second time: most are, and many are large. */
  constructor(framing: ReferenceFraming, receipts: boolean, owed: readonly Uint8Array[] = []) {
    this.#owed = owed
    this.#readIsMessage = framing.family === 'datagram'
    // Receipts over an unframed stream are lines: they tell what the reads cannot.
    this.#parse = framing.family === 'raw' && receipts ? parseLine : framing.parse
  }

  /** Bytes of a message that has begun and is not complete. */
  get partialBytes(): number {
    return this.#end - this.#start
  }

  push(read: Uint8Array): void {
    if (this.malformed !== null) return
    if (this.#readIsMessage) return void this.messages.push(read)
    // Behind a whole message the read is cut where it lies; only what is left over is copied.
    const isInPlace = this.partialBytes === 0
    if (!isInPlace) this.#append(read)
    const bytes = isInPlace ? read : this.#buffer.subarray(0, this.#end)
    let at = isInPlace ? 0 : this.#start
    try {
      for (;;) {
        const parsed = this.#parse(bytes, at)
        if (parsed === 'need-more') break
        const owed = this.#owed[this.messages.length]
        const isOwed = owed !== undefined && sameBytes(owed, parsed.message)
        this.messages.push(isOwed ? owed : parsed.message.slice())
        at = parsed.next
      }
    } catch (error) {
      if (!(error instanceof ReplyMalformed)) throw error
      this.malformed = error.message
    }
    if (isInPlace) this.#append(read.subarray(at))
    else this.#start = at
  }

  #append(bytes: Uint8Array): void {
    const kept = this.partialBytes
    if (this.#end + bytes.length > this.#buffer.length) {
      const needed = kept + bytes.length
      const isRoom = needed <= this.#buffer.length
      const size = Math.max(needed, 2 * this.#buffer.length)
      const target = isRoom ? this.#buffer : new Uint8Array(size)
      target.set(this.#buffer.subarray(this.#start, this.#end))
      this.#buffer = target
      this.#start = 0
      this.#end = kept
    }
    this.#buffer.set(bytes, this.#end)
    this.#end += bytes.length
  }
}

function parseLine(bytes: Uint8Array, at: number) {
  const end = bytes.indexOf(LINE_FEED, at)
  if (end < 0) return 'need-more'
  return { message: bytes.slice(at, end + 1), next: end + 1 } as const
}

interface Receipt {
  ordinal: number
  messageBytes: number
  digest: string
  line: string
}

/** Throws ReplyMalformed when it is none. */
function parseReceipt(reply: Uint8Array): Receipt {
  const line = new TextDecoder().decode(reply)
  const match = /^(\d+) (\d+) ([0-9a-f]{32})\n?$/.exec(line)
  if (!match) throw new ReplyMalformed(`"${line.trim()}" is no receipt`)
  const [ordinal, messageBytes] = [Number(match[1]), Number(match[2])]
  return { ordinal, messageBytes, digest: match[3]!, line: line.trim() }
}

/** What was sent, to be found again by the receipts for it. */
export interface Receipts {
  sent(message: Uint8Array): void
  /** The bytes a receipt is about; throws ReplyMalformed when it is none, or matches nothing. */
  messageOf(reply: Uint8Array): Uint8Array
}

/**
 * Turns receipts back into the messages that the server saw: a receipt's length and digest, held
 * against the bytes that were sent, say which bytes it took for one message.
 */
export class ReceiptBook implements Receipts {
  readonly #sent: Uint8Array[] = []
  #ordinal = 0
  /** Where in the sent messages the next receipt begins. */
  #index = 0
  #offset = 0

  sent(message: Uint8Array): void {
    this.#sent.push(message)
  }

  messageOf(reply: Uint8Array): Uint8Array {
    const { ordinal, messageBytes, digest, line } = parseReceipt(reply)
    this.#ordinal++
    if (ordinal !== this.#ordinal) {
      throw new ReplyMalformed(`receipt ${this.#ordinal} has the ordinal ${ordinal}`)
    }
    const message = this.#take(messageBytes)
    if (message && md5(message) === digest) return message
    throw new ReplyMalformed(`receipt ${line} matches nothing that was sent`)
  }

  #take(length: number): Uint8Array | null {
    const parts: Uint8Array[] = []
    let wanted = length
    while (wanted > 0) {
      const message = this.#sent[this.#index]
      if (!message) return null
      const part = message.subarray(this.#offset, this.#offset + wanted)
      parts.push(part)
      wanted -= part.length
      this.#offset += part.length
      if (this.#offset < message.length) break
      this.#index++
      this.#offset = 0
    }
    return Buffer.concat(parts)
  }
}

/**
 * The same for datagrams, which may overtake each other. A server without connections counts
 * everybody's messages together: its ordinals say nothing about ours.
 */
export class DatagramReceipts implements Receipts {
  /** Sent, and no receipt for it yet, the oldest first. */
  readonly #open: Uint8Array[] = []

  sent(message: Uint8Array): void {
    this.#open.push(message)
  }

  messageOf(reply: Uint8Array): Uint8Array {
    const { messageBytes, digest, line } = parseReceipt(reply)
    for (const from of this.#open.keys()) {
      const count = this.#countOf(from, messageBytes)
      const message = Buffer.concat(this.#open.slice(from, from + count))
      if (count === 0 || md5(message) !== digest) continue
      this.#open.splice(from, count)
      return message
    }
    throw new ReplyMalformed(`receipt ${line} matches no datagram that was sent`)
  }

  /** How many of them, from here on, have so many bytes together: more than one were merged. */
  #countOf(from: number, bytes: number): number {
    let sum = 0
    for (let at = from; at < this.#open.length; at++) {
      sum += this.#open[at]!.length
      if (sum === bytes) return at - from + 1
      if (sum > bytes) return 0
    }
    return 0
  }
}
