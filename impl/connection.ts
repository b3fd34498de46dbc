/**
 * One connection of an event-loop server: bytes in, messages to the service, replies out.
 *
 * Phases: `serving` reads requests; `finishing` reads no more and flushes what is owed;
 * `lingering` has sent its FIN and throws away what still arrives, because closing with unread
 * bytes makes the kernel reset the connection and the peer lose replies (SPEC.md, ALL-5).
 */
import { readBuffers } from '../posix/read-buffers.ts'
import { type Decoder, type Encoder, FRAME, MALFORMED } from '../wire/framing.ts'
import { JsonHeaderEncoder } from '../wire/json-header.ts'
import type { SendDiscipline, WriteGrouping } from './contract.ts'
import type { LateAnswer } from './exec.ts'
import { Outbox } from './outbox.ts'
import { ECHO } from './service.ts'
import type { StreamHandler, StreamSocket } from './stream-socket.ts'

/** Reading stops while more than this is owed to a peer, and resumes below a quarter of it. */
const PENDING_BYTES_MAX = 1024 * 1024
/** A peer that keeps sending after our FIN is cut off behind this much or this long. */
const LINGER_BYTES_MAX = 64 * 1024 * 1024
const LINGER_MS_MAX = 5_000

/** From here on another write costs less than a copy. */
const WRITTEN_BYTES_MIN = 32 * 1024

export interface ConnectionOptions {
  decoder: Decoder
  encoder: Encoder
  /** Answers a message at once, not at all, or when it can. */
  answer(message: Uint8Array, ordinal: number): Uint8Array | null | Promise<LateAnswer>
  discipline: SendDiscipline
  writes: WriteGrouping
  /** Hands on at most this much of a read at once; a lesson's `recv(1024)`. */
  readBytesMax: number
  onClose(connection: Connection): void
}

/** What a connection asks of its socket. */
export type ConnectionSocket = Pick<
  StreamSocket,
  'write' | 'pause' | 'resume' | 'shutdown' | 'end' | 'terminate'
>

export class Connection implements StreamHandler {
  readonly #socket: ConnectionSocket
  readonly #options: ConnectionOptions
  readonly #outbox: Outbox
  #phase: 'serving' | 'finishing' | 'lingering' = 'serving'
  #ordinal = 0
  #reading = true
  #peerEnded = false
  /** Replies that are still being made. */
  #awaited = 0
  #isClosed = false
  #lingerBytes = 0
  #lingerTimer: Timer | null = null

  constructor(socket: ConnectionSocket, options: ConnectionOptions) {
    this.#socket = socket
    this.#options = options
    this.#outbox = new Outbox(socket, options.encoder, options.discipline, options.writes)
  }

  data(chunk: Uint8Array): boolean {
    if (this.#phase === 'serving') this.#serve(chunk)
    else if (this.#phase === 'lingering') this.#discard(chunk.length)
    return this.#options.decoder.held === chunk
  }

  #serve(chunk: Uint8Array): void {
    const understood = this.#decodeInPieces(chunk)
    this.#outbox.flush()
    // Replies to the messages before the refused frame are owed all the same (ALL-5).
    if (!understood) return this.finish()
    const isBehind = this.#awaited > 0 || this.#outbox.pendingBytes > PENDING_BYTES_MAX
    if (this.#reading && isBehind) {
      this.#reading = false
      this.#socket.pause()
    }
  }

  #decodeInPieces(chunk: Uint8Array): boolean {
    const { readBytesMax } = this.#options
    if (chunk.length <= readBytesMax) return this.#decode(chunk)
    for (let at = 0; at < chunk.length; at += readBytesMax) {
      if (!this.#decode(chunk.subarray(at, at + readBytesMax))) return false
    }
    return true
  }

  /** False when the stream cannot be understood from here on. */
  #decode(chunk: Uint8Array): boolean {
    const { decoder, answer } = this.#options
    decoder.push(chunk)
    if (answer === ECHO) return this.#echo(chunk)
    let step = decoder.next()
    while (step === FRAME) {
      const message = decoder.buffer.subarray(decoder.start, decoder.end)
      const reply = answer(message, ++this.#ordinal)
      if (reply instanceof Promise) void this.#replyLater(reply)
      else if (reply) this.#outbox.reply(reply)
      step = decoder.next()
    }
    return step !== MALFORMED
  }

  #echo(chunk: Uint8Array): boolean {
    const { decoder } = this.#options
    const outbox = this.#outbox
    for (;;) {
      if (outbox.takesFrames) this.#passFrames(chunk)
      const step = decoder.next()
      if (step !== FRAME) return step !== MALFORMED
      const { buffer, start, end } = decoder
      // What was read is ours. What was put together of several reads is the decoder's, until it
      // is asked again: a long one is written before, which costs less than a copy.
      const isOurs = buffer === chunk
      if (isOurs || end - start >= WRITTEN_BYTES_MIN) outbox.replyInPlace(buffer, start, end)
      else outbox.replyRange(buffer, start, end)
      if (!isOurs && end - start >= WRITTEN_BYTES_MIN) outbox.flush()
    }
  }

