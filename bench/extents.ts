/** How long each launch warms up and is measured. */
import type { Extent } from '../harness/load.ts'

export interface Extents {
  warmUp: Extent
  measured: Extent
}

/**
 * What is quoted: the 40 cells of all servers, three launches each, take about a minute and a
 * half. Longer warm-ups do more against differences between launches than longer measurements.
 */
export const FULL_EXTENTS: Extents = {
  warmUp: { durationMs: 200 },
  measured: { durationMs: 250 },
}

/** For a first look: a third of the time, so more noise. */
export const QUICK_EXTENTS: Extents = {
  warmUp: { durationMs: 80 },
  measured: { durationMs: 120 },
}
