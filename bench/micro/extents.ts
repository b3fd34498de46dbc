/** How long a micro-benchmark takes. */

export interface MicroExtents {
  rounds: number
  warmUpMs: number
  measuredMs: number
  /** No case takes more messages than this, nor larger ones. */
  framesMax: number
  frameBytesMax: number
}

const WHOLE = { framesMax: Number.POSITIVE_INFINITY, frameBytesMax: Number.POSITIVE_INFINITY }

/** What is quoted: about three minutes. */
export const MICRO_FULL: MicroExtents = { rounds: 7, warmUpMs: 150, measuredMs: 350, ...WHOLE }

/** For a first look. */
export const MICRO_QUICK: MicroExtents = { rounds: 3, warmUpMs: 80, measuredMs: 120, ...WHOLE }
