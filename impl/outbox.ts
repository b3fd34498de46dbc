/**
 * The writing half of a connection, in both send disciplines (SPEC.md, "Send disciplines").
 *
 * `sendall`: the replies of one read go out in one write; what the kernel does not take is kept
 * and written when it drains. `send`: one write per piece, and what was not taken is lost.
 *
 * A reply that lies in what was read is framed there, and the replies of a read are one run of
 * bytes then, written from where they lie. All others are copied into a batch.
 */
import { copyRange, giveBack, NO_BYTES } from '../wire/bytes.ts'
import type { Encoder } from '../wire/framing.ts'
import type { SendDiscipline, WriteGrouping } from './contract.ts'
import type { StreamSocket } from './stream-socket.ts'

const BATCH_BYTES = 256 * 1024
/** Behind a batch, a run up to this length is copied: cheaper than a write of its own. */
const JOINED_BYTES_MAX = 64 * 1024
/** Filled and written within one turn of the event loop, so one serves all connections. */
const batch = new Uint8Array(BATCH_BYTES)

export class Outbox {
  readonly #socket: Pick<StreamSocket, 'write' | 'terminate'>
  readonly #encoder: Encoder
  readonly #batched: boolean
  readonly #keepsRest: boolean
  readonly #separate: boolean
  #batchEnd = 0
  /** Frames behind those of the batch, one behind the other in memory of the caller's. */
  #run: Uint8Array = NO_BYTES
  #runStart = 0
  #runEnd = 0
  /** What the kernel did not take, in order; `#headStart` bytes of the first are written. */
  #pending: Uint8Array[] = []
  #headStart = 0
  #pendingBytes = 0

  constructor(
    socket: Pick<StreamSocket, 'write' | 'terminate'>,
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
      for (const piece of this.#encoder.pieces(message)) this.#writeAll(piece)
      return
    }
    if (!this.#batched) return this.#writeAll(this.#encoder.encode(message))
    const bytesMax = this.#encoder.frameBytesMax(message.length)
    if (this.#batchEnd + bytesMax > BATCH_BYTES) this.flush()
    if (bytesMax <= BATCH_BYTES) {
      this.#batchEnd = this.#encoder.encodeInto(message, batch, this.#batchEnd)
      return
    }
    // Copying a large message into a batch would cost more than the second system call.
    for (const piece of this.#encoder.pieces(message)) this.#writeAll(piece)
  }

  /** The same for a message that is `buffer[start, end)`. */
  replyRange(buffer: Uint8Array, start: number, end: number): void {
    this.#endRun()
    const encoder = this.#encoder
    const bytesMax = encoder.frameBytesMax(end - start)
    if (!encoder.encodeRangeInto || !this.#batched || bytesMax > BATCH_BYTES) {
      return this.reply(buffer.subarray(start, end))
    }
    if (this.#batchEnd + bytesMax > BATCH_BYTES) this.flush()
    this.#batchEnd = encoder.encodeRangeInto(buffer, start, end, batch, this.#batchEnd)
  }

  /**
   * The same where nobody needs what stands in front of the message any more. The memory has to
   * stay as it is until the next `flush()`.
   */
  replyInPlace(buffer: Uint8Array, start: number, end: number): void {
    const encoder = this.#encoder
    if (!this.#batched || !encoder.encodeInPlace) return this.replyRange(buffer, start, end)
    if (buffer !== this.#run) this.#endRun()
    const isFirst = this.#runEnd === 0
    const at = encoder.encodeInPlace(buffer, start, end, this.#runEnd)
    // A head that is shorter or longer than the one that came: there is no run.
    if (at < 0 || !(isFirst || at === this.#runEnd)) return this.replyRange(buffer, start, end)
    if (isFirst) {
      this.#run = buffer
      this.#runStart = at
    }
    this.#runEnd = end
  }

  /** False where every reply has to be made by itself: piece by piece, or with a write each. */
  get takesFrames(): boolean {
    return this.#batched
  }

  /** Whole frames as they are to go out. The memory has to stay as it is until `flush()`. */
  replyFrames(buffer: Uint8Array, start: number, end: number): void {
    if (buffer !== this.#run) this.#endRun()
    if (this.#runEnd === 0) {
      this.#run = buffer
      this.#runStart = start
    } else if (start !== this.#runEnd) {
      this.#endRun()
      this.#run = buffer
      this.#runStart = start
    }
    this.#runEnd = end
  }

  /** Puts what lies elsewhere into the batch. */
  #endRun(): void {
    const bytes = this.#runEnd - this.#runStart
    if (bytes === 0) return
    if (this.#batchEnd + bytes > BATCH_BYTES) return this.flush()
    copyRange(this.#run, this.#runStart, this.#runEnd, batch, this.#batchEnd)
    this.#batchEnd += bytes
    this.#forgetRun()
  }

  #forgetRun(): void {
    this.#run = NO_BYTES
    this.#runStart = 0
    this.#runEnd = 0
  }

  /** Writes what there is. The batch belongs to all connections: call it before the turn ends. */
  flush(): void {
    const runBytes = this.#runEnd - this.#runStart
    if (this.#batchEnd > 0 && runBytes > 0 && runBytes <= JOINED_BYTES_MAX) {
      // The room in the batch may not do: then it is two writes after all.
      if (this.#batchEnd + runBytes <= BATCH_BYTES) this.#endRun()
    }
    const batchEnd = this.#batchEnd
    this.#batchEnd = 0
    if (batchEnd > 0) this.#write(batch, 0, batchEnd)
    if (this.#runEnd > 0) this.#write(this.#run, this.#runStart, this.#runEnd)
    this.#forgetRun()
  }

  #writeAll(bytes: Uint8Array): void {
    this.#write(bytes, 0, bytes.length)
  }

  #write(bytes: Uint8Array, start: number, end: number): void {
    if (this.#pendingBytes > 0) return this.#keep(bytes, start, end)
    const taken = this.#taken(bytes, start, end)
    if (start + taken < end && this.#keepsRest) this.#keep(bytes, start + taken, end)
  }

  /**
   * One write. A socket that was reset answers -1: nothing was taken, and nobody is there to take
   * it.
   */
  #taken(bytes: Uint8Array, start: number, end: number): number {
    const taken = this.#socket.write(bytes, start, end - start)
    if (taken < 0) this.#socket.terminate()
    return Math.max(0, taken)
  }

  #keep(bytes: Uint8Array, start: number, end: number): void {
    this.#pending.push(bytes.slice(start, end))
    this.#pendingBytes += end - start
  }

  /** The kernel takes bytes again: writes until it stops, in order. */
  drain(): void {
    while (this.#pendingBytes > 0) {
      const head = this.#pending[0]!
      const taken = this.#taken(head, this.#headStart, head.length)
      this.#pendingBytes -= taken
      this.#headStart += taken
      if (this.#headStart < head.length) return
      giveBack(this.#pending.shift()!)
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
