/**
 * The calls on a socket's descriptor, once for all who make them. What the kernel says is handed
 * on as a number: a count or a descriptor, or errno with a minus in front. A call that a signal
 * interrupted is made again (EINTR).
 */
import { type Pointer, ptr } from 'bun:ffi'
import { constants } from 'node:os'
import { C, IS_LINUX, POLLOUT } from './constants.ts'
import { checked, errno, libc, linux, PosixError } from './libc.ts'
import { waitFor } from './poll.ts'

const { EINTR, EAGAIN, EWOULDBLOCK, EINPROGRESS } = constants.errno

/** What Python's `connect_ex` returns when the timeout passed. */
export const TIMED_OUT = EAGAIN

/** Without Linux's flag a write to a closed peer raises SIGPIPE, which Bun ignores anyway. */
const SEND_FLAGS = IS_LINUX ? C.MSG_NOSIGNAL : 0
/** Room for the longest address there is. */
const SOCKADDR_BYTES = 128
/** An empty array has no address that could be taken. */
const nothing = new Uint8Array(1)

const addressOf = (bytes: Uint8Array) => ptr(bytes.length > 0 ? bytes : nothing)

/** Nothing could be done now: on a non-blocking descriptor this is no failure. */
export const isWouldBlock = (result: number): boolean =>
  result === -EAGAIN || result === -EWOULDBLOCK

export const isInProgress = (result: number): boolean => result === -EINPROGRESS

/** Throws what a negative result stands for. */
export function succeeded(call: string, result: number): number {
  if (result < 0) throw new PosixError(call, -result)
  return result
}

function retried(attempt: () => number): number {
  for (;;) {
    const result = attempt()
    if (result >= 0) return result
    const number = errno()
    if (number !== EINTR) return -number
  }
}

/** A new socket that the programs we start do not inherit; throws where there can be none. */
export function open(family: number, type: number, protocol: number): number {
  return kept(checked('socket', libc.socket(family, type | C.SOCK_CLOEXEC, protocol)))
}

/** Where the flag does not exist, it is set behind. */
function kept(fd: number): number {
  if (C.SOCK_CLOEXEC === 0) libc.fcntl(fd, C.F_SETFD, C.FD_CLOEXEC)
  return fd
}

export function setNonBlocking(fd: number, isNonBlocking: boolean): void {
  const flags = checked('fcntl', libc.fcntl(fd, C.F_GETFL, 0))
  const wanted = isNonBlocking ? flags | C.O_NONBLOCK : flags & ~C.O_NONBLOCK
  if (wanted !== flags) checked('fcntl', libc.fcntl(fd, C.F_SETFL, wanted))
}

/** What the kernel wrote of an address: `bytes` up to `length`, which is 0 where there is none. */
export interface RawAddress {
  readonly bytes: Uint8Array
  readonly length: number
}

const rawAddress = (bytes: Uint8Array, size: Uint32Array): RawAddress => ({
  bytes,
  length: Math.min(size[0]!, bytes.length),
})

export const bind = (fd: number, sockaddr: Uint8Array): number =>
  retried(() => libc.bind(fd, ptr(sockaddr), sockaddr.length))

export const listen = (fd: number, backlog: number): number =>
  retried(() => libc.listen(fd, backlog))

/** The descriptor of the next connection. It blocks, however the listener is set. */
export function accept(fd: number, from: (address: RawAddress) => void): number {
  const bytes = new Uint8Array(SOCKADDR_BYTES)
  const size = new Uint32Array(1)
  const accepted = retried(() => {
    size[0] = bytes.length
    return libc.accept(fd, ptr(bytes), ptr(size))
  })
  if (accepted < 0) return accepted
  libc.fcntl(accepted, C.F_SETFD, C.FD_CLOEXEC)
  // BSD kernels hand the listener's flag on.
  if (!IS_LINUX) setNonBlocking(accepted, false)
  from(rawAddress(bytes, size))
  return accepted
}

/** The next connection's descriptor, which does not block; nor does this where `fd` does not. */
export function acceptNonBlocking(fd: number): number {
  if (linux) return retried(() => linux!.accept4(fd, null, null, C.SOCK_NONBLOCK | C.SOCK_CLOEXEC))
  const accepted = retried(() => libc.accept(fd, null, null))
  if (accepted < 0) return accepted
  setNonBlocking(kept(accepted), true)
  return accepted
}

/** Not made again after a signal: the attempt goes on without us, and its outcome is waited for. */
export function connect(fd: number, sockaddr: Uint8Array): number {
  if (libc.connect(fd, ptr(sockaddr), sockaddr.length) === 0) return 0
  const number = errno()
  if (number !== EINTR) return -number
  waitFor(fd, POLLOUT, Number.POSITIVE_INFINITY)
  return -pendingError(fd)
}

