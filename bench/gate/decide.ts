/** From log ratios of blocks to verdicts. Pure. */
import { detectable, type Estimate, estimate } from '../stats/estimate.ts'
import { holm } from '../stats/holm.ts'
import { clipped, signFlipP } from '../stats/sign-flip.ts'
import { blocksNeeded } from './plan.ts'
import type { GateVerdict } from './result.ts'

/** Of the intervals: a cell passes when the upper end of its own is under the margin. */
export const CONFIDENCE = 0.95
/** Share of effects that the minimum detectable effect speaks of. */
const POWER = 0.95
/** A cell that has moved by this share of its floor goes on to the second stage. */
const ROUTE_SHARE_OF_FLOOR = 2 / 3
/** To pass, a slowdown by this many floors has to be excluded: 5 % at a floor of 3 %. */
const MARGIN_IN_FLOORS = 5 / 3
/** What the control may reach by chance in one cell of a hundred. */
const CONTROL_ALPHA = 0.01

/** What one cell is judged by. Logs of ratios, one a block, in the order made. */
export interface CellBlocks {
  logRatios: readonly number[]
  controls: readonly number[]
  /** As a share: 0.03. */
  floor: number
}

export interface CellDecision {
  verdict: GateVerdict
  reason: string
  /** As logs. */
  estimate: Estimate
  control: Estimate
  pAdjusted: number
  minimumDetectableEffect: number
}

export interface DecisionRule {
  /** Error of this look, over all cells together. */
  alpha: number
  /** Cells among which the error is shared. */
  family: number
}

export const marginOf = (floor: number): number => floor * MARGIN_IN_FLOORS

/** First stage: true where nothing moved, and that surely enough. It can fail nothing. */
export function isClean({ logRatios, floor }: CellBlocks): boolean {
  const { mean, high } = estimate(logRatios, CONFIDENCE)
  // Not a number is not clean.
  return mean < Math.log1p(floor * ROUTE_SHARE_OF_FLOOR) && high < Math.log1p(marginOf(floor))
}

/** Clean, and no faster either: what improved is to be told. */
export function isQuiet(cell: CellBlocks): boolean {
  const { mean } = estimate(cell.logRatios, CONFIDENCE)
  return isClean(cell) && mean > -Math.log1p(cell.floor * ROUTE_SHARE_OF_FLOOR)
}

/** What a look at so many blocks could see of a cell that has fewer: there it goes if it moves. */
export function couldSee({ logRatios, floor }: CellBlocks, blocks: number, rule: DecisionRule) {
  const { alpha, family } = rule
  const detection = { alpha: alpha / family, floor: Math.log1p(floor), power: POWER }
  return Math.expm1(detectable(estimate(logRatios, CONFIDENCE), detection, blocks))
}

/** Second stage: one look at all cells that are tested together. */
export function decide(cells: readonly CellBlocks[], { alpha, family }: DecisionRule) {
  const worse = holm(cells.map(pWorse), family)
  const better = holm(cells.map(pBetter), family)
  return cells.map((cell, index) =>
    decideCell(cell, { alpha, family, worse: worse[index]!, better: better[index]! }),
  )
}

const pWorse = ({ logRatios }: CellBlocks): number => pOf(logRatios)
const pBetter = ({ logRatios }: CellBlocks): number => pOf(logRatios.map((value) => -value))

/** What is no number proves nothing. */
const pOf = (values: readonly number[]): number =>
  values.every(Number.isFinite) ? signFlipP(clipped(values)) : 1

export interface CellRule extends DecisionRule {
  /** Adjusted p values that head is worse, and that it is better. */
  worse: number
  better: number
}

/** `measured`: where head lies against base, when that is not what the blocks themselves say. */
export function decideCell(
  cell: CellBlocks,
  rule: CellRule,
  measured = estimate(cell.logRatios, CONFIDENCE),
): CellDecision {
  const { logRatios, controls, floor } = cell
  const { alpha, family, worse, better } = rule
  const control = estimate(controls, CONFIDENCE)
  const floorLog = Math.log1p(floor)
  const detection = { alpha: alpha / family, floor: floorLog, power: POWER }
  const minimumDetectableEffect = Math.expm1(detectable(measured, detection))
  const decided = (verdict: GateVerdict, reason: string): CellDecision => ({
    verdict,
    reason,
    estimate: measured,
    control,
    pAdjusted: worse,
    minimumDetectableEffect,
  })
  if (logRatios.length === 0) return decided('inconclusive', 'nothing was measured')
  if (![...logRatios, ...controls].every(Number.isFinite)) {
    return decided('inconclusive', 'a measurement is not a number')
  }
  const moved = worse <= alpha || better <= alpha
  if (moved && Math.abs(measured.mean) >= floorLog && !isControlClean(controls, floorLog)) {
    const away = Math.abs(Math.expm1(control.mean) * 100).toFixed(1)
    return decided('inconclusive', `the same program differs from itself by ${away} % in this run`)
  }
  if (worse <= alpha && measured.mean >= floorLog) {
    return decided('regressed', `slower, and by more than the floor of ${percent(floor)}`)
  }
  if (better <= alpha && measured.mean <= -floorLog) {
    return decided('improved', `faster, and by more than ${percent(floor)}`)
  }
  const margin = marginOf(floor)
  if (measured.high < Math.log1p(margin)) {
    return decided('pass', `a slowdown of ${percent(margin)} is excluded`)
  }
  const needed = blocksNeeded(alpha, family)
  if (alpha > 0 && logRatios.length < needed) {
    const made = `${logRatios.length} of the ${needed} blocks that a verdict needs`
    return decided('inconclusive', `time was over after ${made}: give a larger --budget`)
  }
  const bound = percent(Math.expm1(measured.high))
  return decided('inconclusive', `neither a slowdown nor its absence: up to ${bound} is possible`)
}

/** The same program against itself: moved as far as a regression would have to, and surely. */
function isControlClean(controls: readonly number[], floorLog: number): boolean {
  const { mean } = estimate(controls, CONFIDENCE)
  if (Math.abs(mean) < floorLog) return true
  const away = mean < 0 ? controls.map((value) => -value) : controls
  return 2 * signFlipP(clipped(away)) > CONTROL_ALPHA
}

const percent = (share: number): string =>
  Number.isFinite(share) ? `${Number((share * 100).toFixed(1))} %` : 'any amount'

/** Over all cells: the worst of them. Nothing measured is never a pass. */
export function overall(verdicts: readonly GateVerdict[]): GateVerdict {
  if (verdicts.includes('regressed')) return 'regressed'
  if (verdicts.length === 0 || verdicts.includes('inconclusive')) return 'inconclusive'
  return verdicts.includes('improved') ? 'improved' : 'pass'
}
