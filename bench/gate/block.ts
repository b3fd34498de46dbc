/** A block: base and head twice each, in an order that cancels what changes steadily. Pure. */

export type Side = 'base' | 'head'

/** Costs of the two launches of each side, in the order made. */
export interface BlockCosts {
  base: readonly number[]
  head: readonly number[]
}

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

/** Log of head over base, of the geometric means. NaN when a cost is no positive number. */
export function logRatio({ base, head }: BlockCosts): number {
  return meanLog(head) - meanLog(base)
}

/**
 * Log of each program over itself, from the same four launches, as noisy as the log ratio. What
 * drifts steadily has the opposite sign in the mirrored block.
 */
export function controlLogRatio({ base, head }: BlockCosts): number {
  const [b0, b1] = base.map(Math.log)
  const [h0, h1] = head.map(Math.log)
  return (b0! - b1! + (h1! - h0!)) / 2
}

const meanLog = (costs: readonly number[]): number =>
  costs.reduce((sum, cost) => sum + (cost > 0 ? Math.log(cost) : Number.NaN), 0) / costs.length
