/** What a shell is told of a gate. */
import type { GateResult } from '../bench/gate/result.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'

/** `inconclusive`: what `--on-inconclusive` makes of a run that measured something. */
export function exitCodeOf(
  { partial, verdict, cells }: Pick<GateResult, 'partial' | 'verdict' | 'cells'>,
  inconclusive: ExitCode,
): ExitCode {
  if (partial) return EXIT.interrupted
  if (verdict === 'regressed') return EXIT.failed
  // What measured nothing at all is never let through.
  if (verdict === 'inconclusive') return cells.length === 0 ? EXIT.inconclusive : inconclusive
  return EXIT.ok
}
