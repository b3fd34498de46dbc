/** What the rounds of a case come to. */
import { median, spreadOf } from '../stats/median.ts'
import type { Contender } from './contender.ts'
import type { MicroCase } from './micro-case.ts'
import type { MicroRow, Ratio, TargetOutcome } from './result.ts'

/** What the rounds brought for one contender; null where a round has no number. */
export interface Rounds {
  contender: Contender
  framesPerSecond: (number | null)[]
  wrong: string | null
}

/** The rows of one case, whose entries are in the order of its contenders. */
export function rowsOf(
  { id, frameBytes }: Pick<MicroCase, 'id' | 'frameBytes'>,
  entries: readonly Rounds[],
  versionOf: (packageName: string) => string,
): MicroRow[] {
  return entries.map((entry): MicroRow => {
    const { label, framing, chunkBytes, peer, delivers } = entry.contender
    const numbers = entry.wrong === null ? entry.framesPerSecond.filter((n) => n !== null) : []
    const framesPerSecond = median(numbers)
    const ratioToPeer = entry === entries[0] ? null : ratioOf(entries[0]!, entry)
    return {
      name: id,
      contender: label,
      framing,
      frameBytes,
      chunkBytes,
      peer: peer && `${peer}@${versionOf(peer)}`,
      delivers,
      framesPerSecond,
      bytesPerSecond: framesPerSecond && framesPerSecond * frameBytes,
      spread: spreadOf(numbers),
      ratioToPeer,
      targets: targetsOf(entry.contender, ratioToPeer),
      wrong: entry.wrong,
    }
  })
}

/** Within each round, so that what slows the machine down for a while slows both. */
function ratioOf(first: Rounds, other: Rounds): Ratio | null {
  if (first.wrong !== null || other.wrong !== null) return null
  const ratios = other.framesPerSecond.flatMap((reference, round) => {
    const ours = first.framesPerSecond[round]
    return ours && reference ? [ours / reference] : []
  })
  const value = median(ratios)
  const spread = spreadOf(ratios)
  return value === null || spread === null ? null : { value, ...spread }
}

function targetsOf({ wanted }: Contender, ratio: Ratio | null): TargetOutcome[] {
  if (!wanted || !ratio) return []
  const { text, ratio: least } = wanted
  return [{ text, wanted: least, reached: ratio.value, met: ratio.value >= least }]
}
