/** `framegate bench --shard i/n`: one of n generators that load a subject from a moment on. */
import { BENCH_SCHEMA, type BenchResult } from '../bench/result.ts'
import type { Shard } from '../conformance/shard.ts'
import { HarnessError } from '../harness/errors.ts'
import { type ClockReading, readClock } from '../harness/ntp-client.ts'
import { seedFor } from '../harness/random.ts'
import { resolveHost } from '../harness/resolve.ts'
import { wallMs } from '../harness/wall-clock.ts'
import { type BenchJob, extentsOf, runBenchJob } from './bench-job.ts'
import { UsageError } from './errors.ts'
import { host } from './host.ts'
import { clockProblem, LOAD_SHARD_SCHEMA, type LoadShard } from './load-shard.ts'
import { parseClock, parseMoment } from './options.ts'
import { commitOf } from './shard-plan.ts'
import { resolveSubjects, type SubjectOptions } from './subjects.ts'

export interface LoadShardOptions extends SubjectOptions, Omit<BenchJob, 'launches' | 'joint'> {
  shard: Shard
  startAt: string
  clock: string
}

/** Throws UsageError, and HarnessError where it is too late or its clock is no good. */
export async function runLoadShard(
  names: readonly string[],
  options: LoadShardOptions,
): Promise<LoadShard> {
  const { shard, clock } = options
  if (options.connect === undefined || names.length > 0) {
    throw new UsageError('--shard of a bench is for a server that runs already: --connect it.')
  }
  const startAtMs = parseMoment(options.startAt)
  const subjects = resolveSubjects(names, options)
  const reference = await resolveHost(parseClock(clock))
  const { signal } = host()
  const before = await readClock(reference, signal)
  const extents = extentsOf(options)
  const measuredMs = 'durationMs' in extents.measured ? extents.measured.durationMs : 0
  const problem = clockProblem(before, measuredMs)
  if (problem) throw new HarnessError('clock-off', `This machine cannot take part: ${problem}.`)
  const atMs = startAtMs - before.offsetMs
  const name = `generator ${shard.index}/${shard.count}`
  tellStart(name, { atMs, clock, reading: before })
  const result = await runBenchJob(subjects, names, {
    ...options,
    launches: 1,
    joint: { atMs, generators: shard.count, seed: seedFor(options.seed, name) },
  })
  const { environment, cells } = result
  const plan = {
    version: environment.framegate,
    commit: commitOf(environment),
    seed: environment.seed,
    subject: subjects
      .map(({ record: { name, framing, transport } }) => [name, framing, transport].join(' '))
      .join(),
    load: loadOf(result, measuredMs),
    startAt: new Date(startAtMs).toISOString(),
    clock,
  }
  return {
    schema: LOAD_SHARD_SCHEMA,
    shard: { ...shard, plan },
    clock: { before, after: result.partial ? before : await readClock(reference, signal) },
    result: { schema: BENCH_SCHEMA, partial: result.partial, environment, cells },
  }
}

/** What was asked of it; a cell that was not reached says nothing. */
const loadOf = ({ cells: [cell] }: BenchResult, measuredMs: number): string =>
  cell === undefined
    ? 'nothing'
    : `${cell.scenario} ${JSON.stringify(cell.parameters)} for ${measuredMs} ms`

interface Start {
  atMs: number
  clock: string
  reading: ClockReading
}

function tellStart(name: string, { atMs, clock, reading: { offsetMs, errorMs } }: Start): void {
  const leftMs = atMs - wallMs()
  if (leftMs < 0) return
  const offset = `${offsetMs >= 0 ? '+' : ''}${offsetMs.toFixed(2)} ms ±${errorMs.toFixed(2)}`
  host().log(
    `${name}: the start is in ${(leftMs / 1e3).toFixed(1)} s; the clock ${clock} against ours: ${offset}`,
  )
}
