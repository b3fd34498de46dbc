/** The C library's calls that this project uses, through bun:ffi, and its one error type. */
import { dlopen, FFIType, type Pointer, read } from 'bun:ffi'
import { constants } from 'node:os'
import { C, IS_LINUX } from './constants.ts'

// Counts and lengths fit a double: the fast forms take and give numbers, where the others would
// make a BigInt of each.
const { i32, u32, u64_fast: u64, pointer, i64_fast: count } = FFIType
// Variadic in C, but on these platforms' 64-bit ABIs integers go where a fixed prototype has them,
// except on Apple's Arm, where ioctl and fcntl are not used.
const portable = {
  socket: { args: [i32, i32, i32], returns: i32 },
  connect: { args: [i32, pointer, u32], returns: i32 },
  bind: { args: [i32, pointer, u32], returns: i32 },
  listen: { args: [i32, i32], returns: i32 },
  accept: { args: [i32, pointer, pointer], returns: i32 },
  send: { args: [i32, pointer, u64, i32], returns: count },
  recv: { args: [i32, pointer, u64, i32], returns: count },
  sendto: { args: [i32, pointer, u64, i32, pointer, u32], returns: count },
  recvfrom: { args: [i32, pointer, u64, i32, pointer, pointer], returns: count },
  shutdown: { args: [i32, i32], returns: i32 },
  close: { args: [i32], returns: i32 },
  poll: { args: [pointer, u64, i32], returns: i32 },
  setsockopt: { args: [i32, i32, i32, pointer, u32], returns: i32 },
  getsockopt: { args: [i32, i32, i32, pointer, pointer], returns: i32 },
  getsockname: { args: [i32, pointer, pointer], returns: i32 },
  getpeername: { args: [i32, pointer, pointer], returns: i32 },
  fcntl: { args: [i32, i32, i32], returns: i32 },
  strerror: { args: [i32], returns: FFIType.cstring },
  ioctl: { args: [i32, u64, pointer], returns: i32 },
  flock: { args: [i32, i32], returns: i32 },
} as const
const linuxOnly = {
  sched_setaffinity: { args: [i32, u64, pointer], returns: i32 },
  sched_setscheduler: { args: [i32, i32, pointer], returns: i32 },
  clock_gettime: { args: [i32, pointer], returns: i32 },
  prctl: { args: [i32, u64, u64, u64, u64], returns: i32 },
  posix_fadvise: { args: [i32, u64, u64, i32], returns: i32 },
  accept4: { args: [i32, pointer, pointer, i32], returns: i32 },
  epoll_create1: { args: [i32], returns: i32 },
  epoll_ctl: { args: [i32, i32, i32, pointer], returns: i32 },
  epoll_wait: { args: [i32, pointer, i32, i32], returns: i32 },
} as const

export const libc = dlopen(C.libc, portable).symbols
/** Calls that exist on Linux alone; null elsewhere. */
export const linux = IS_LINUX ? dlopen(C.libc, linuxOnly).symbols : null

const errnoAddress = IS_LINUX
  ? dlopen(C.libc, { __errno_location: { args: [], returns: pointer } }).symbols.__errno_location
  : dlopen(C.libc, { __error: { args: [], returns: pointer } }).symbols.__error

/** The calling thread's errno, as the last libc call left it. */
export function errno(): number {
  return read.i32(errnoAddress() as Pointer, 0)
}

// Where one number has two names the first listed wins: EAGAIN, as in Python, not EWOULDBLOCK.
const codes = new Map(
  Object.entries(constants.errno)
    .reverse()
    .map(([code, number]) => [number, code]),
)

/** `ECONNREFUSED` for 111. */
export function errnoCode(number: number): string {
  return codes.get(number) ?? `E${number}`
}

/** A call to the kernel failed. `code` is the name programs branch on. */
export class PosixError extends Error {
  override readonly name = 'PosixError'
  readonly code: string
  readonly errno: number
  readonly call: string
  constructor(call: string, number: number) {
    super(`${call}: ${errnoCode(number)} (${libc.strerror(number)})`)
    this.call = call
    this.errno = number
    this.code = errnoCode(number)
  }
}

/** Returns the call's result, or throws what errno says. */
export function checked(call: string, result: number | bigint): number {
  const value = Number(result)
  if (value < 0) throw new PosixError(call, errno())
  return value
}
