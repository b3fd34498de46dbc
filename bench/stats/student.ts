/** Student's t distribution for whole degrees of freedom, and the normal one as its limit. Pure. */

/** Chance that t with so many degrees of freedom is at most `t`. */
export function studentCdf(t: number, degrees: number): number {
  // Abramowitz and Stegun, 26.7.3 and 26.7.4: exact finite sums, one for odd, one for even.
  const angle = Math.atan(t / Math.sqrt(degrees))
  const cosine = Math.cos(angle)
  const isOdd = degrees % 2 === 1
  let term = isOdd ? cosine : 1
  let sum = degrees > 1 ? term : 0
  for (let k = isOdd ? 2 : 1; k <= degrees - 3; k += 2) {
    term *= (cosine * cosine * k) / (k + 1)
    sum += term
  }
  const within = isOdd ? (2 / Math.PI) * (angle + Math.sin(angle) * sum) : Math.sin(angle) * sum
  return (1 + within) / 2
}

const QUANTILE_MAX = 1e6
/** Halvings of the interval: enough for every digit of a double. */
const HALVINGS = 80

/** By share and degrees: few are ever asked for, again and again. */
const quantiles = new Map<number, Map<number, number>>()

/** The t that so large a share (0 to 1, both excluded) lies below. */
export function studentQuantile(share: number, degrees: number): number {
  const ofShare = quantiles.getOrInsertComputed(share, () => new Map<number, number>())
  return ofShare.getOrInsertComputed(degrees, () => searched(share, degrees))
}

function searched(share: number, degrees: number): number {
  let [low, high] = [-QUANTILE_MAX, QUANTILE_MAX]
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2
    if (studentCdf(middle, degrees) < share) low = middle
    else high = middle
  }
  return (low + high) / 2
}
