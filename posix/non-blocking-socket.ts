/**
 * A non-blocking socket, stream or datagram, with nothing between it and the kernel: one call, one
 * system call, and "not now" is a value. The harness needs this where a runtime's own sockets read
 * ahead, queue, or close on their own. Whoever wants to wait takes socket.ts.
 */
import { type Address, decodeSockaddr, encodeSockaddr, type Transport } from './address.ts'
import { C } from './constants.ts'
import { PosixError } from './libc.ts'
import * as calls from './socket-calls.ts'

export class NonBlockingSocket {
  readonly fd: number
  readonly transport: Transport
  #closed = false

  private constructor(fd: number, transport: Transport) {
    this.fd = fd
    this.transport = transport
  }

  /** A new socket of the address's family, non-blocking, Nagle's algorithm off on TCP. */
  static open(address: Address): NonBlockingSocket {
    const family =
      address.transport === 'unix' ? C.AF_UNIX : address.host.includes(':') ? C.AF_INET6 : C.AF_INET
    const { transport } = address
    const fd = calls.open(family, transport === 'udp' ? C.SOCK_DGRAM : C.SOCK_STREAM, 0)
    const socket = new NonBlockingSocket(fd, transport)
    calls.setNonBlocking(fd, true)
    if (transport === 'tcp') socket.setOption(C.IPPROTO_TCP, C.TCP_NODELAY, 1)
    return socket
  }

  /** The socket behind what a ListeningSocket accepted; it is ours to close from now on. */
  static accepted(fd: number): NonBlockingSocket {
    const socket = new NonBlockingSocket(fd, 'tcp')
    socket.setOption(C.IPPROTO_TCP, C.TCP_NODELAY, 1)
    return socket
  }

  setOption(level: number, option: number, value: number): void {
    calls.setNumber(this.fd, level, option, value)
  }

  getOption(level: number, option: number): number {
    return calls.getOption(this.fd, level, option)
  }

  bind(address: Address): void {
    calls.succeeded('bind', calls.bind(this.fd, encodeSockaddr(address)))
  }

  /** True when connected at once; false when it is under way: wait for writability, then finish. */
  connect(address: Address): boolean {
    const result = calls.connect(this.fd, encodeSockaddr(address))
    // A Unix socket with a full backlog answers EAGAIN: nothing is under way, ask again.
    if (calls.isInProgress(result)) return false
    calls.succeeded('connect', result)
    return true
  }

  /** After writability: throws what became of the connection attempt. */
  finishConnect(): void {
    const error = calls.pendingError(this.fd)
    if (error !== 0) throw new PosixError('connect', error)
  }

  /** Bytes taken by the kernel, possibly fewer than offered; null when it takes none now. */
  send(bytes: Uint8Array, flags = 0): number | null {
    return bytes.length === 0 ? 0 : unlessBlocked('send', calls.send(this.fd, bytes, flags))
  }

  /** One datagram, of any length, zero included; false when there is no room for it now. */
  sendDatagram(bytes: Uint8Array): boolean {
    return unlessBlocked('send', calls.send(this.fd, bytes, 0)) !== null
  }

  /**
   * Bytes read into `target`; 0 is the end of a stream, or an empty datagram; null when nothing
   * is there yet.
   */
  recv(target: Uint8Array): number | null {
    return unlessBlocked('recv', calls.receive(this.fd, target, 0))
  }

  /** Half-close: the peer sees the end of our stream, we go on reading. */
  shutdownWrite(): void {
    calls.shutdown(this.fd, C.SHUT_WR)
  }

  localAddress(): Address {
    return this.#decoded(calls.localName(this.fd))
  }

  peerAddress(): Address {
    return this.#decoded(calls.peerName(this.fd))
  }

  #decoded({ bytes, length }: calls.RawAddress): Address {
    return decodeSockaddr(bytes, length, this.transport === 'udp' ? 'udp' : 'tcp')
  }

  /** Bytes that we wrote and that the peer's kernel has not acknowledged yet. */
  unsentBytes(): number {
    return calls.askNumber(this.fd, C.SIOCOUTQ)
  }

  /** Bytes that have arrived and that we have not read yet. */
  unreadBytes(): number {
    return calls.askNumber(this.fd, C.FIONREAD)
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    calls.close(this.fd)
  }

  /** Closes with a reset: the peer's next read fails with ECONNRESET, unread data is dropped. */
  reset(): void {
    if (this.#closed) return
    calls.tryReset(this.fd)
    this.close()
  }
}

function unlessBlocked(call: string, result: number): number | null {
  return calls.isWouldBlock(result) ? null : calls.succeeded(call, result)
}
