/** poll(2): which of these descriptors can be read or written now? */
import { ptr } from 'bun:ffi'
import { errno, errnoCode, libc, PosixError } from './libc.ts'

const ENTRY_BYTES = 8
/** What fits a C int; longer waits are made of several. */
const POLL_MS_MAX = 0x7fffffff

export interface PollEntry {
  fd: number
  /** POLLIN, POLLOUT or both. */
  events: number
  /** Set by `poll`: what is there, POLLERR and POLLHUP included; 0 for nothing. */
  ready: number
}

/** Waits at most `timeoutMs`; returns how many entries are ready. A signal ends the wait early. */
export function poll(entries: readonly PollEntry[], timeoutMs: number): number {
  const bytes = new DataView(new ArrayBuffer(Math.max(ENTRY_BYTES, entries.length * ENTRY_BYTES)))
  for (const [index, entry] of entries.entries()) {
    bytes.setInt32(index * ENTRY_BYTES, entry.fd, true)
    bytes.setInt16(index * ENTRY_BYTES + 4, entry.events, true)
  }
  const count = libc.poll(ptr(bytes.buffer), entries.length, timeoutMs)
  if (count < 0) {
    const number = errno()
    if (errnoCode(number) !== 'EINTR') throw new PosixError('poll', number)
  }
  for (const [index, entry] of entries.entries()) {
    entry.ready = count > 0 ? bytes.getInt16(index * ENTRY_BYTES + 6, true) : 0
  }
  return Math.max(0, count)
}

/** True once one of the events, an error or the end is there; false when the deadline passed. */
export function waitFor(fd: number, events: number, deadlineMs: number): boolean {
  const entry = { fd, events, ready: 0 }
  for (;;) {
    const leftMs = Math.max(0, deadlineMs - performance.now())
    const sliceMs = Math.min(Math.ceil(leftMs), POLL_MS_MAX)
    if (poll([entry], sliceMs) > 0) return true
    if (leftMs === 0) return false
  }
}
