/**
 * The time of day, finer than Date.now(): what several machines agree on a moment by. Durations are
 * measured with clock.ts: this one may be set while it is read.
 */
import { ptr } from 'bun:ffi'
import { linux } from '../posix/libc.ts'
import { poll } from '../posix/poll.ts'

const CLOCK_REALTIME = 0
/** Seconds and nanoseconds, as the kernel writes them. */
const time = new BigInt64Array(2)

/** Milliseconds since 1970, UTC, to the microsecond. */
export function wallMs(): number {
  if (linux?.clock_gettime(CLOCK_REALTIME, ptr(time)) !== 0) {
    return performance.timeOrigin + performance.now()
  }
  return Number(time[0]) * 1e3 + Number(time[1]) / 1e6
}

/** poll(2) may wake this much later than it was asked to; looked at the clock from then on. */
const WAKE_LATE_MS = 2

/** Blocks this process until then: connections stay as they are, and nothing is sent. */
export function blockUntil(atMs: number): void {
  for (let left = atMs - wallMs(); left > 0; left = atMs - wallMs()) {
    if (left > WAKE_LATE_MS) poll([], Math.floor(left - WAKE_LATE_MS))
  }
}
