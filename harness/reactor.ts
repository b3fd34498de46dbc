/**
 * Waits for descriptors and for conditions, without sleeping in hope.
 *
 * One poll(2) serves every wait of this process, in slices of a few milliseconds, so that signals,
 * timers and progress go on. Conditions (a queue look-up, a process state) are asked again after
 * each slice: first as fast as the machine can, then every millisecond.
 */
import { type PollEntry, poll } from '../posix/poll.ts'
import { nowMs } from './clock.ts'

/** Longest time in one system call: what a Ctrl-C may have to wait for. */
const SLICE_MS = 5
/** A condition is asked this often without pause: most come true within microseconds. */
const EAGER_LOOKS = 100

interface DescriptorWait extends PollEntry {
  deadlineMs: number
  resolve(ready: number): void
}

interface ConditionWait {
  holds(): boolean
  looks: number
  deadlineMs: number
  resolve(held: boolean): void
  reject(error: unknown): void
}

const descriptorWaits = new Set<DescriptorWait>()
const conditionWaits = new Set<ConditionWait>()
let running = false

/** Ready events of `fd` (POLLIN, POLLOUT, POLLERR, POLLHUP), or 0 when the deadline passed. */
export function ready(fd: number, events: number, deadlineMs: number): Promise<number> {
  return new Promise((resolve) => {
    descriptorWaits.add({ fd, events, ready: 0, deadlineMs, resolve })
    void run()
  })
}

/** True once `holds()` does, false when the deadline passed first. */
export function until(holds: () => boolean, deadlineMs: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    conditionWaits.add({ holds, looks: 0, deadlineMs, resolve, reject })
    void run()
  })
}

async function run(): Promise<void> {
  if (running) return
  running = true
  while (descriptorWaits.size + conditionWaits.size > 0) {
    turn()
    await new Promise((resolve) => setImmediate(resolve))
  }
  running = false
}

function turn(): void {
  const entries = [...descriptorWaits]
  poll(entries, sliceMs())
  const now = nowMs()
  for (const wait of entries) {
    if (wait.ready === 0 && now < wait.deadlineMs) continue
    descriptorWaits.delete(wait)
    wait.resolve(wait.ready)
  }
  for (const wait of conditionWaits) look(wait, now)
}

function sliceMs(): number {
  let slice = SLICE_MS
  for (const wait of conditionWaits) slice = Math.min(slice, wait.looks < EAGER_LOOKS ? 0 : 1)
  return slice
}

function look(wait: ConditionWait, now: number): void {
  wait.looks++
  try {
    const held = wait.holds()
    if (!held && now < wait.deadlineMs) return
    conditionWaits.delete(wait)
    wait.resolve(held)
  } catch (error) {
    conditionWaits.delete(wait)
    wait.reject(error)
  }
}
