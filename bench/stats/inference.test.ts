/** Against tables, and against what can be worked out by hand. */
import { describe, expect, test } from 'bun:test'
import { createRandom } from '../../harness/random.ts'
import { detectable, estimate } from './estimate.ts'
import { holm } from './holm.ts'
import { clipped, SIGN_FLIP_BLOCKS_MAX, signFlipP } from './sign-flip.ts'
import { spendAlpha } from './spending.ts'
import { studentCdf, studentQuantile } from './student.ts'

describe('sign-flip permutation', () => {
  test.each([
    // None: nothing speaks against chance.
    [[], 1],
    // Of +1 and -1, one is at least 1.
    [[1], 1 / 2],
    [[-1], 1],
    // Sums of 1, 2 and 3 with all signs: 6 4 2 0 0 -2 -4 -6.
    [[1, 2, 3], 1 / 8],
    [[-1, 2, 3], 2 / 8],
    [[1, -2, 3], 3 / 8],
    [[1, 2, -3], 5 / 8],
    [[-1, -2, -3], 1],
    // Sums of four ones: 4 once, 2 four times.
    [[1, 1, 1, -1], 5 / 16],
    [[0.1, 0.1, 0.1, -0.1], 5 / 16],
    [[0, 0, 0], 1],
    [Array.from({ length: 10 }, () => 0.05), 1 / 1024],
    [Array.from({ length: 24 }, () => 0.05), 2 ** -24],
  ])('of %p is %p', (values, p) => {
    expect(signFlipP(values)).toBeCloseTo(p, 12)
  })

  test('agrees with counting every way, one by one', () => {
    const random = createRandom(5)
    for (let n = 1; n <= 12; n++) {
      const values = Array.from({ length: n }, () => random.between(-60, 100) / 1000)
      const observed = values.reduce((sum, value) => sum + value, 0)
      let reached = 0
      for (let ways = 0; ways < 2 ** n; ways++) {
        const sum = values.reduce((all, value, index) => {
          const magnitude = Math.abs(value)
          return all + ((ways >> index) & 1 ? magnitude : -magnitude)
        }, 0)
        if (sum >= observed - 1e-12) reached++
      }
      expect(signFlipP(values)).toBeCloseTo(reached / 2 ** n, 12)
    }
  })

  test('refuses more blocks than it can count', () => {
    expect(() => signFlipP(new Array(SIGN_FLIP_BLOCKS_MAX + 1).fill(1))).toThrow('41 blocks')
  })

  test('a block far out counts as three medians, with its sign', () => {
    expect(clipped([1, -1, 1, 100])).toEqual([1, -1, 1, 3])
    expect(clipped([1, -1, 1, -100])).toEqual([1, -1, 1, -3])
    expect(clipped([])).toEqual([])
  })
})

describe('Holm', () => {
  test.each([
    [[0.01, 0.04, 0.03, 0.005], undefined, [0.03, 0.06, 0.06, 0.02]],
    [[0.01], undefined, [0.01]],
    [[0.4, 0.9], undefined, [0.8, 0.9]],
    [[0.9, 0.9], undefined, [1, 1]],
    // Two of four cells are decided already, and still count.
    [[0.002, 0.01], 4, [0.008, 0.03]],
    [[], undefined, []],
  ])('%p in a family of %p', (p, family, adjusted) => {
    const got = holm(p, family)
    expect(got.length).toBe(adjusted.length)
    for (const [index, value] of got.entries()) expect(value).toBeCloseTo(adjusted[index]!, 12)
  })
})

test('alpha is spent by blocks, and all of it', () => {
  expect(spendAlpha(0.01, [12])).toEqual([0.01])
  const spent = spendAlpha(0.01, [12, 18, 24])
  for (const [index, share] of [0.005, 0.0025, 0.0025].entries()) {
    expect(spent[index]).toBeCloseTo(share, 12)
  }
  expect(spendAlpha(0.01, [])).toEqual([])
})

describe('Student', () => {
  // As any table has them.
  test.each([
    [0.975, 1, 12.706],
    [0.975, 2, 4.303],
    [0.975, 3, 3.182],
    [0.95, 4, 2.132],
    [0.95, 10, 1.812],
    [0.975, 11, 2.201],
    [0.995, 11, 3.106],
    [0.975, 23, 2.069],
    [0.975, 120, 1.98],
    [0.5, 7, 0],
  ])('quantile %p of %p degrees is %p', (share, degrees, t) => {
    expect(studentQuantile(share, degrees)).toBeCloseTo(t, 3)
    expect(studentQuantile(1 - share, degrees)).toBeCloseTo(-t, 3)
    expect(studentCdf(studentQuantile(share, degrees), degrees)).toBeCloseTo(share, 9)
  })
})

describe('estimate', () => {
  test('mean and interval of three values, by hand', () => {
    // Standard deviation 0.01, error 0.01 / sqrt 3, t of two degrees 4.3027.
    const { mean, error, low, high, blocks } = estimate([0.01, 0.02, 0.03], 0.95)
    expect(mean).toBeCloseTo(0.02, 12)
    expect(error).toBeCloseTo(0.0057735, 7)
    expect([low, high].map((end) => end.toFixed(4))).toEqual(['-0.0048', '0.0448'])
    expect(blocks).toBe(3)
  })

  test('a value far out is brought in, others stay', () => {
    const quiet = [0.01, 0.02, 0.03, 0.02, 0.01, 0.03]
    const disturbed = estimate([...quiet, 5], 0.95)
    expect(disturbed.mean).toBeLessThan(0.04)
    expect(estimate([1, 1, 1, 9], 0.95).mean).toBe(3)
  })

  test('one value has no bounds, none is no number', () => {
    expect(estimate([0.5], 0.95)).toMatchObject({ mean: 0.5, low: -Infinity, high: Infinity })
    expect(estimate([], 0.95).mean).toBeNaN()
  })

  test('what could have been seen: by noise, by the floor, by the number of blocks', () => {
    const rule = { alpha: 0.025, floor: 0.03, power: 0.95 }
    const noisy = { mean: 0, error: 0.02, low: 0, high: 0, blocks: 12 }
    // t of 11 degrees: 2.201 at 0.975, 1.796 at 0.95.
    expect(detectable(noisy, rule)).toBeCloseTo(0.02 * (2.201 + 1.796), 4)
    expect(detectable({ ...noisy, error: 0.001 }, rule)).toBeCloseTo(0.03 + 0.0018, 4)
    expect(detectable({ ...noisy, blocks: 5 }, rule)).toBe(Infinity)
  })
})
