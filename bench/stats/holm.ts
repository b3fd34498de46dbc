/** Holm's step-down correction: of many cells, the chance that any is wrongly flagged. Pure. */

/**
 * Adjusted p values, in the order given: to be compared with the family's alpha. `family` counts
 * cells that are not in the list and take part all the same.
 */
export function holm(pValues: readonly number[], family = pValues.length): number[] {
  const order = pValues.map((_, index) => index).sort((a, b) => pValues[a]! - pValues[b]!)
  const adjusted = new Array<number>(pValues.length)
  let least = 0
  for (const [rank, index] of order.entries()) {
    // Never less than that of a cell with a smaller p.
    least = Math.max(least, Math.min(1, pValues[index]! * (family - rank)))
    adjusted[index] = least
  }
  return adjusted
}
