/** Several generators, each a run of its own, that load one subject from the same moment on. */
import { pauseMs } from '../harness/clock.ts'
import { HarnessError } from '../harness/errors.ts'
import type { Extent } from '../harness/load.ts'
import { wallMs } from '../harness/wall-clock.ts'

export interface JointStart {
  /** By this machine's clock (`wallMs`). */
  atMs: number
  /** All of them, this one included: they share a rate. */
  generators: number
  /** Of this one: two that sent the same messages would not notice that replies were mixed up. */
  seed: number
}

/** For the generator's process to start and to connect, on a busy machine too. */
const START_UP_MS = 3_000
const COUNTED_MS = 1_000
const LOOK_MS = 100

/** How long before the start the generator's process begins: connections stay warm until then. */
const leadMs = (warmUp: Extent): number =>
  START_UP_MS + ('durationMs' in warmUp ? warmUp.durationMs : COUNTED_MS)

/** Resolves when it is time to begin. Throws HarnessError `late-start`, or `interrupted`. */
export async function untilLead(
  { atMs }: JointStart,
  warmUp: Extent,
  signal?: AbortSignal,
): Promise<void> {
  requireLead({ atMs }, warmUp)
  const leftMs = () => atMs - leadMs(warmUp) - wallMs()
  // The clock may be set meanwhile, and Ctrl-C must not have to wait.
  for (let left = leftMs(); left > 0 && !signal?.aborted; left = leftMs()) {
    await pauseMs(Math.min(left, LOOK_MS))
  }
  if (!signal?.aborted) return
  throw new HarnessError('interrupted', 'The measurement was interrupted.')
}

/** Throws HarnessError `late-start` where there is no time left to connect and to warm up. */
export function requireLead({ atMs }: Pick<JointStart, 'atMs'>, warmUp: Extent): void {
  const missingMs = leadMs(warmUp) - (atMs - wallMs())
  if (missingMs <= 0) return
  const seconds = (ms: number) => `${(ms / 1e3).toFixed(1)} s`
  const need = `a generator needs ${seconds(leadMs(warmUp))} before it`
  throw new HarnessError(
    'late-start',
    `Too late for the agreed start, by ${seconds(missingMs)}: ${need} to connect and to warm up. Nothing was sent; agree on a later one, for all generators.`,
  )
}