  /** Frames that go out as they have come, a long one in the pieces in which it has come. */
  #passFrames(chunk: Uint8Array): void {
    const { decoder } = this.#options
    const outbox = this.#outbox
    const { held, heldStart } = decoder
    if (!decoder.wholeFrames) return
    if (decoder.wholeFrames() > 0) {
      if (held && held.length > 0) {
        outbox.replyFrames(held, heldStart!, held.length)
        outbox.flush()
        readBuffers.giveBack(held)
      }
      outbox.replyFrames(chunk, decoder.start, decoder.end)
    }
    decoder.holdRest?.()
  }

  /** Nothing more is read until it is there: what a peer may ask for ahead is bounded. */
  async #replyLater(later: Promise<LateAnswer>): Promise<void> {
    this.#awaited++
    try {
      const { message, members } = await later
      if (this.#isClosed) return
      const { encoder } = this.#options
      if (encoder instanceof JsonHeaderEncoder) encoder.members = members
      this.#outbox.reply(message)
      this.#outbox.flush()
    } catch (error) {
      console.error(`framegate: a reply could not be sent: ${(error as Error).message}`)
      this.#terminate()
    } finally {
      this.#awaited--
      if (!this.#isClosed) this.#goOn()
    }
  }

  /** The kernel takes bytes again. */
  drain(): void {
    this.#outbox.drain()
    this.#goOn()
  }

  #goOn(): void {
    if (this.#phase === 'finishing') return this.#finishIfFlushed()
    if (this.#awaited > 0) return
    if (!this.#reading && this.#outbox.pendingBytes <= PENDING_BYTES_MAX / 4) {
      this.#reading = true
      this.#socket.resume()
    }
  }

  /** The peer's FIN: every whole request was seen; a partial one is never delivered (ALL-6). */
  end(): void {
    this.#peerEnded = true
    // Both have said that they are done: what is still on its way to the peer arrives.
    if (this.#phase === 'lingering') return this.#socket.end()
    this.finish()
  }

  /** Reads no further requests, flushes what is owed, then closes. */
  finish(): void {
    if (this.#phase !== 'serving') return
    this.#phase = 'finishing'
    this.#finishIfFlushed()
  }

  #finishIfFlushed(): void {
    if (this.#awaited > 0 || this.#outbox.pendingBytes > 0) return
    if (this.#peerEnded) return void this.#socket.end()
    this.#phase = 'lingering'
    if (!this.#reading) this.#socket.resume()
    this.#socket.shutdown()
    this.#lingerTimer = setTimeout(() => this.#terminate(), LINGER_MS_MAX)
  }

  #discard(bytes: number): void {
    this.#lingerBytes += bytes
    if (this.#lingerBytes > LINGER_BYTES_MAX) this.#terminate()
  }

  #terminate(): void {
    this.#socket.terminate()
  }

  /** The connection is gone, whoever ended it. */
  closed(): void {
    this.#isClosed = true
    if (this.#lingerTimer) clearTimeout(this.#lingerTimer)
    this.#outbox.drop()
    this.#options.onClose(this)
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  /** Ends it now, whatever is still owed. */
  abort(): void {
    this.#terminate()
  }
}
