/**
 * Wire schedules: makes splits and merges *happen*, and says whether they did.
 *
 * A split is drain-gated: the next chunk goes out only when the subject's receive queue is empty,
 * so the subject has read everything before, in reads that cannot contain what comes after.
 * A merge is frozen: the subject is stopped, all is written, its receive queue is seen to hold all
 * of it, and only then it goes on, so its next read can take all of it.
 * Where the kernel cannot be asked, chunks are timed, and the schedule says so.
 */
import { nowMs, pauseMs } from './clock.ts'
import type { Launched } from './launch.ts'
import type { Peer } from './peer.ts'
import { until } from './reactor.ts'
import type { SubjectQueue } from './subject-queue.ts'

/**
 * `failed`: it could not be made to happen, so nothing that follows proves anything.
 * `not-read`: the subject has stopped reading, or did not read before the deadline.
 */
export type Schedule = 'proven' | 'timed' | 'failed' | 'not-read' | 'subject-ended'

const TIMED_PAUSE_MS = 20
/** A subject that never sleeps is not waited for longer than this after each piece. */
const RETURN_MS_MAX = 100

export interface Wire {
  peer: Peer
  /** Null where the subject's end cannot be looked up. */
  queue: SubjectQueue | null
  /** Null when the subject was not started by us and cannot be frozen. */
  process: Launched | null
  /** True when the subject leaves bytes unread and will not read them: waiting on is useless. */
  hasStoppedReading(): boolean
}

/** Waits until the subject has read everything that was sent. */
export async function drained(wire: Wire, deadlineMs: number): Promise<Schedule> {
  const { peer, queue } = wire
  if (!queue) {
    await pauseMs(TIMED_PAUSE_MS)
    return 'timed'
  }
  let gone = false
  let stopped = false
  let arrived = false
  const isDrained = () => {
    let state = queue()
    // Arrived, not acknowledged: an acknowledgement may be delayed by 40 ms.
    if (state && !arrived) {
      arrived = state.arrivedBytes === null || state.arrivedBytes >= peer.sentBytes
      // The kernel looks at the queue before it counts what has arrived: look once more.
      if (arrived) state = queue()
    }
    gone = state === null || (state.inode === 0 && state.state !== 'ESTABLISHED')
    if (gone || (arrived && state!.receiveQueueBytes === 0)) return true
    stopped = wire.hasStoppedReading()
    return stopped
  }
  if (!(await until(isDrained, deadlineMs)) || stopped) return 'not-read'
  if (gone) return 'subject-ended'
  return (await hasReturned(wire, deadlineMs)) ? 'proven' : 'timed'
}

/**
 * Has the read that emptied the queue returned? A look at a TCP socket waits for it: both take the
 * socket's lock. A Unix socket's reader, though, takes whatever comes while it is still at it; it
 * has returned when no thread runs.
 */
async function hasReturned({ peer, process }: Wire, deadlineMs: number): Promise<boolean> {
  if (peer.subjectAddress.transport !== 'unix') return true
  if (!process) return false
  return until(() => process.sleeps(), Math.min(deadlineMs, nowMs() + RETURN_MS_MAX))
}

/** Sends chunk after chunk, each only when the subject has read all that was sent before. */
export async function sendSplit(
  wire: Wire,
  chunks: Iterable<Uint8Array>,
  deadlineMs: number,
): Promise<Schedule> {
  let schedule = await drained(wire, deadlineMs)
  if (schedule !== 'proven' && schedule !== 'timed') return schedule
  for (const chunk of chunks) {
    const taken = await wire.peer.send(chunk, deadlineMs)
    if (taken < chunk.length) return nowMs() < deadlineMs ? 'subject-ended' : 'not-read'
    const achieved = await drained(wire, deadlineMs)
    if (achieved !== 'proven' && achieved !== 'timed') return achieved
    schedule = achieved
  }
  return schedule
}

/** Sends all of it while the subject stands still, so that it is there to be read at once. */
export async function sendMerged(
  wire: Wire,
  bytes: Uint8Array,
  deadlineMs: number,
): Promise<Schedule> {
  const { peer, queue, process } = wire
  if (!queue || !process) {
    await peer.send(bytes, deadlineMs)
    return 'timed'
  }
  // What was sent before must not be part of what is seen in the queue.
  const before = await drained(wire, deadlineMs)
  if (before !== 'proven' && before !== 'timed') return before
  try {
    if (!(await process.freeze())) return process.running ? 'failed' : 'subject-ended'
    if ((await peer.send(bytes, deadlineMs)) < bytes.length) return 'failed'
    const queued = () => queue()?.receiveQueueBytes === bytes.length
    return (await until(queued, deadlineMs)) ? 'proven' : 'failed'
  } finally {
    process.thaw()
  }
}
