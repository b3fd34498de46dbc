import type { MicroExtents } from './extents.ts'

/** What the tests run, so that no case rots. */
export const MICRO_SMOKE: MicroExtents = {
  rounds: 1,
  warmUpMs: 0,
  measuredMs: 1,
  framesMax: 1_200,
  frameBytesMax: 8 * 1024,
}
