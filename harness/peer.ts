/**
 * The raw-byte client: says exactly what goes on the wire and when, and keeps all that came back.
 *
 * It reads nothing unless told to, so that a case can be a slow reader; it sends nothing of its
 * own; it records both directions with times for the evidence.
 */
import { type Address, formatAddress } from '../posix/address.ts'
import { C, POLLERR, POLLHUP, POLLIN, POLLOUT } from '../posix/constants.ts'
import { PosixError } from '../posix/libc.ts'
import { NonBlockingSocket } from '../posix/non-blocking-socket.ts'
import { nowMs } from './clock.ts'
import { HarnessError } from './errors.ts'
import { ready } from './reactor.ts'

const READ_BYTES = 256 * 1024
/** One for all: what was read is copied out before anything else happens. */
const readBuffer = new Uint8Array(READ_BYTES)

export type EndOfStream = 'fin' | 'rst'

export interface WireEvent {
  atMs: number
  /** `ended` is the end of what the subject sends, `finished` and `reset` are ours. */
  direction: 'sent' | 'received' | 'ended' | 'finished' | 'reset'
  bytes: number
  /** The bytes themselves, as far as the evidence of this direction holds them. */
  head: Uint8Array
}

/** Bytes of each direction that are kept for the evidence. */
const EVIDENCE_BYTES_MAX = 64 * 1024
const NOTHING = new Uint8Array()
const RECEIVED_BYTES_MAX = 512 * 1024 * 1024

export interface ConnectOptions {
  deadlineMs: number
  /** Shrinks the receive buffer, so that the subject's writes come up short early. */
  receiveBufferBytes?: number
  /** TCP: the largest segment that the subject may send us; its send buffer begins as small. */
  segmentBytesMax?: number
}

export class Peer {
  readonly socket: NonBlockingSocket
  readonly subjectAddress: Address
  readonly localAddress: Address
  /** What the subject sent, as it was read: one entry a read. */
  readonly reads: Uint8Array[] = []
  /** Evidence: times, sizes and bytes of both directions, bounded. */
  readonly events: WireEvent[] = []
  readonly #kept = { sent: 0, received: 0 }
  receivedBytes = 0
  sentBytes = 0
  /** How the subject's stream ended, once it was read; null while open. */
  ended: EndOfStream | null = null
  /** Datagrams that came to a port which nobody had open, as far as we were told. */
  refused = 0
  /** True once we have sent our FIN, reset, or closed. */
  finished = false
  /** True once our socket is gone, reset or closed. */
  closed = false
  /** Who ended their direction first. */
  endedBy: 'subject' | 'harness' | 'nobody' = 'nobody'

  private constructor(socket: NonBlockingSocket, address: Address) {
    this.socket = socket
    this.subjectAddress = address
    this.localAddress = socket.localAddress()
  }

  /** Connects; throws HarnessError `subject-unreachable` when nobody answers. */
  static async connect(address: Address, options: ConnectOptions): Promise<Peer> {
    for (;;) {
      const socket = NonBlockingSocket.open(address)
      if (options.receiveBufferBytes) {
        socket.setOption(C.SOL_SOCKET, C.SO_RCVBUF, options.receiveBufferBytes)
      }
      if (options.segmentBytesMax && address.transport === 'tcp') {
        socket.setOption(C.IPPROTO_TCP, C.TCP_MAXSEG, options.segmentBytesMax)
      }
      try {
        if (!socket.connect(address)) {
          const events = await ready(socket.fd, POLLOUT, options.deadlineMs)
          if (events === 0) throw new Error('no answer before the deadline')
          socket.finishConnect()
        }
        return new Peer(socket, address)
      } catch (error) {
        socket.close()
        // A Unix socket's full backlog: the only remedy the kernel offers is to ask again.
        const again = error instanceof PosixError && error.code === 'EAGAIN'
        if (again && nowMs() < options.deadlineMs) continue
        throw new HarnessError(
          'subject-unreachable',
          `No connection to ${formatAddress(address)}: ${(error as Error).message}.`,
        )
      }
    }
  }

  /** A connection that the subject opened to us. */
  static accepted(socket: NonBlockingSocket): Peer {
    return new Peer(socket, socket.peerAddress())
  }

  /** TCP: what fits in one segment beside the options of each, in bytes. */
  get segmentBytes(): number {
    return this.socket.getOption(C.IPPROTO_TCP, C.TCP_MAXSEG)
  }

  /** False for datagrams: no end of stream, and a read of nothing is an empty message. */
  get isStream(): boolean {
    return this.socket.transport !== 'udp'
  }

  /** True while the subject may still send something. */
  get open(): boolean {
    return this.ended === null
  }

  /** True while there is a socket to ask, and something may still come. */
  get canRead(): boolean {
    return this.open && !this.closed
  }

  /**
   * Writes all of `bytes`, waiting for room. With `reading` it takes in what arrives meanwhile;
   * without, it is a peer that does not read. Returns the bytes taken: fewer when the connection
   * ended or the deadline passed.
   */
  async send(bytes: Uint8Array, deadlineMs: number, reading = false): Promise<number> {
    let taken = 0
    while (taken < bytes.length) {
      const count = this.trySend(bytes.subarray(taken))
      if (count === 'ended') break
      taken += count
      if (count > 0 && !reading) continue
      if (taken === bytes.length) break
      const wanted = POLLOUT | (reading && this.open ? POLLIN : 0)
      const events = await ready(this.socket.fd, wanted, deadlineMs)
      if (events === 0) break
      if (reading && events & (POLLIN | POLLHUP | POLLERR)) this.read()
    }
    return taken
  }

