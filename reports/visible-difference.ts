/**
 * Whether one run can tell two cells apart.
 *
 * The launch is the unit of measurement: two fresh processes of one server differ by a few percent.
 * A difference counts only if the launches of both do not overlap AND their medians are further
 * apart than the wider of the two spreads. Two identical servers pass for different in about 1 of
 * 20 comparisons with three launches each, and in 1 of 400 with five (normal noise, simulated);
 * with two launches it would be 1 of 4, so fewer than three say nothing.
 *
 * This sorts a table. Whether a change made a server slower is for `framegate gate`, which takes
 * many more launches.
 */
import type { BenchCell } from '../bench/result.ts'
import type { Metric } from './metric.ts'

export const LAUNCHES_MIN = 3

export type Difference = 'visible' | 'not-visible' | 'too-few-launches' | 'generator-bound'

export const differenceBetween = (
  metric: Metric,
  left: BenchCell,
  right: BenchCell,
): Difference => {
  if (left.generator?.bound || right.generator?.bound) return 'generator-bound'
  if (Math.min(left.launches.length, right.launches.length) < LAUNCHES_MIN) {
    return 'too-few-launches'
  }
  const [leftSpread, rightSpread] = [metric.spread(left), metric.spread(right)]
  const [leftValue, rightValue] = [metric.value(left), metric.value(right)]
  if (leftSpread === null || rightSpread === null || leftValue === null || rightValue === null) {
    return 'too-few-launches'
  }
  const overlap = leftSpread.low <= rightSpread.high && rightSpread.low <= leftSpread.high
  const widest = Math.max(leftSpread.high - leftSpread.low, rightSpread.high - rightSpread.low)
  return !overlap && Math.abs(leftValue - rightValue) > widest ? 'visible' : 'not-visible'
}
