import type { BenchResult } from '../bench/result.ts'
import type { ConformResult } from '../conformance/result.ts'
import { verdictOf } from '../conformance/summary.ts'

/** One meaning everywhere. Nothing that found, parsed or ran nothing exits 0. */
export const EXIT = {
  ok: 0,
  /** Not conformant, or regressed. */
  failed: 1,
  usage: 2,
  /** Could not be measured or proven well enough. */
  inconclusive: 3,
  /** Nothing ran, or a subject could not be started. */
  nothingRan: 4,
  /** Shards that are missing, double or of different runs. */
  shards: 5,
  interrupted: 130,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** What a conformance result means for the caller. */
export function exitCodeOf({ runs }: ConformResult, partial: boolean): ExitCode {
  if (partial) return EXIT.interrupted
  return {
    'as-expected': EXIT.ok,
    'not-as-expected': EXIT.failed,
    inconclusive: EXIT.inconclusive,
    'nothing-ran': EXIT.nothingRan,
  }[verdictOf(runs)]
}

/** What a bench means for the caller: figures where they should be, or a reason that was known. */
export function benchExitCode({ partial, cells }: BenchResult): ExitCode {
  if (partial) return EXIT.interrupted
  if (cells.length === 0) return EXIT.nothingRan
  if (cells.some(({ struck }) => struck !== null && !struck.expected)) return EXIT.failed
  return cells.some(({ conformant }) => conformant) ? EXIT.ok : EXIT.failed
}
