/** How often something happens, from how often it did. Pure. */

/** Halvings of the interval between 0 and 1: enough for every digit that is printed. */
const HALVINGS = 50

/** Clopper and Pearson's interval for a share, seen `count` times in `trials`: never too narrow. */
export function shareInterval(
  count: number,
  trials: number,
  confidence: number,
): readonly [low: number, high: number] {
  const tail = (1 - confidence) / 2
  // The chance of so few falls with the share, that of so many rises.
  const high = count === trials ? 1 : shareAt((share) => atMost(count, trials, share) > tail)
  const low = count === 0 ? 0 : shareAt((share) => atMost(count - 1, trials, share) > 1 - tail)
  return [low, high]
}

/** The share below which `holds`, which is true at 0. */
function shareAt(holds: (share: number) => boolean): number {
  let [low, high] = [0, 1]
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2
    if (holds(middle)) low = middle
    else high = middle
  }
  return low
}

/** Chance of at most `count` in `trials`. The share is neither 0 nor 1. */
function atMost(count: number, trials: number, share: number): number {
  // In logs: with many trials the first term is too small for a number.
  let logTerm = trials * Math.log1p(-share)
  let sum = Math.exp(logTerm)
  for (let k = 1; k <= count; k++) {
    logTerm += Math.log(((trials - k + 1) / k) * (share / (1 - share)))
    sum += Math.exp(logTerm)
  }
  return sum
}
