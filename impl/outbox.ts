/**
 * The writing half of a connection, in both send disciplines (SPEC.md, "Send disciplines").
 *
 * `sendall`: the replies of one read go out in one write; what the kernel does not take is kept
 * and written when it drains. `send`: one write per piece, and what was not taken is lost.
 */
import type { Socket } from 'bun'
import type { Encoder } from '../wire/framing.ts'
import type { SendDiscipline, WriteGrouping } from './contract.ts'

const BATCH_BYTES = 256 * 1024
/** Filled and written within one turn of the event loop, so one serves all connections. */
const batch = new Uint8Array(BATCH_BYTES)

export class Outbox {
  readonly #socket: Pick<Socket<unknown>, 'write' | 'terminate'>
  readonly #encoder: Encoder
  readonly #batched: boolean
  readonly #keepsRest: boolean
  readonly #separate: boolean
  #batchEnd = 0
  /** What the kernel did not take, in order; `#headStart` bytes of the first are written. */
  #pending: Uint8Array[] = []
  #headStart = 0
  #pendingBytes = 0

  constructor(
    socket: Pick<Socket<unknown>, 'write' | 'terminate'>,
    encoder: Encoder,
    discipline: SendDiscipline,
    writes: WriteGrouping,
  ) {
    this.#socket = socket
    this.#encoder = encoder
    this.#keepsRest = discipline === 'sendall'
    this.#separate = writes === 'separate'
    this.#batched = this.#keepsRest && !this.#separate
  }

  /** Bytes owed to the peer that the kernel has not taken yet. */
  get pendingBytes(): number {
    return this.#pendingBytes
  }

  /** Frames a reply and sends it, at the latest with the next `flush()`. */
  reply(message: Uint8Array): void {
    if (this.#separate) {
      for (const piece of this.#encoder.pieces(message)) this.#write(piece)
      return
    }
    if (!this.#batched) return this.#write(this.#encoder.encode(message))
    const bytesMax = this.#encoder.frameBytesMax(message.length)
    if (this.#batchEnd + bytesMax > BATCH_BYTES) this.flush()
    if (bytesMax <= BATCH_BYTES) {
      this.#batchEnd = this.#encoder.encodeInto(message, batch, this.#batchEnd)
      return
    }
    // Copying a large message into a batch would cost more than the second system call.
    for (const piece of this.#encoder.pieces(message)) this.#write(piece)
  }

  /** The same for a message that is `buffer[start, end)`. */
  replyRange(buffer: Uint8Array, start: number, end: number): void {
    const encoder = this.#encoder
    const bytesMax = encoder.frameBytesMax(end - start)
    if (!encoder.encodeRangeInto || !this.#batched || bytesMax > BATCH_BYTES) {
      return this.reply(buffer.subarray(start, end))
    }
    if (this.#batchEnd + bytesMax > BATCH_BYTES) this.flush()
    this.#batchEnd = encoder.encodeRangeInto(buffer, start, end, batch, this.#batchEnd)
  }

  /** Writes the batch. It belongs to all connections: call it before the turn ends. */
  flush(): void {
    if (this.#batchEnd === 0) return
    const end = this.#batchEnd
    this.#batchEnd = 0
    this.#write(batch.subarray(0, end))
  }

  #write(bytes: Uint8Array): void {
    if (this.#pendingBytes > 0) return this.#keep(bytes)
    const taken = this.#taken(bytes)
    if (taken < bytes.length && this.#keepsRest) this.#keep(bytes.subarray(taken))
  }

  /**
   * One write. A socket that was reset answers -1: nothing was taken, and nobody is there to take
   * it. Bun says no more of it where reading is paused, so it has to be ended here.
   */
  #taken(bytes: Uint8Array): number {
    const taken = this.#socket.write(bytes)
    if (taken < 0) this.#socket.terminate()
    return Math.max(0, taken)
  }

  #keep(bytes: Uint8Array): void {
    this.#pending.push(bytes.slice())
    this.#pendingBytes += bytes.length
  }

  /** The kernel takes bytes again: writes until it stops, in order. */
  drain(): void {
    while (this.#pendingBytes > 0) {
      const head = this.#pending[0]!
      const taken = this.#taken(head.subarray(this.#headStart))
      this.#pendingBytes -= taken
      this.#headStart += taken
      if (this.#headStart < head.length) return
      this.#pending.shift()
      this.#headStart = 0
    }
  }

  /** Forgets what is owed: the peer is gone. */
  drop(): void {
    this.#pending = []
    this.#pendingBytes = 0
    this.#headStart = 0
  }
}
