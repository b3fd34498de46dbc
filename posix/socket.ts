/**
 * Python's socket object for Bun: Berkeley sockets over bun:ffi, blocking unless told otherwise.
 * Names and meanings are Python's, in its spelling of the calls and in our spelling of the rest:
 * addresses are `['127.0.0.1', 8080]` or a Unix socket's path, timeouts are in seconds.
 *
 * A blocking call blocks the whole thread, timers and signal handlers included: use it in a program
 * or a worker of its own.
 */
import { decodeSockaddr, encodeSockaddr } from './address.ts'
import { C, POLLIN, POLLOUT } from './constants.ts'
import { PosixError } from './libc.ts'
import { poll, waitFor } from './poll.ts'
import * as calls from './socket-calls.ts'
import { type FileMode, type FileOf, openFile } from './socket-file.ts'

export { C } from './constants.ts'
export { PosixError } from './libc.ts'

/** Host and port, or a Unix socket's path, which is empty for one without a name. */
export type SocketAddress = readonly [host: string, port: number] | string

/** The timeout of `settimeout` passed before the call could be completed. */
export class SocketTimeout extends Error {
  override readonly name = 'SocketTimeout'
  readonly call: string
  constructor(call: string, timeoutS: number) {
    super(`${call}: timed out after ${timeoutS} s`)
    this.call = call
  }
}

/** `socket(C.AF_INET, C.SOCK_STREAM)`, as in Python. */
export const socket = (family = C.AF_INET, type = C.SOCK_STREAM, proto = 0): Socket =>
  new Socket(family, type, proto, calls.open(family, type, proto))

export class Socket {
  readonly family: number
  readonly type: number
  readonly proto: number
  #fd: number
  #timeoutS: number | null = null
  #openFiles = 0
  #isClosed = false

  /** Of a descriptor that is open already; it blocks from now on. */
  constructor(family: number, type: number, proto: number, fd: number) {
    this.family = family
    this.type = type
    this.proto = proto
    this.#fd = fd
  }

