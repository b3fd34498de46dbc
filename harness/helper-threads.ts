/**
 * The runtime's compilers run on the core that a pinned process is pinned to, and take it away from
 * the thread that keeps the time, for milliseconds. Behind everybody else, and on any core, they
 * still get whatever is idle. Collectors keep their place: the main thread waits for them.
 */
import { ptr } from 'bun:ffi'
import { readdirSync, readFileSync } from 'node:fs'
import { linux } from '../posix/libc.ts'
import { CORES, coreMask } from './cores.ts'

const SCHED_IDLE = 5
/** `struct sched_param`: a priority, which this policy does not have. */
const NO_PRIORITY = new Int32Array(1)
/** By the names that Bun gives them: compilers, and the allocator's sweeper. */
const STANDS_BACK = /^(JITWorker|JSCWarmUp|mi-scavenger)/
const done = new Set<string>([`${process.pid}`])

/** Puts back the ones that have come since the last call. Costs a look into a folder. */
export function putHelpersBack(): void {
  if (!linux || CORES < 2) return
  const anywhere = coreMask(Array.from({ length: CORES }, (_, index) => index))
  for (const thread of readdirSync('/proc/self/task')) {
    if (done.has(thread)) continue
    done.add(thread)
    if (!STANDS_BACK.test(nameOf(thread))) continue
    // Where the system forbids it nothing is lost but punctuality.
    linux.sched_setscheduler(Number(thread), SCHED_IDLE, ptr(NO_PRIORITY))
    linux.sched_setaffinity(Number(thread), anywhere.length, ptr(anywhere))
  }
}

/** Empty for one that has ended meanwhile. */
function nameOf(thread: string): string {
  try {
    return readFileSync(`/proc/self/task/${thread}/comm`, 'utf8')
  } catch {
    return ''
  }
}
