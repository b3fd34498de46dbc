/** What a client costs, held against what it held when it was seen first. */
import { expect, test } from 'bun:test'
import { ClientHoldings } from './client-holdings.ts'

const MIB = 1_048_576
const MESSAGE_BYTES_MAX = MIB

/** A client that holds so much, from look to look. */
function verdictOn(held: readonly (readonly [descriptors: number, mib: number])[], left = 0) {
  let at = 0
  const client = {
    leftBehind: left,
    process: {
      get running() {
        return at < held.length
      },
      holdings() {
        const [descriptors, mib] = held[at++]!
        return { descriptors, rssBytes: mib * MIB }
      },
    },
  }
  const holdings = new ClientHoldings(client, MESSAGE_BYTES_MAX)
  // Once more than there is: it has ended.
  for (let look = 0; look <= held.length; look++) holdings.look()
  return holdings.verdict
}

test('what it needs itself, and a runtime fetches late, costs nothing', () => {
  const late = [[300, 900], [350, 1_160], [20, 100]] as const // biome-ignore format: a table
  expect(verdictOn(late)).toBe('ok')
})

test('descriptors and memory are given back at the end, and count all the same', () => {
  const opened = [[20, 50], [71, 50], [20, 50]] as const // biome-ignore format: a table
  expect(verdictOn(opened)).toBe('leak')
  const grown = [[20, 50], [20, 315], [20, 50]] as const // biome-ignore format: a table
  expect(verdictOn(grown)).toBe('over-budget')
})

test('a program that it left behind is a leak', () => {
  expect(verdictOn([[20, 50]], 1)).toBe('leak')
})

test('what was never seen running was not observed', () => {
  expect(verdictOn([])).toBe('not-observed')
  expect(verdictOn([[0, 0]])).toBe('not-observed')
})
