/** How much of the error that is allowed may be spent at each look. Pure. */

/**
 * Looks are counted in blocks. The first look gets what is its share of all blocks, each later one
 * what its further blocks add: shares of alpha that sum to alpha. Each look is judged against its
 * own share, so whatever the looks have in common, all together err no more often than alpha.
 */
export function spendAlpha(alpha: number, looks: readonly number[]): number[] {
  const all = looks.at(-1) ?? 0
  return looks.map((blocks, index) => (alpha * (blocks - (looks[index - 1] ?? 0))) / all)
}
