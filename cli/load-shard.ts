/** The load of one generator beside others, and the whole of all: every message at one subject. */
import { type PooledPart, poolCells } from '../bench/pool.ts'
import { BENCH_SCHEMA, type BenchResult, type JointGenerator } from '../bench/result.ts'
import { checkShards, type Shard, ShardError } from '../conformance/shard.ts'
import type { ClockReading } from '../harness/ntp-client.ts'
import { checkPlan, shardName } from './shard-plan.ts'

export const LOAD_SHARD_SCHEMA = 'framegate.load-shard/1'

/** What all generators of one load have in common; each field is named where it differs. */
export interface JointPlan {
  version: string
  commit: string
  seed: number
  /** As it was named: every generator has to have been told the same address. */
  subject: string
  /** The scenario with what is asked of one generator, and for how long. */
  load: string
  /** ISO 8601, UTC, by the clock below. */
  startAt: string
  clock: string
}

export interface LoadShard {
  schema: typeof LOAD_SHARD_SCHEMA
  shard: Shard & { plan: JointPlan }
  /** The clock of all, against this machine's: ahead of the load, and behind it. */
  clock: { before: ClockReading; after: ClockReading }
  /** One cell; none where it was interrupted. */
  result: BenchResult
}

const WORDS: Readonly<Record<keyof JointPlan, string>> = {
  version: 'versions of framegate',
  commit: 'commits',
  seed: 'seeds',
  subject: 'subjects',
  load: 'loads',
  startAt: 'start times',
  clock: 'clocks',
}

/** A machine whose clock nobody keeps; others are corrected by what was read. */
const OFFSET_MS_MAX = 1_000
/** Of the measured time: what is not known better than this is not known to be at one time. */
const CLOCK_ERROR_SHARE_MAX = 0.05
/** Of each generator's time, in which all of them were at it. */
const OVERLAP_SHARE_MIN = 0.9

/** What speaks against going by this clock; null where nothing does. */
export function clockProblem({ offsetMs, errorMs }: ClockReading, forMs: number): string | null {
  if (Math.abs(offsetMs) > OFFSET_MS_MAX) {
    const way = offsetMs > 0 ? 'behind' : 'ahead of'
    const far = `${(Math.abs(offsetMs) / 1e3).toFixed(1)} s`
    return `its clock is ${far} ${way} the one that all go by: set it, as NTP does`
  }
  if (errorMs <= forMs * CLOCK_ERROR_SHARE_MAX) return null
  const known = `its clock is known to ${errorMs.toFixed(1)} ms`
  const remedy = 'measure longer (--duration), or go by a clock that is nearer (--clock)'
  return `${known}, too little for ${forMs.toFixed(0)} ms of load: ${remedy}`
}

/** A clock that was set, or ran away, between the two readings is known as badly as that. */
const overBoth = ({ before, after }: LoadShard['clock']): ClockReading => ({
  offsetMs: before.offsetMs,
  errorMs: Math.max(before.errorMs, after.errorMs) + Math.abs(after.offsetMs - before.offsetMs),
})

/**
 * Throws ShardError for a generator that is missing, twice there, interrupted or of another load,
 * and where they were not at it at the same time, or nobody knows.
 */
export function mergeLoad(shards: readonly LoadShard[]): BenchResult {
  for (const { shard } of shards) checkPlan(WORDS, shards[0]!.shard, shard)
  const parts = checkShards(
    shards.map((part) => ({ ...part.shard, partial: part.result.partial, part })),
  ).map(({ part }) => part)
  const pooled = parts.map(partOf)
  if (pooled.every(({ generator }) => generator !== null)) checkOverlap(pooled)
  return {
    schema: BENCH_SCHEMA,
    partial: false,
    environment: parts[0]!.result.environment,
    cells: [poolCells(pooled)],
  }
}

function partOf({ shard, clock, result }: LoadShard): PooledPart {
  const [cell, ...others] = result.cells
  if (!cell || others.length > 0) {
    throw new ShardError(`${capital(shardName(shard))} has ${result.cells.length} cells, not one.`)
  }
  const [launch] = cell.launches
  if (!launch) return { cell, generator: null }
  const { offsetMs, errorMs } = overBoth(clock)
  const forMs = launch.durationNs / 1e6
  const problem = clockProblem({ offsetMs, errorMs }, forMs)
  if (problem) throw new ShardError(`${capital(shardName(shard))} cannot be used: ${problem}.`)
  if (launch.startedAtMs === undefined) {
    throw new ShardError(`${capital(shardName(shard))} does not say when it began.`)
  }
  const beganAfterMs = launch.startedAtMs + offsetMs - Date.parse(shard.plan.startAt)
  const { messages, throughputPerSecond, latencyNsP50, latencyNsP99 } = launch
  const { cpuShare = 0, bound = false } = cell.generator ?? {}
  const generator: JointGenerator = {
    shard: `${shard.index}/${shard.count}`,
    ...{ clockOffsetMs: offsetMs, clockErrorMs: errorMs },
    ...{ beganAfterMs, endedAfterMs: beganAfterMs + forMs },
    ...{ messages, throughputPerSecond, latencyNsP50, latencyNsP99, cpuShare, bound },
  }
  return { cell, generator }
}

const capital = (text: string): string => `${text[0]!.toUpperCase()}${text.slice(1)}`

/** Errors of the clocks count against it. */
function checkOverlap(parts: readonly PooledPart[]): void {
  const generators = parts.map(({ generator }) => generator!)
  const late = generators.map((one) => one.beganAfterMs + one.clockErrorMs)
  const early = generators.map((one) => one.endedAfterMs - one.clockErrorMs)
  const togetherMs = Math.min(...early) - Math.max(...late)
  const short = generators.find(({ beganAfterMs, endedAfterMs }) => {
    return togetherMs < OVERLAP_SHARE_MIN * (endedAfterMs - beganAfterMs)
  })
  if (generators.length === 1 || !short) return
  const last = generators.reduce((a, b) => (b.beganAfterMs > a.beganAfterMs ? b : a))
  const first = generators.reduce((a, b) => (b.endedAfterMs < a.endedAfterMs ? b : a))
  const ms = (value: number) => `${value.toFixed(1)} ms`
  const sides = `${last.shard} began ${ms(last.beganAfterMs)} after the agreed start, ${first.shard} ended ${ms(first.endedAfterMs)} after it`
  throw new ShardError(
    `The generators were not at it together: ${sides}, so only ${ms(Math.max(0, togetherMs))} are of all. Run them again, with more time before the start or a longer --duration.`,
  )
}