  bind(address: SocketAddress): void {
    calls.succeeded('bind', calls.bind(this.#fd, this.#encoded(address)))
  }

  /** From now on connections are taken, `backlog` of them before they are accepted. */
  listen(backlog = 128): void {
    calls.succeeded('listen', calls.listen(this.#fd, backlog))
  }

  /** The next connection, which blocks, and where it comes from. */
  accept(): [connection: Socket, address: SocketAddress] {
    let address: SocketAddress = ''
    const fd = this.#perform('accept', POLLIN, this.#deadlineMs(), () =>
      calls.accept(this.#fd, (raw) => {
        address = decoded(raw)
      }),
    )
    return [new Socket(this.family, this.type, this.proto, fd), address]
  }

  connect(address: SocketAddress): void {
    const number = this.connectEx(address)
    if (number === 0) return
    const isTimeout = number === calls.TIMED_OUT && this.#timeoutS
    throw isTimeout ? new SocketTimeout('connect', isTimeout) : new PosixError('connect', number)
  }

  /** As `connect`, but what went wrong is returned: errno, 0 for success. */
  connectEx(address: SocketAddress): number {
    const sockaddr = this.#encoded(address)
    const deadlineMs = this.#deadlineMs()
    for (;;) {
      const result = calls.connect(this.#fd, sockaddr)
      if (deadlineMs === null) return Math.abs(result)
      if (calls.isInProgress(result)) {
        if (!waitFor(this.#fd, POLLOUT, deadlineMs)) return calls.TIMED_OUT
        return calls.pendingError(this.#fd)
      }
      // A Unix socket's full backlog: nothing is under way that could be waited for.
      if (!calls.isWouldBlock(result) || performance.now() >= deadlineMs) return Math.abs(result)
      poll([], 1)
    }
  }

  /** What there is, at most `bytesMax`; waits for the first byte. Empty: the end of the stream. */
  recv(bytesMax: number, flags = 0): Uint8Array {
    const buffer = new Uint8Array(bytesMax)
    return buffer.subarray(0, this.recvInto(buffer, 0, flags))
  }

  /**
   * The same into a buffer of the caller, all of it when `bytesMax` is 0. Returns the count; with
   * MSG_TRUNC that is the length of the whole datagram, even where the buffer is too small for it.
   */
  recvInto(buffer: Uint8Array, bytesMax = 0, flags = 0): number {
    const target = bytesMax === 0 ? buffer : buffer.subarray(0, bytesMax)
    const attempt = () => calls.receive(this.#fd, target, flags)
    return this.#perform('recv', POLLIN, this.#deadlineMs(), attempt)
  }

  /** As `recv`, and where it came from: empty on TCP, where the kernel does not say. */
  recvfrom(bytesMax: number, flags = 0): [bytes: Uint8Array, address: SocketAddress] {
    const buffer = new Uint8Array(bytesMax)
    const [count, address] = this.recvfromInto(buffer, 0, flags)
    return [buffer.subarray(0, count), address]
  }

  recvfromInto(
    buffer: Uint8Array,
    bytesMax = 0,
    flags = 0,
  ): [count: number, address: SocketAddress] {
    const target = bytesMax === 0 ? buffer : buffer.subarray(0, bytesMax)
    let address: SocketAddress = ''
    const count = this.#perform('recvfrom', POLLIN, this.#deadlineMs(), () =>
      calls.receiveFrom(this.#fd, target, flags, (raw) => {
        address = decoded(raw)
      }),
    )
    return [count, address]
  }

  /** Writes once. Returns how many bytes the kernel took, which may be fewer than there are. */
  send(bytes: Uint8Array, flags = 0): number {
    return this.#send(bytes, flags, this.#deadlineMs())
  }

  /** Writes until every byte is taken; the timeout is for all of it. */
  sendall(bytes: Uint8Array, flags = 0): void {
    const deadlineMs = this.#deadlineMs()
    for (let sent = 0; sent < bytes.length; ) {
      sent += this.#send(bytes.subarray(sent), flags, deadlineMs)
    }
  }

  #send(bytes: Uint8Array, flags: number, deadlineMs: number | null): number {
    return this.#perform('send', POLLOUT, deadlineMs, () => calls.send(this.#fd, bytes, flags))
  }

  /** `sendto(bytes, address)` or `sendto(bytes, flags, address)`. */
  sendto(bytes: Uint8Array, ...rest: [SocketAddress] | [flags: number, SocketAddress]): number {
    const [flags, address] = rest.length === 1 ? [0, rest[0]] : rest
    const sockaddr = this.#encoded(address)
    return this.#perform('sendto', POLLOUT, this.#deadlineMs(), () =>
      calls.sendTo(this.#fd, bytes, flags, sockaddr),
    )
  }

  /** Ends one direction or both: SHUT_RD, SHUT_WR, SHUT_RDWR. The descriptor stays open. */
  shutdown(how: number): void {
    calls.shutdown(this.#fd, how)
  }

  getpeername(): SocketAddress {
    return decoded(calls.peerName(this.#fd))
  }

  getsockname(): SocketAddress {
    return decoded(calls.localName(this.#fd))
  }

  /** The option's number; with `bytesMax` its bytes, for options that are structures. */
  getsockopt(level: number, option: number): number
  getsockopt(level: number, option: number, bytesMax: number): Uint8Array
  getsockopt(level: number, option: number, bytesMax?: number): number | Uint8Array {
    if (bytesMax === undefined) return calls.getOption(this.#fd, level, option)
    return calls.getOptionBytes(this.#fd, level, option, bytesMax)
  }

  setsockopt(level: number, option: number, value: number | Uint8Array): void {
    if (typeof value === 'number') calls.setNumber(this.#fd, level, option, value)
    else calls.setOption(this.#fd, level, option, value)
  }

  setblocking(isBlocking: boolean): void {
    this.settimeout(isBlocking ? null : 0)
  }

  /** null blocks without end, 0 never blocks: EAGAIN; anything between is SocketTimeout's. */
  settimeout(timeoutS: number | null): void {
    if (timeoutS !== null && !(timeoutS >= 0)) {
      throw new RangeError(`A timeout is null or seconds from 0 on, not ${timeoutS}.`)
    }
    calls.setNonBlocking(this.#fd, timeoutS !== null)
    this.#timeoutS = timeoutS
  }

  gettimeout(): number | null {
    return this.#timeoutS
  }

  /** -1 once it is closed or detached. */
  fileno(): number {
    return this.#fd
  }

  /** A file over the socket, buffered: for lines. The socket stays open as long as the file. */
  makefile<M extends FileMode>(mode: M): FileOf<M> {
    this.#openFiles++
    return openFile(this, mode, () => {
      this.#openFiles--
      if (this.#isClosed) this.#closeUnlessInUse()
    })
  }

  /** Gives the descriptor away, open; this object is closed. */
  detach(): number {
    const fd = this.#fd
    this.#fd = -1
    this.#isClosed = true
    return fd
  }

  /** Closes the descriptor, once the files made of it are closed too. */
  close(): void {
    this.#isClosed = true
    this.#closeUnlessInUse()
  }

  #closeUnlessInUse(): void {
    if (this.#openFiles > 0 || this.#fd < 0) return
    const fd = this.detach()
    calls.close(fd)
  }

  [Symbol.dispose](): void {
    this.close()
  }

  #encoded(address: SocketAddress): Uint8Array {
    if (typeof address === 'string') return encodeSockaddr({ transport: 'unix', path: address })
    const [host, port] = address
    return encodeSockaddr({ transport: 'tcp', host: numericHost(host, this.family), port })
  }

  #deadlineMs(): number | null {
    return this.#timeoutS ? performance.now() + this.#timeoutS * 1_000 : null
  }

  /** Makes the call as the timeout has it: until it is done, until the deadline, or just once. */
  #perform(call: string, events: number, deadlineMs: number | null, attempt: () => number): number {
    for (;;) {
      const result = attempt()
      if (deadlineMs === null || !calls.isWouldBlock(result)) return calls.succeeded(call, result)
      if (!waitFor(this.#fd, events, deadlineMs)) throw new SocketTimeout(call, this.#timeoutS!)
    }
  }
}

/** Python's two names that are no numbers; what else is no number is refused. */
function numericHost(host: string, family: number): string {
  const isV6 = family === C.AF_INET6
  if (host === '') return isV6 ? '::' : '0.0.0.0'
  if (host === 'localhost') return isV6 ? '::1' : '127.0.0.1'
  return host
}

function decoded({ bytes, length }: calls.RawAddress): SocketAddress {
  if (length === 0) return ''
  const address = decodeSockaddr(bytes, length, 'tcp')
  return address.transport === 'unix' ? address.path : [address.host, address.port]
}
