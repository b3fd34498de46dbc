/** Averages. Pure; NaN of nothing, and where a value is NaN. */

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length

/** Of the middle half: nearly as exact as the mean, and stray values do not move it. */
export function midMean(values: readonly number[]): number {
  if (values.some(Number.isNaN)) return Number.NaN
  const sorted = values.toSorted((one, other) => one - other)
  const left = Math.floor(sorted.length / 4)
  return mean(sorted.slice(left, sorted.length - left))
}
