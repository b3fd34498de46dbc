import { describe, expect, test } from 'bun:test'
import { creeps, goesOn, standsStill } from './cases/creep.ts'

/** Sizes in bytes of these steps in KiB. */
function sizes(...steps: readonly number[]): number[] {
  const all = [8_000_000]
  for (const step of steps) all.push(all.at(-1)! + 1024 * step)
  return all
}

describe('memory creeps', () => {
  test('when every round adds about the same', () => {
    expect(creeps(sizes(108, 108, 104, 109, 68, 148, 104, 88, 124, 104, 92, 120))).toBe(true)
  })

  test('when a round in ten is out of line', () => {
    expect(creeps(sizes(104, 104, 104, -322, 104, 104, 104, 104, 104, 104, 104))).toBe(true)
  })
})

describe('memory does not creep', () => {
  test('when it stands still, but for a page now and then', () => {
    expect(creeps(sizes(0, 4, 0, 0, 12, -4, 0, 0, 103, 0, 0))).toBe(false)
  })

  test('when it goes up by what a collector puts off', () => {
    expect(creeps(sizes(1415, 1189, 126, 137, 1123, 631, 332, 828, 276, 84, 268, 91))).toBe(false)
  })

  test('when it stops', () => {
    expect(creeps(sizes(687, 676, 681, 726, 196, 0, -1, 0))).toBe(false)
  })

  test('of which there is no second size yet', () => {
    expect(creeps(sizes())).toBe(false)
  })
})

describe('after a while', () => {
  const before = sizes(108, 108, 104, 109, 104, 88)

  test('a leak goes on at its pace', () => {
    expect(goesOn(before, sizes(104, 90, 108, -20, 100))).toBe(true)
  })

  test('what was put off is used again first', () => {
    expect(goesOn(before, sizes(0, 4, 0, 0, 40, 60))).toBe(false)
    expect(goesOn(before, sizes(40, 40, 40, 48, 40, 60))).toBe(false)
  })
})

test('memory stands still within bounds', () => {
  expect(standsStill(sizes(10, -20, 30), 30 * 1024)).toBe(true)
  expect(standsStill(sizes(10, -20, 300), 30 * 1024)).toBe(false)
})
