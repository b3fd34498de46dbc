/**
 * A way with weather between one peer and the subject: loses, doubles, reorders, delays datagrams
 * and turns bits over, by a seed. What it did to which datagram is told, so that a case can owe
 * exactly the replies that have to come.
 */
import { type Address, formatAddress } from '../posix/address.ts'
import { POLLIN } from '../posix/constants.ts'
import { PosixError } from '../posix/libc.ts'
import { NonBlockingSocket } from '../posix/non-blocking-socket.ts'
import { nowMs } from './clock.ts'
import { ready, until } from './reactor.ts'
import { RelayDirection } from './relay-direction.ts'
import { RelayPlan, type Weather } from './relay-plan.ts'

type UdpAddress = Extract<Address, { transport: 'udp' }>

const DATAGRAM_BYTES_MAX = 65_535
/** A closed relay is noticed after this time at the latest. */
const SLICE_MS = 20
/** A flood in one direction lets the other have its turn. */
const READS_MAX = 64

const readBuffer = new Uint8Array(DATAGRAM_BYTES_MAX)

export interface RelayOptions {
  subject: UdpAddress
  seed: number
  toSubject?: Weather
  toPeer?: Weather
}

export class Relay implements Disposable {
  readonly seed: number
  /** Where the peer sends to. */
  readonly address: Address
  readonly toSubject: RelayDirection
  readonly toPeer: RelayDirection
  readonly #front: NonBlockingSocket
  readonly #back: NonBlockingSocket
  #closed = false

  private constructor(options: RelayOptions) {
    const { subject, seed } = options
    this.seed = seed
    this.#front = NonBlockingSocket.open(subject)
    this.#back = NonBlockingSocket.open(subject)
    this.#back.connect(subject)
    const host = subject.host.includes(':') ? '::1' : '127.0.0.1'
    this.#front.bind({ transport: 'udp', host, port: 0 })
    this.address = this.#front.localAddress()
    const there = new RelayPlan(seed, options.toSubject ?? {})
    const back = new RelayPlan(seed + 1, options.toPeer ?? {})
    this.toSubject = new RelayDirection(there, (bytes) => sentTo(this.#back, bytes))
    this.toPeer = new RelayDirection(back, (bytes) => sentTo(this.#front, bytes))
  }

  static open(options: RelayOptions): Relay {
    return new Relay(options)
  }

  /** The one peer whose datagrams it carries, by the peer's own address. */
  attach(peer: Address): void {
    this.#front.connect(peer)
    void this.#carry(this.#front, this.toSubject)
    void this.#carry(this.#back, this.toPeer)
  }

  async #carry(from: NonBlockingSocket, direction: RelayDirection): Promise<void> {
    while (!this.#closed) {
      await ready(from.fd, POLLIN, Math.min(direction.dueMs, nowMs() + SLICE_MS))
      if (this.#closed) return
      for (let reads = 0; reads < READS_MAX; reads++) {
        const datagram = received(from)
        if (datagram === null) break
        direction.take(datagram)
      }
      direction.release(nowMs())
    }
  }

  /**
   * Once the peer's first `count` datagrams have come, lets go of windows that are not full, and
   * waits until all of them are on their way. False when the deadline passed.
   */
  async passedOn(count: number, deadlineMs: number): Promise<boolean> {
    const { toSubject } = this
    if (!(await until(() => toSubject.counts.taken >= count, deadlineMs))) return false
    toSubject.flush()
    return until(() => toSubject.held === 0, deadlineMs)
  }

  /** What it did to the peer's datagrams, in words, and how to have it again. */
  toString(): string {
    const { taken, passed, ...others } = this.toSubject.counts
    const done = Object.entries(others).filter(([, count]) => count > 0)
    const words = done.map(([what, count]) => `${count} ${what}`).join(', ')
    const where = formatAddress(this.#back.peerAddress())
    const what = `${taken} datagrams in, ${passed} on to ${where}${words ? `: ${words}` : ''}`
    return `Relay with seed ${this.seed}: ${what}.`
  }

  close(): void {
    this.#closed = true
    this.#front.close()
    this.#back.close()
  }

  [Symbol.dispose](): void {
    this.close()
  }
}

/** Null when nothing is there. */
function received(socket: NonBlockingSocket): Uint8Array | null {
  // Each look may meet the ICMP error of an earlier datagram, which is no end of anything.
  for (let looks = 0; looks < READS_MAX; looks++) {
    try {
      const count = socket.recv(readBuffer)
      return count === null ? null : readBuffer.slice(0, count)
    } catch (error) {
      if (!(error instanceof PosixError)) throw error
    }
  }
  return null
}

/** False when it could not be sent: no room, or nobody has the port open. */
function sentTo(socket: NonBlockingSocket, bytes: Uint8Array): boolean {
  for (const isLast of [false, true]) {
    try {
      return socket.sendDatagram(bytes)
    } catch (error) {
      if (!(error instanceof PosixError)) throw error
      // The first error is that of the datagram before: this one has not been sent yet.
      if (isLast) return false
    }
  }
  return false
}
