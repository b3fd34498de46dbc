/** A block: base and head twice each, in an order that cancels what changes steadily. Pure. */

export type Side = 'base' | 'head'

/** Two pairs: base and head, head and base; the next block is the mirror. Drift cancels in each. */
export function ordersOf(block: number): readonly (readonly Side[])[] {
  const pairs: Side[][] = [
    ['base', 'head'],
    ['head', 'base'],
  ]
  return block % 2 === 0 ? pairs : pairs.toReversed()
}

/** Two blocks, one of each order, on one core before the cores change places. */
export const subjectCoreOf = (block: number): number => 1 - ((block >> 1) % 2)

/** Logs of head over base of the two pairs of a block, in the order made. */
export type PairLogRatios = readonly [first: number, second: number]

/** Log of head over base. */
export const logRatio = ([first, second]: PairLogRatios): number => (first + second) / 2

/**
 * Log of each program over itself, from the same four launches, as noisy as the log ratio: what
 * head has more than base is in both pairs alike. What a side has of being started first has the
 * opposite sign in the mirrored block.
 */
export const controlLogRatio = ([first, second]: PairLogRatios): number => (second - first) / 2
