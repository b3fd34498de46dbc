/**
 * One connection of the server that mutants are made from: u32be frames, right as it stands.
 *
 * Every step is a method of its own, so that a mutant changes one step and nothing else. Written
 * apart from impl/ on purpose: a second right server shows that the cases do not fit only one.
 */
import type { Socket } from 'bun'

export const HEADER_BYTES = 4
export const MESSAGE_BYTES_MAX = 4 * 1024 * 1024
/** Reading stops while more than this is owed, and goes on below a quarter of it. */
const PENDING_BYTES_MAX = 1024 * 1024
const LINGER_MS = 2_000

/** What is at the front of the bytes that have come. */
export type Look = 'need-more' | 'refuse' | { message: Uint8Array; next: number }

export class Connection {
  /** What it speaks. */
  static readonly framing: string = 'u32be'
  readonly socket: Socket<Connection>
  /** Bytes that have come and are not used up: `input[start, end)`. */
  input = new Uint8Array(4_096)
  start = 0
  end = 0
  /** What the kernel has not taken yet, in order. */
  pending: Uint8Array[] = []
  phase: 'serving' | 'finishing' | 'lingering' = 'serving'
  paused = false
  peerEnded = false

  constructor(socket: Socket<Connection>) {
    this.socket = socket
  }

  get pendingBytes(): number {
    return this.pending.reduce((sum, bytes) => sum + bytes.length, 0)
  }

  /** The client is there. */
  opened(): void {}

  /** What one read returned. */
  data(chunk: Uint8Array): void {
    if (this.phase !== 'serving') return
    this.append(chunk)
    this.answerAll()
    this.pauseIfOwing()
  }

  append(chunk: Uint8Array): void {
    if (this.start === this.end) this.start = this.end = 0
    const held = this.end - this.start
    if (this.end + chunk.length > this.input.length) {
      const room = Math.max(held + chunk.length, 2 * this.input.length)
      const grown = new Uint8Array(room)
      grown.set(this.input.subarray(this.start, this.end))
      this.input = grown
      this.start = 0
      this.end = held
    }
    this.input.set(chunk, this.end)
    this.end += chunk.length
  }

  answerAll(): void {
    while (this.phase === 'serving' && this.answerNext());
  }

  /** False when there is no whole message. */
  answerNext(): boolean {
    const look = this.look()
    if (look === 'need-more') return false
    if (look === 'refuse') {
      this.refuse()
      return false
    }
    this.start = look.next
    this.answer(look.message)
    return true
  }

  look(): Look {
    const held = this.end - this.start
    if (held < HEADER_BYTES) return 'need-more'
    return this.messageAt(this.start + HEADER_BYTES, this.lengthAt(this.start))
  }

  /** The message of `length` bytes from `from` on. */
  messageAt(from: number, length: number): Look {
    if (this.isTooLong(length)) return 'refuse'
    const next = from + length
    if (this.end < next) return 'need-more'
    return { message: this.input.slice(from, next), next }
  }

  lengthAt(at: number): number {
    return new DataView(this.input.buffer).getUint32(at)
  }

  isTooLong(length: number): boolean {
    return length > MESSAGE_BYTES_MAX
  }

  answer(message: Uint8Array): void {
    this.write(this.frame(message))
  }

  frame(message: Uint8Array): Uint8Array {
    const bytes = new Uint8Array(HEADER_BYTES + message.length)
    new DataView(bytes.buffer).setUint32(0, message.length)
    bytes.set(message, HEADER_BYTES)
    return bytes
  }

  write(bytes: Uint8Array): void {
    if (this.pending.length > 0) return void this.pending.push(bytes)
    const taken = this.tryWrite(bytes)
    if (taken < bytes.length) this.pending.push(bytes.subarray(taken))
  }

  /** Bytes that the kernel took. */
  tryWrite(bytes: Uint8Array): number {
    const taken = this.socket.write(bytes)
    // Reset. Bun says no more of it where reading is paused.
    if (taken < 0) this.socket.terminate()
    return Math.max(0, taken)
  }

  /** The kernel takes bytes again. */
  drain(): void {
    while (this.pending.length > 0) {
      const head = this.pending[0]!
      const taken = this.tryWrite(head)
      if (taken < head.length) {
        this.pending[0] = head.subarray(taken)
        return
      }
      this.pending.shift()
    }
    if (this.phase === 'finishing') return this.close()
    this.resumeIfPossible()
  }

  pauseIfOwing(): void {
    if (this.paused || this.pendingBytes <= PENDING_BYTES_MAX) return
    this.paused = true
    this.socket.pause()
  }

  resumeIfPossible(): void {
    if (!this.paused) return
    this.paused = false
    this.socket.resume()
  }

  /** A frame that must not be served: what is owed is still sent, then our FIN. */
  refuse(): void {
    this.finish()
  }

  /** The client's FIN. */
  ended(): void {
    this.peerEnded = true
    if (this.phase === 'lingering') return void this.socket.end()
    this.finish()
  }

  /** Reads no more requests; closes once nothing is owed. */
  finish(): void {
    if (this.phase !== 'serving') return
    this.phase = 'finishing'
    if (this.pending.length === 0) this.close()
  }

  close(): void {
    if (this.peerEnded) return void this.socket.end()
    // Closing with unread bytes would reset the connection, and the client lose replies.
    this.phase = 'lingering'
    if (this.paused) this.socket.resume()
    this.socket.shutdown()
    setTimeout(() => this.socket.terminate(), LINGER_MS).unref()
  }

  /** The connection is gone; `error` where it was reset. */
  closed(_error: Error | undefined): void {}

  /** SIGTERM. */
  stop(): void {
    this.finish()
  }
}
