/**
 * Exact counts of base and head: what a server of ours does for the same messages, on a connection
 * in memory. They are the same every time, so that any difference was made, and none is noise:
 * they are compared at equality, and nothing is timed for it.
 */
import { countExactly, type ExactCounts } from '../../harness/exact-counts.ts'
import type { Workload } from '../scenario.ts'
import type { BenchSubject } from '../subject.ts'
import type { CounterId, GateCounter } from './result.ts'

interface Counted {
  counters: GateCounter[]
  /** Scenarios that base was counted in and head could not be. */
  missing: string[]
  warnings: string[]
}

export interface Pair {
  base: BenchSubject
  head: BenchSubject
}

const COUNTERS: readonly CounterId[] = ['reads', 'writes', 'bytesCopied', 'allocations']

/** Nothing of servers that are not ours, or that are not sent the same bytes. */
export async function compareCounters(
  { base, head }: Pair,
  workloads: readonly Workload[],
  signal: AbortSignal,
): Promise<Counted> {
  const counted: Counted = { counters: [], missing: [], warnings: [] }
  if (!isOurs(base) || !isOurs(head) || base.framing !== head.framing) return counted
  for (const workload of workloads) {
    if (signal.aborted) break
    const { id } = workload.scenario
    const [before, now] = [
      await countsOf(base, workload, signal),
      await countsOf(head, workload, signal),
    ]
    if (before && now) counted.counters.push(...countersOf(id, before, now))
    else if (before && !signal.aborted) counted.missing.push(`${id} exact counts`)
    else if (now)
      counted.warnings.push(`base has no exact counts in ${id}: nothing to compare with`)
  }
  return counted
}

const isOurs = ({ target }: BenchSubject): boolean =>
  target.kind === 'started' && target.spec.kind === 'implementation'

function countsOf({ target }: BenchSubject, { parameters }: Workload, signal: AbortSignal) {
  if (target.kind === 'connect') return null
  const { messageBytes, depth } = parameters
  return countExactly(target.spec, { messageBytes, depth }, { signal })
}

/** Pure. More is worse, of each of them. */
const countersOf = (
  scenario: string,
  base: Readonly<ExactCounts>,
  head: Readonly<ExactCounts>,
): GateCounter[] =>
  COUNTERS.map((counter) => {
    const [before, now] = [base[counter], head[counter]]
    const cell = { scenario, counter, base: before, head: now }
    if (now > before) return { ...cell, verdict: 'regressed' }
    if (now < before) return { ...cell, verdict: 'improved' }
    // Not a number is equal to nothing.
    return { ...cell, verdict: now === before ? 'pass' : 'inconclusive' }
  })
