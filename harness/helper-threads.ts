/**
 * The runtime's helpers (compilers, collectors) run on the core that a pinned process is pinned to,
 * and take it away from the thread that keeps the time, for milliseconds. Behind everybody else,
 * and on any core, they still get whatever is idle: also when the main thread waits for them.
 */
import { ptr } from 'bun:ffi'
import { readdirSync } from 'node:fs'
import { linux } from '../posix/libc.ts'
import { CORES, coreMask } from './cores.ts'

const SCHED_IDLE = 5
/** `struct sched_param`: a priority, which this policy does not have. */
const NO_PRIORITY = new Int32Array(1)
const done = new Set<string>([`${process.pid}`])

/** Puts back the ones that have come since the last call. Costs a look into a folder. */
export function putHelpersBack(): void {
  if (!linux || CORES < 2) return
  const anywhere = coreMask(Array.from({ length: CORES }, (_, index) => index))
  for (const thread of readdirSync('/proc/self/task')) {
    if (done.has(thread)) continue
    done.add(thread)
    // One that has ended meanwhile, or a system that forbids it: nothing is lost but punctuality.
    linux.sched_setscheduler(Number(thread), SCHED_IDLE, ptr(NO_PRIORITY))
    linux.sched_setaffinity(Number(thread), anywhere.length, ptr(anywhere))
  }
}
