import { expect, test } from 'bun:test'
import { shareInterval } from './binomial.ts'

// Ends that are known in closed form: 0 of n is 1 − (α/2)^(1/n), and the mirror of it.
test.each([10, 40, 300, 5_000])('none, and all, of %p', (trials) => {
  const end = 1 - 0.025 ** (1 / trials)
  const [low, high] = shareInterval(0, trials, 0.95)
  expect(low).toBe(0)
  expect(high).toBeCloseTo(end, 10)
  const [least, most] = shareInterval(trials, trials, 0.95)
  expect(least).toBeCloseTo(1 - end, 10)
  expect(most).toBe(1)
})

// Clopper and Pearson's tables.
test.each([
  [1, 10, 0.0025, 0.445],
  [5, 10, 0.1871, 0.8129],
  [38, 40, 0.8308, 0.9939],
])('%p of %p', (count, trials, low, high) => {
  const [least, most] = shareInterval(count, trials, 0.95)
  expect(least).toBeCloseTo(low, 4)
  expect(most).toBeCloseTo(high, 3)
})
