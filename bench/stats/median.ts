/** Middle and ends of a few launches. A mean would let one disturbed launch move the figure. */
import type { Spread } from '../result.ts'

/** Of an even number the mean of the two in the middle; null of none. */
export function median(values: readonly number[]): number | null {
  if (values.length === 0) return null
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  if (sorted.length % 2 === 1) return sorted[middle]!
  return (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** Lowest and highest; null of none. */
export function spreadOf(values: readonly number[]): Spread | null {
  if (values.length === 0) return null
  return { low: Math.min(...values), high: Math.max(...values) }
}

/** Distance between lowest and highest as a share of the median; 0 of none or of nothing but 0. */
export function spreadShare(values: readonly number[]): number {
  const spread = spreadOf(values)
  const middle = median(values)
  if (spread === null || !middle) return 0
  return (spread.high - spread.low) / middle
}
