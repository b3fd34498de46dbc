/**
 * The exact sign-flip permutation test. Pure.
 *
 * When base and head are the same program, each block's log ratio could as well have come out with
 * the other sign. So all 2^n ways of giving signs are equally likely, and p is the share of them
 * whose sum is at least the one observed. No distribution is assumed; the least p is 2^-n.
 */

/** Beyond this many blocks there are too many ways; no plan has as many. */
export const SIGN_FLIP_BLOCKS_MAX = 40

/** How far a block counts, in medians of all: one hiccup of the machine is no proof. */
const CLIP_MEDIANS = 3

/** One-sided: the chance of a sum at least this large if signs were chance. 1 of no values. */
export function signFlipP(values: readonly number[]): number {
  const n = values.length
  if (n === 0) return 1
  if (n > SIGN_FLIP_BLOCKS_MAX) throw new Error(`${n} blocks: at most ${SIGN_FLIP_BLOCKS_MAX}`)
  const observed = values.reduce((sum, value) => sum + value, 0)
  const magnitudes = values.map(Math.abs)
  // Rounding must not tear apart sums that are equal.
  const threshold = observed - 1e-9 * magnitudes.reduce((sum, value) => sum + value, 0)
  // Sums of one half, sorted; for each sum of the other half, how many of them reach the threshold.
  const left = signedSums(magnitudes.slice(0, n >> 1))
  const right = signedSums(magnitudes.slice(n >> 1)).sort()
  let reached = 0
  for (const sum of left) reached += right.length - countBelow(right, threshold - sum)
  return reached / 2 ** n
}

/** Every way of giving signs to the magnitudes, summed. */
function signedSums(magnitudes: readonly number[]): Float64Array {
  const sums = new Float64Array(2 ** magnitudes.length)
  let filled = 1
  for (const magnitude of magnitudes) {
    for (let i = 0; i < filled; i++) {
      sums[filled + i] = sums[i]! + magnitude
      sums[i]! -= magnitude
    }
    filled *= 2
  }
  return sums
}

function countBelow(sorted: Float64Array, bound: number): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (sorted[middle]! < bound) low = middle + 1
    else high = middle
  }
  return low
}

/**
 * No value further from 0 than three times the median distance. The bound depends on magnitudes
 * alone, so signs stay as likely as before and the test stays exact.
 */
export function clipped(values: readonly number[]): number[] {
  const sorted = Float64Array.from(values, Math.abs).sort()
  const bound = CLIP_MEDIANS * (sorted[sorted.length >> 1] ?? 0)
  return values.map((value) => Math.max(-bound, Math.min(bound, value)))
}
