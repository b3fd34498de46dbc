/** The sockets under load: streams and connected datagram sockets, without anything in between. */
import { ptr } from 'bun:ffi'
import type { Address } from '../posix/address.ts'
import { C, POLLERR, POLLHUP, POLLIN, POLLOUT } from '../posix/constants.ts'
import { PosixError } from '../posix/libc.ts'
import { NonBlockingSocket } from '../posix/non-blocking-socket.ts'
import { isWouldBlock, sendAt } from '../posix/socket-calls.ts'
import type { LoadReactor, Watcher } from './load-reactor.ts'

const READ_BYTES = 256 * 1024
/** One for all: what was read is looked at before anything else is. */
const readBuffer = new Uint8Array(READ_BYTES)

export interface LoadSocketEvents {
  /** It stands, and may be written to: perhaps before `open` has returned. */
  opened(socket: LoadSocket): void
  /** Borrowed for the call. */
  data(chunk: Uint8Array): void
  /** The kernel takes bytes again, behind a write that it did not take whole. */
  drain(): void
  /** The other side has ended it, or the system has; or it never came to stand: then why. */
  closed(whyNotOpened?: string): void
}

export class LoadSocket implements Watcher {
  readonly #reactor: LoadReactor
  readonly #events: LoadSocketEvents
  readonly #socket: NonBlockingSocket
  readonly #isStream: boolean
  #state: 'connecting' | 'open' | 'closed' = 'connecting'
  #isPaused = false
  #isBlocked = false

  private constructor(
    reactor: LoadReactor,
    socket: NonBlockingSocket,
    events: LoadSocketEvents,
    isNagle: boolean,
  ) {
    this.#reactor = reactor
    this.#socket = socket
    this.#events = events
    this.#isStream = socket.transport !== 'udp'
    if (isNagle) socket.setOption(C.IPPROTO_TCP, C.TCP_NODELAY, 0)
  }

  /** `opened` or `closed` follows, in a turn of the reactor or at once. */
  static open(
    reactor: LoadReactor,
    address: Address,
    events: LoadSocketEvents,
    isNagle = false,
  ): LoadSocket {
    const socket = NonBlockingSocket.open(address)
    const opened = new LoadSocket(reactor, socket, events, isNagle && address.transport === 'tcp')
    opened.#connect(address)
    return opened
  }

  get fd(): number {
    return this.#socket.fd
  }

  #connect(address: Address): void {
    if (this.#state === 'closed') return
    try {
      if (this.#socket.connect(address)) this.#stands()
      else this.#reactor.watch(this, POLLOUT)
    } catch (error) {
      // A Unix socket's full backlog: the only remedy the kernel offers is to ask again.
      const isFull = error instanceof PosixError && error.code === 'EAGAIN'
      if (isFull) this.#reactor.tryAgain(() => this.#connect(address))
      else this.#failed(error as Error)
    }
  }

  #stands(): void {
    this.#state = 'open'
    this.#watch()
    this.#events.opened(this)
  }

  #failed({ message }: Error): void {
    this.terminate()
    this.#events.closed(`could not connect: ${message}`)
  }

  #watch(): void {
    this.#reactor.watch(this, (this.#isPaused ? 0 : POLLIN) | (this.#isBlocked ? POLLOUT : 0))
  }

  ready(events: number): void {
    if (this.#state === 'connecting') return this.#finishConnect()
    if (events & POLLIN && !this.#isPaused) this.#read()
    else if (events & (POLLERR | POLLHUP)) this.#over()
    // What was read may have ended it.
    if (events & POLLOUT && this.#isBlocked) this.#unblock()
  }

  #finishConnect(): void {
    try {
      this.#socket.finishConnect()
    } catch (error) {
      return this.#failed(error as Error)
    }
    this.#stands()
  }

  #read(): void {
    let count: number | null
    try {
      count = this.#socket.recv(readBuffer)
    } catch {
      // Reset, or for a datagram: nobody has that port.
      return this.#over()
    }
    if (count === null) return
    if (count === 0 && this.#isStream) return this.#over()
    this.#events.data(readBuffer.subarray(0, count))
  }

  #over(): void {
    if (this.#state === 'closed') return
    this.terminate()
    this.#events.closed()
  }

  #unblock(): void {
    if (this.#state === 'closed') return
    this.#isBlocked = false
    this.#watch()
    this.#events.drain()
  }

  /** Bytes taken; -1 when it is over, which `closed` tells. A datagram goes whole or not at all. */
  write(bytes: Uint8Array, offset: number, length: number): number {
    if (this.#state === 'closed') return -1
    const taken = sendAt(this.fd, ptr(bytes, offset), length)
    if (taken === length) return taken
    if (taken < 0 && !isWouldBlock(taken)) {
      // On a stream there may still be replies to read. A datagram's error is told just once.
      if (!this.#isStream) this.#reactor.tryAgain(() => this.#over())
      return -1
    }
    if (!this.#isBlocked) {
      this.#isBlocked = true
      this.#watch()
    }
    return Math.max(0, taken)
  }

  pause(): void {
    this.#isPaused = true
    this.#watch()
  }

  resume(): void {
    this.#isPaused = false
    if (this.#state === 'open') this.#watch()
  }

  /** Closes it: with a FIN when all that came has been read. Nothing more is told. */
  terminate(): void {
    if (this.#state === 'closed') return
    this.#state = 'closed'
    this.#isBlocked = false
    this.#reactor.forget(this)
    this.#socket.close()
  }
}
