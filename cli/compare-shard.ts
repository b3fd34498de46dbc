/** A part of a comparison as one machine measured it, and the whole made of all parts. */
import type { BenchCell } from '../bench/result.ts'
import { checkShards, digestOf, type Shard } from '../conformance/shard.ts'
import type { Environment } from '../harness/environment.ts'
import type { RunTrace } from '../reports/html/evidence.ts'
import type { CompareResult } from '../reports/report.ts'
import { checkPlan, commitOf } from './shard-plan.ts'
import type { Subject } from './subjects.ts'

export const COMPARE_SHARD_SCHEMA = 'framegate.compare-shard/1'

/** What all parts of one run have in common; each field is named where it differs. */
export interface ComparePlan {
  version: string
  /** Of the checkout, with a word when it had changes. */
  commit: string
  seed: number
  /** All of them, in the order of the report. */
  subjects: string[]
  /** Digest of the cases, ledgers and further framings. */
  suite: string
  /** Digest of the workloads, launches and how long each takes. */
  bench: string
}

export interface CompareShard {
  schema: typeof COMPARE_SHARD_SCHEMA
  shard: Shard & { plan: ComparePlan }
  /** Of the subjects of this part. Every n-th subject, so that its cells stay together. */
  result: CompareResult
  traces: RunTrace[]
}

export interface Compared {
  result: CompareResult
  traces: RunTrace[]
}

export const shardFile = ({ index, count }: Shard): string => `shard-${index}-of-${count}.json`

interface Planned {
  suite: readonly unknown[]
  bench: readonly unknown[]
}

export function planOf(
  subjects: readonly Subject[],
  environment: Environment,
  { suite, bench }: Planned,
): ComparePlan {
  const { framegate, seed } = environment
  const described = subjects.map(({ record, ledger }) => [record, ledger])
  return {
    version: framegate,
    commit: commitOf(environment),
    seed,
    subjects: subjects.map(({ record: { name, framing, transport } }) =>
      [name, framing, transport].join(' '),
    ),
    suite: digestOf([described, ...suite]),
    bench: digestOf(bench),
  }
}

const WORDS: Readonly<Record<keyof ComparePlan, string>> = {
  version: 'versions of framegate',
  commit: 'commits',
  seed: 'seeds',
  subjects: 'subjects',
  suite: 'cases or ledgers',
  bench: 'workloads or launches',
}

/** Throws ShardError for a part that is missing, twice there, interrupted or of another run. */
export function mergeCompare(shards: readonly CompareShard[]): Compared {
  const { plan } = shards[0]!.shard
  for (const { shard } of shards) checkPlan(WORDS, shards[0]!.shard, shard)
  const parts = checkShards(
    shards.map((part) => ({ ...part.shard, partial: part.result.partial, part })),
  ).map(({ part }) => part)
  const first = parts[0]!
  const places = plan.subjects.map((_, at) => ({
    part: parts[at % parts.length]!,
    at: Math.floor(at / parts.length),
  }))
  const runs = [
    ...places,
    // Further framings stand behind the subjects, those of one subject in a row.
    ...places.flatMap(({ part, at }) => furtherRuns(part, at)),
  ]
  const cells = places.map(({ part, at }) => cellsOf(part, at, first))
  const workloads = Math.max(0, ...cells.map(({ length }) => length))
  const result: CompareResult = {
    ...first.result,
    subjects: places.map(({ part, at }) => part.result.subjects[at]!),
    conform: {
      ...first.result.conform,
      runs: runs.map(({ part, at }) => part.result.conform.runs[at]!),
    },
    bench: {
      ...first.result.bench,
      cells: Array.from({ length: workloads }, (_, workload) =>
        cells.map((column) => column[workload]!),
      ).flat(),
    },
  }
  const traces = runs.flatMap(({ part, at }, run) =>
    part.traces.filter((one) => one.run === at).map(({ trace }) => ({ run, trace })),
  )
  return { result, traces }
}

interface Place {
  part: CompareShard
  at: number
}

function furtherRuns(part: CompareShard, at: number): Place[] {
  const { subjects, conform } = part.result
  return conform.runs.flatMap(({ subject }, run) =>
    run >= subjects.length && subject.name === subjects[at]!.name ? [{ part, at: run }] : [],
  )
}

/** A cell has all of its launches in one part: its histogram is taken over as it is. */
function cellsOf(part: CompareShard, at: number, first: CompareShard): BenchCell[] {
  const { subjects, bench } = part.result
  const [here, there] = [machineOf(part), machineOf(first)]
  const warnings = here === there ? [] : [`measured on ${here}, others on ${there}`]
  return bench.cells
    .filter((_, index) => index % subjects.length === at)
    .map((cell) =>
      cell.conformant ? { ...cell, warnings: [...cell.warnings, ...warnings] } : cell,
    )
}

function machineOf({ result }: CompareShard): string {
  const { cpuModel, cores, kernel, bun } = result.bench.environment
  return `${cpuModel} (${cores} cores, kernel ${kernel}, Bun ${bun})`
}
