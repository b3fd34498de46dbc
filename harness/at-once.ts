/**
 * Bytes that arrive together, without stopping anybody: on this machine a small write travels as
 * one segment, and a segment is there to be read whole or not at all. The kernel counts segments,
 * so that it is seen, not hoped for.
 */
import { C } from '../posix/constants.ts'
import { nowMs } from './clock.ts'
import { until } from './reactor.ts'
import { drained, type Schedule, type Wire } from './schedule.ts'

/** Well below the loopback's largest segment, and what a receiver's first window takes. */
export const AT_ONCE_BYTES_MAX = 16 * 1024
/** What was sent on this machine has arrived within this time. */
const ARRIVAL_MS_MAX = 1_000

/**
 * Sends all of it at once, when the subject has read what came before; `andFinish` puts our FIN
 * into the same segment.
 */
export async function sendAtOnce(
  wire: Wire,
  bytes: Uint8Array,
  deadlineMs: number,
  andFinish = false,
): Promise<Schedule> {
  const { peer, queue } = wire
  const before = await drained(wire, deadlineMs)
  if (before !== 'proven' && before !== 'timed') return before
  const segments = queue?.()?.arrivedSegments ?? null
  const taken = peer.trySend(bytes, andFinish ? C.MSG_MORE : 0)
  if (andFinish) peer.finish()
  if (taken === 'ended') return 'subject-ended'
  if (taken < bytes.length) return 'failed'
  if (!queue || segments === null) return 'timed'
  const total = peer.sentBytes
  let state = queue()
  const arrived = () => {
    state = queue()
    return state === null || (state.arrivedBytes ?? total) >= total
  }
  if (!(await until(arrived, Math.min(deadlineMs, nowMs() + ARRIVAL_MS_MAX)))) return 'failed'
  // It may have read everything and gone already: nothing tells then how it came.
  if (state === null || state.arrivedSegments === null) return 'timed'
  return state.arrivedSegments === segments + 1 ? 'proven' : 'failed'
}
