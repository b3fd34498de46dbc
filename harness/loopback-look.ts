/**
 * Sends a byte to and fro over loopback, inside one thread: no other program takes part in it, so
 * what is slow about it is the machine.
 */
import { readFileSync } from 'node:fs'
import { type Socket, socket } from '../posix/socket.ts'
import { nowMs } from './clock.ts'

/** Code gets compiled. */
const WARM_UP_TRIPS = 300

export interface LoopbackLook {
  /** Of the time, how long this thread was ready to run and did not; null where nobody tells. */
  runQueueShare: number | null
  roundTripMsP50: number
  roundTripMsP999: number
}

/** Keeps the thread busy for so long. */
export function lookAtLoopback(durationMs: number): LoopbackLook {
  const [near, far] = connectedPair()
  try {
    const byte = new Uint8Array(1)
    const roundTrip = () => {
      near.sendall(byte)
      far.recvInto(byte)
      far.sendall(byte)
      near.recvInto(byte)
    }
    for (let trip = 0; trip < WARM_UP_TRIPS; trip++) roundTrip()
    const waitedNs = runQueueNs()
    const startMs = nowMs()
    const tripsMs: number[] = []
    let atMs = startMs
    while (atMs < startMs + durationMs) {
      roundTrip()
      const doneMs = nowMs()
      tripsMs.push(doneMs - atMs)
      atMs = doneMs
    }
    const waitedAfterNs = runQueueNs()
    tripsMs.sort((a, b) => a - b)
    const at = (share: number) => tripsMs[Math.floor(tripsMs.length * share)]!
    return {
      runQueueShare:
        waitedNs === null || waitedAfterNs === null
          ? null
          : (waitedAfterNs - waitedNs) / 1e6 / (atMs - startMs),
      roundTripMsP50: at(0.5),
      roundTripMsP999: at(0.999),
    }
  } finally {
    near.close()
    far.close()
  }
}

function connectedPair(): [Socket, Socket] {
  const listener = socket()
  try {
    listener.bind(['127.0.0.1', 0])
    listener.listen(1)
    const near = socket()
    near.connect(listener.getsockname())
    const [far] = listener.accept()
    return [near, far]
  } finally {
    listener.close()
  }
}

/** Of the thread that everything here runs on. */
function runQueueNs(): number | null {
  try {
    return Number(readFileSync('/proc/self/schedstat', 'utf8').split(' ')[1])
  } catch {
    // Linux alone tells, and not in every container.
    return null
  }
}