/** errno of what a descriptor's attempt to connect came to; 0 when it is connected. */
export const pendingError = (fd: number): number => getOption(fd, C.SOL_SOCKET, C.SO_ERROR)

export const send = (fd: number, bytes: Uint8Array, flags: number): number =>
  retried(() => libc.send(fd, addressOf(bytes), bytes.length, SEND_FLAGS | flags) as number)

/** From memory whose address is known already: for whoever counts nanoseconds. */
export function sendAt(fd: number, address: Pointer, bytes: number): number {
  for (;;) {
    const result = libc.send(fd, address, bytes, SEND_FLAGS) as number
    if (result >= 0) return result
    const number = errno()
    if (number !== EINTR) return -number
  }
}

export const sendTo = (
  fd: number,
  bytes: Uint8Array,
  flags: number,
  sockaddr: Uint8Array,
): number =>
  retried(() => {
    const { length } = bytes
    const all = SEND_FLAGS | flags
    return libc.sendto(fd, addressOf(bytes), length, all, ptr(sockaddr), sockaddr.length) as number
  })

export const receive = (fd: number, target: Uint8Array, flags: number): number =>
  retried(() => libc.recv(fd, addressOf(target), target.length, flags) as number)

/** Into memory whose address is known already: for whoever counts nanoseconds. */
export function receiveAt(fd: number, address: Pointer, bytesMax: number): number {
  for (;;) {
    const result = libc.recv(fd, address, bytesMax, 0) as number
    if (result >= 0) return result
    const number = errno()
    if (number !== EINTR) return -number
  }
}

/** The same as `receive`, and `from` is told where it came from. */
export function receiveFrom(
  fd: number,
  target: Uint8Array,
  flags: number,
  from: (address: RawAddress) => void,
): number {
  const bytes = new Uint8Array(SOCKADDR_BYTES)
  const size = new Uint32Array(1)
  const count = retried(() => {
    size[0] = bytes.length
    const { length } = target
    return libc.recvfrom(fd, addressOf(target), length, flags, ptr(bytes), ptr(size)) as number
  })
  if (count >= 0) from(rawAddress(bytes, size))
  return count
}

export const localName = (fd: number): RawAddress => nameOf('getsockname', fd)
export const peerName = (fd: number): RawAddress => nameOf('getpeername', fd)

function nameOf(call: 'getsockname' | 'getpeername', fd: number): RawAddress {
  const bytes = new Uint8Array(SOCKADDR_BYTES)
  const size = Uint32Array.of(bytes.length)
  checked(call, libc[call](fd, ptr(bytes), ptr(size)))
  return rawAddress(bytes, size)
}

export function setOption(fd: number, level: number, option: number, value: Uint8Array): void {
  checked('setsockopt', libc.setsockopt(fd, level, option, addressOf(value), value.length))
}

export function setNumber(fd: number, level: number, option: number, value: number): void {
  setOption(fd, level, option, new Uint8Array(Int32Array.of(value).buffer))
}

export function getOptionBytes(fd: number, level: number, option: number, bytesMax: number) {
  const bytes = new Uint8Array(bytesMax)
  const size = Uint32Array.of(bytesMax)
  checked('getsockopt', libc.getsockopt(fd, level, option, addressOf(bytes), ptr(size)))
  return bytes.subarray(0, size[0]!)
}

export function getOption(fd: number, level: number, option: number): number {
  const bytes = getOptionBytes(fd, level, option, 4)
  return new DataView(bytes.buffer).getInt32(0, true)
}

export function shutdown(fd: number, how: number): void {
  checked('shutdown', libc.shutdown(fd, how))
}

/** The same where a peer that has gone already is no failure. */
export const tryShutdown = (fd: number, how: number): void => void libc.shutdown(fd, how)

/** Closing sends a reset from now on, unless the connection has ended already. */
export function tryReset(fd: number): void {
  const linger = Int32Array.of(1, 0)
  libc.setsockopt(fd, C.SOL_SOCKET, C.SO_LINGER, ptr(linger), linger.byteLength)
}

/** A number that ioctl(2) tells of a descriptor. */
export function askNumber(fd: number, request: number): number {
  const value = new Int32Array(1)
  checked('ioctl', libc.ioctl(fd, request, ptr(value)))
  return value[0]!
}

/** After a signal the descriptor is gone all the same: never again, it may be somebody else's. */
export const close = (fd: number): void => void libc.close(fd)
