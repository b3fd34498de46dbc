/**
 * Is memory creeping? A leak that is small beside what collectors put off has a mark of its own:
 * the same growth with every round. What is put off comes and goes.
 */

/** Growth by round that is no rounding of pages. */
const STEP_BYTES_MIN = 32 * 1024
/** Steps differ by as much at most, from the one in the middle; some may be out of line. */
const STEP_FACTOR_MAX = 3
const REGULAR_SHARE_MIN = 0.85

const stepsOf = (sizes: readonly number[]): number[] =>
  sizes.slice(1).map((size, round) => size - sizes[round]!)

/** The one in the middle, which single rounds out of line do not move. */
const middleOf = (steps: readonly number[]): number =>
  steps.toSorted((one, other) => one - other)[steps.length >> 1] ?? 0

/** True when most of the sizes, one a round, are larger than the one before. */
export const grows = (sizes: readonly number[]): boolean =>
  middleOf(stepsOf(sizes)) >= STEP_BYTES_MIN

/** True when the sizes may be those of a steady leak: each round adds about the same. */
export function creeps(sizes: readonly number[]): boolean {
  if (!grows(sizes)) return false
  const steps = stepsOf(sizes)
  const middle = middleOf(steps)
  const isRegular = (step: number) =>
    step >= middle / STEP_FACTOR_MAX && step <= middle * STEP_FACTOR_MAX
  return steps.filter(isRegular).length >= REGULAR_SHARE_MIN * steps.length
}

/** True when `after` goes on growing as `before` did, or at half of its pace at least. */
export const goesOn = (before: readonly number[], after: readonly number[]): boolean =>
  grows(after) && middleOf(stepsOf(after)) >= middleOf(stepsOf(before)) / 2

/** True when nothing is put off: what is dropped is used again at once. */
export const standsStill = (sizes: readonly number[], bytesMax: number): boolean =>
  Math.max(...sizes) - Math.min(...sizes) <= bytesMax
