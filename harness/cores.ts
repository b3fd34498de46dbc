/** Which core runs what: generator and subject apart, where there are two. */
import { ptr } from 'bun:ffi'
import { cpus } from 'node:os'
import { checked, linux } from '../posix/libc.ts'

/** Cores this process may use were read once, before anything was pinned. */
export const CORES = cpus().length

const MASK_BYTES = 128

/** `cpu_set_t` of these cores. */
export function coreMask(cores: readonly number[]): Uint8Array {
  const mask = new Uint8Array(MASK_BYTES)
  for (const core of cores) mask[core >> 3]! |= 1 << (core & 7)
  return mask
}

function setAffinity(cores: readonly number[]): void {
  const mask = coreMask(cores)
  checked('sched_setaffinity', linux!.sched_setaffinity(0, MASK_BYTES, ptr(mask)))
}

/**
 * Runs `start` so that processes started in it inherit `core`; this thread goes back afterwards.
 * Does nothing but call it where there is one core, or no such system call.
 */
export function onCore<T>(core: number | undefined, start: () => T): T {
  if (core === undefined || !linux || CORES < 2) return start()
  setAffinity([core % CORES])
  try {
    return start()
  } finally {
    setAffinity(Array.from({ length: CORES }, (_, index) => index))
  }
}