  /** One write, without waiting: bytes taken, 0 when there is no room. */
  trySend(bytes: Uint8Array, flags = 0): number | 'ended' {
    try {
      const count = this.socket.send(bytes, flags) ?? 0
      if (count > 0) this.#record('sent', count, bytes)
      this.sentBytes += count
      return count
    } catch (error) {
      if (!(error instanceof PosixError)) throw error
      // EPIPE or ECONNRESET: the subject is gone. Replies sent before may still be there to read.
      if (error.code === 'ECONNRESET') this.#end('rst')
      return 'ended'
    }
  }

  /** One datagram; waits for room. False when it could not be sent before the deadline. */
  async sendDatagram(bytes: Uint8Array, deadlineMs: number): Promise<boolean> {
    for (;;) {
      const refusal = this.trySendDatagram(bytes)
      if (refusal === null) return true
      if (refusal === 'EAGAIN') {
        if ((await ready(this.socket.fd, POLLOUT, deadlineMs)) === 0) return false
      } else if (refusal === 'ECONNREFUSED') {
        // An ICMP error of the datagram before, told at this one, which has not been sent yet.
        this.refused++
      } else {
        throw new HarnessError('subject-unreachable', `A datagram could not be sent: ${refusal}.`)
      }
    }
  }

  /** One datagram, without waiting. Null when it was sent, otherwise the error's code. */
  trySendDatagram(bytes: Uint8Array): string | null {
    try {
      if (!this.socket.sendDatagram(bytes)) return 'EAGAIN'
    } catch (error) {
      if (!(error instanceof PosixError)) throw error
      return error.code
    }
    this.sentBytes += bytes.length
    this.#record('sent', bytes.length, bytes)
    return null
  }

  /** Takes in what has arrived, without waiting. Returns the bytes of the one read. */
  read(bytesMax = READ_BYTES): number {
    if (!this.open) return 0
    try {
      const count = this.socket.recv(readBuffer.subarray(0, Math.min(bytesMax, READ_BYTES)))
      if (count === null) return 0
      if (count === 0 && this.isStream) {
        this.#end('fin')
        return 0
      }
      this.reads.push(readBuffer.slice(0, count))
      this.receivedBytes += count
      this.#record('received', count, readBuffer)
      // Nobody is owed so much: it is kept in memory, and a flood would fill it.
      if (this.receivedBytes > RECEIVED_BYTES_MAX) this.#end('rst')
      return count
    } catch (error) {
      if (!(error instanceof PosixError)) throw error
      if (this.isStream) this.#end('rst')
      else this.refused++
      return 0
    }
  }

  /** Reads until `enough()` holds or the stream ends: true; false when the deadline passed. */
  async readUntil(enough: () => boolean, deadlineMs: number): Promise<boolean> {
    for (;;) {
      if (enough()) return true
      if (!this.open) return true
      const reads = this.reads.length
      this.read()
      if (this.reads.length > reads) {
        // A flood must not keep the deadline from being looked at.
        if (nowMs() > deadlineMs) return enough()
        continue
      }
      if (!this.open) return true
      if ((await ready(this.socket.fd, POLLIN, deadlineMs)) === 0) return enough()
    }
  }

  /** One read that returns something: its bytes; 0 when the stream ended or the deadline passed. */
  async readSome(bytesMax: number, deadlineMs: number): Promise<number> {
    for (;;) {
      const before = this.reads.length
      const count = this.read(bytesMax)
      // An empty datagram is a message of no bytes.
      if (this.reads.length > before || !this.open) return count
      if ((await ready(this.socket.fd, POLLIN, deadlineMs)) === 0) return 0
    }
  }

  /** Sends our FIN; we go on reading. */
  finish(): void {
    if (this.finished || !this.isStream) return
    this.#finishedByUs()
    this.#record('finished')
    try {
      this.socket.shutdownWrite()
    } catch (error) {
      // ENOTCONN: the subject has reset already, which the next read reports.
      if (!(error instanceof PosixError)) throw error
    }
  }

  /** Ends the connection with a reset. */
  reset(): void {
    this.#finishedByUs()
    if (!this.closed) this.#record('reset')
    this.closed = true
    this.socket.reset()
  }

  close(): void {
    if (!this.finished) this.#record('finished')
    this.#finishedByUs()
    this.closed = true
    this.socket.close()
  }

  #finishedByUs(): void {
    this.finished = true
    if (this.endedBy === 'nobody') this.endedBy = 'harness'
  }

  #end(how: EndOfStream): void {
    if (this.ended) return
    this.ended = how
    if (this.endedBy === 'nobody') this.endedBy = 'subject'
    this.#record('ended')
  }

  #record(direction: WireEvent['direction'], bytes = 0, from: Uint8Array = NOTHING): void {
    const EVENTS_MAX = 2_000
    if (this.events.length >= EVENTS_MAX) return
    const carriesBytes = direction === 'sent' || direction === 'received'
    const room = carriesBytes ? EVIDENCE_BYTES_MAX - this.#kept[direction] : 0
    const head = from.slice(0, Math.min(bytes, room))
    if (carriesBytes) this.#kept[direction] += head.length
    this.events.push({ atMs: nowMs(), direction, bytes, head })
  }
}
