/**
 * Which of many descriptors can be read or written now? epoll(7) on Linux, whose cost is that of
 * the ready ones; poll(2) elsewhere, whose cost is that of all.
 *
 * Level-triggered: what is not taken is told again. Events are POLLIN, POLLOUT, POLLERR and
 * POLLHUP, which epoll has the same numbers for.
 */
import { ptr } from 'bun:ffi'
import { errno, errnoCode, libc, linux, PosixError } from './libc.ts'
import { PollQueue } from './poll-queue.ts'

const EPOLL_CLOEXEC = 0o2000000
const EPOLL_CTL_ADD = 1
const EPOLL_CTL_DEL = 2
const EPOLL_CTL_MOD = 3
/** What one wait tells at most; the others are told by the next. */
const EVENTS_MAX = 256
/** `struct epoll_event` is packed on x86-64 alone. */
const ENTRY_BYTES = process.arch === 'x64' ? 12 : 16
const DATA_OFFSET = ENTRY_BYTES - 8

export interface EventQueue {
  /** From now on these events of it are told; errors and hang-ups always are. */
  watch(fd: number, events: number): void
  /** To be called before the descriptor is closed. */
  forget(fd: number): void
  /** Waits at most so long, and says how many are ready. A signal ends the wait early. */
  wait(timeoutMs: number): number
  /** Of the ready ones of the last wait, from 0. */
  fdAt(index: number): number
  eventsAt(index: number): number
  close(): void
}

/** Throws PosixError where the kernel has none left to give. */
export const openEventQueue = (): EventQueue => (linux ? new EpollQueue(linux) : new PollQueue())

class EpollQueue implements EventQueue {
  readonly #calls: NonNullable<typeof linux>
  readonly #fd: number
  readonly #watched = new Set<number>()
  readonly #ready = new DataView(new ArrayBuffer(EVENTS_MAX * ENTRY_BYTES))
  readonly #readyAddress = ptr(this.#ready.buffer)
  readonly #change = new DataView(new ArrayBuffer(ENTRY_BYTES))

  constructor(calls: NonNullable<typeof linux>) {
    this.#calls = calls
    this.#fd = calls.epoll_create1(EPOLL_CLOEXEC)
    if (this.#fd < 0) throw new PosixError('epoll_create1', errno())
  }

  watch(fd: number, events: number): void {
    this.#change.setUint32(0, events, true)
    this.#change.setInt32(DATA_OFFSET, fd, true)
    this.#control(this.#watched.has(fd) ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd)
    this.#watched.add(fd)
  }

  forget(fd: number): void {
    if (this.#watched.delete(fd)) this.#control(EPOLL_CTL_DEL, fd)
  }

  #control(operation: number, fd: number): void {
    const result = this.#calls.epoll_ctl(this.#fd, operation, fd, ptr(this.#change.buffer))
    if (result < 0) throw new PosixError('epoll_ctl', errno())
  }

  wait(timeoutMs: number): number {
    const count = this.#calls.epoll_wait(this.#fd, this.#readyAddress, EVENTS_MAX, timeoutMs)
    if (count >= 0) return count
    const number = errno()
    if (errnoCode(number) === 'EINTR') return 0
    throw new PosixError('epoll_wait', number)
  }

  fdAt(index: number): number {
    return this.#ready.getInt32(index * ENTRY_BYTES + DATA_OFFSET, true)
  }

  eventsAt(index: number): number {
    return this.#ready.getUint32(index * ENTRY_BYTES, true)
  }

  close(): void {
    libc.close(this.#fd)
  }
}
