/**
 * A connection's socket on the event loop of stream-loop.ts. One write is one system call, whose
 * count is told; the end of the stream, the way on after a short write and the close are told to
 * the handler.
 */
import { C, POLLERR, POLLHUP, POLLIN, POLLOUT } from '../posix/constants.ts'
import { readBuffers } from '../posix/read-buffers.ts'
import * as calls from '../posix/socket-calls.ts'
import type { StreamLoop, Watched } from './stream-loop.ts'

const BROKEN = POLLERR | POLLHUP

export interface StreamHandler {
  /** What one read returned. True: it keeps the memory until it gives it back. */
  data(chunk: Uint8Array): boolean
  /** After a short write: the kernel takes bytes again. */
  drain(): void
  /** The peer's FIN. */
  end(): void
  /** The descriptor is closed, whoever wanted it; told once. */
  closed(): void
}

export class StreamSocket implements Watched {
  readonly fd: number
  readonly #loop: StreamLoop
  #handler: StreamHandler | null = null
  #watchedFor = -1
  #isBlocked = false
  #isPaused = false
  #hasEnded = false
  #isOpen = true

  constructor(fd: number, loop: StreamLoop) {
    this.fd = fd
    this.#loop = loop
  }

  /** Reading begins. */
  attach(handler: StreamHandler): void {
    this.#handler = handler
    this.#watch()
  }

  /** Bytes that the kernel took of `bytes[offset, offset + length)`; -1 when nobody is there. */
  write(bytes: Uint8Array, offset: number, length: number): number {
    if (!this.#isOpen) return -1
    if (length === 0) return 0
    const taken = readBuffers.send(this.fd, bytes, offset, length)
    if (taken === length) return taken
    if (taken < 0 && !calls.isWouldBlock(taken)) return -1
    this.#isBlocked = true
    this.#watch()
    return Math.max(0, taken)
  }

  /** Reads no more: the peer's bytes wait in the kernel, and then at the peer. */
  pause(): void {
    this.#isPaused = true
    this.#watch()
  }

  resume(): void {
    this.#isPaused = false
    this.#watch()
  }

  /** Our FIN; reading goes on. */
  shutdown(): void {
    if (this.#isOpen) calls.tryShutdown(this.fd, C.SHUT_WR)
  }

  /** Closes; what the kernel has taken still goes out. */
  end(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#loop.forget(this.fd)
    calls.close(this.fd)
    this.#handler?.closed()
  }

  /** Closes with a reset: what the kernel has taken is dropped. */
  terminate(): void {
    if (!this.#isOpen) return
    calls.tryReset(this.fd)
    this.end()
  }

  ready(events: number): void {
    try {
      if (this.#isBlocked && events & (POLLOUT | BROKEN)) {
        this.#isBlocked = false
        this.#handler!.drain()
      }
      if (this.#isOpen && this.#isReading) this.#read()
      // Who does not read, and has nothing to write, would be told of it for ever.
      else if (this.#isOpen && events & BROKEN) this.terminate()
      if (this.#isOpen) this.#watch()
    } catch (error) {
      // A fault of ours in one connection: say so, end that one, serve the others.
      const { stack } = error as Error
      console.error(`framegate: a connection was ended by an internal error: ${stack}`)
      this.terminate()
    }
  }

  get #isReading(): boolean {
    return !this.#isPaused && !this.#hasEnded
  }

  #read(): void {
    const bytes = readBuffers.receive(this.fd)
    if (bytes > 0) {
      if (this.#handler!.data(readBuffers.view(bytes))) readBuffers.leave()
      return
    }
    if (bytes === 0) {
      this.#hasEnded = true
      return this.#handler!.end()
    }
    if (!calls.isWouldBlock(bytes)) this.terminate()
  }

  #watch(): void {
    if (!this.#isOpen) return
    const events = (this.#isReading ? POLLIN : 0) | (this.#isBlocked ? POLLOUT : 0)
    if (events === this.#watchedFor) return
    this.#watchedFor = events
    this.#loop.watch(this.fd, events, this)
  }
}
