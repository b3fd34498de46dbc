/** Where the log ratios of blocks lie, and how surely. Pure. */
import { studentQuantile } from './student.ts'

export interface Estimate {
  mean: number
  /** Standard error of the mean. */
  error: number
  /** Two-sided interval at the confidence asked for. */
  low: number
  high: number
  blocks: number
}

/** In robust standard deviations from the median. */
const TAME_DEVIATIONS = 3
/** Median absolute deviation to standard deviation, for a normal distribution. */
const DEVIATIONS_PER_MAD = 1.4826

/** Fewer say nothing about their spread. */
const BLOCKS_MIN = 2

/** Student's interval. Of fewer than two values it is without bounds. */
export function estimate(values: readonly number[], confidence: number): Estimate {
  const tamed = tame(values)
  const blocks = tamed.length
  const mean = tamed.reduce((sum, value) => sum + value, 0) / blocks
  if (blocks < BLOCKS_MIN) {
    return { mean, error: Infinity, low: -Infinity, high: Infinity, blocks }
  }
  const squares = tamed.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  const error = Math.sqrt(squares / (blocks - 1) / blocks)
  const reach = error * studentQuantile((1 + confidence) / 2, blocks - 1)
  return { mean, error, low: mean - reach, high: mean + reach, blocks }
}

/** Values far out are brought to where they stop to pull: a hiccup of the machine is one block. */
function tame(values: readonly number[]): number[] {
  const middle = medianOf(values)
  const deviation = DEVIATIONS_PER_MAD * medianOf(values.map((value) => Math.abs(value - middle)))
  // Half of them are equal: there is nothing to tell what is far out.
  if (deviation === 0) return [...values]
  const reach = TAME_DEVIATIONS * deviation
  return values.map((value) => Math.max(middle - reach, Math.min(middle + reach, value)))
}

function medianOf(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort()
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

export interface DetectionRule {
  /** What p has to come below. */
  alpha: number
  /** What the estimate has to reach, as a log ratio. */
  floor: number
  /** Share of such effects that are to be found. */
  power: number
}

/**
 * The least log ratio that blocks like these would have flagged with the power asked for: as many
 * as there are, or `planned` of them.
 */
export function detectable(found: Estimate, rule: DetectionRule, planned = found.blocks): number {
  const { blocks } = found
  if (blocks < BLOCKS_MIN) return Infinity
  const error = found.error * Math.sqrt(blocks / planned)
  const missed = studentQuantile(rule.power, blocks - 1)
  const bySign = (studentQuantile(1 - rule.alpha, blocks - 1) + missed) * error
  // Not even blocks without any spread can come below 2^-n.
  if (2 ** -planned > rule.alpha) return Infinity
  return Math.max(bySign, rule.floor + missed * error)
}
