/** `framegate compare`: the main job. Which framing is right, and what does each cost? */
import { join, relative } from 'node:path'
import { FULL_EXTENTS, QUICK_EXTENTS } from '../../bench/extents.ts'
import { COMPARED_SCENARIOS } from '../../bench/registry.ts'
import type { BenchResult } from '../../bench/result.ts'
import { BENCH_SCHEMA } from '../../bench/result.ts'
import { workloadOf } from '../../bench/scenario.ts'
import type { Case } from '../../conformance/case.ts'
import { CASES } from '../../conformance/registry.ts'
import type { ConformResult } from '../../conformance/result.ts'
import { inShard, type Shard } from '../../conformance/shard.ts'
import { detectEnvironment } from '../../harness/environment.ts'
import { findImplementation } from '../../impl/registry.ts'
import { COMPARE_SCHEMA, type CompareResult, type CompareSubject } from '../../reports/report.ts'
import { parseFraming } from '../../wire/registry.ts'
import { measurable, measureSubjects } from '../bench-run.ts'
import { publishCompare } from '../compare-files.ts'
import { COMPARE_SHARD_SCHEMA, type CompareShard, planOf, shardFile } from '../compare-shard.ts'
import { runConformance } from '../conform-run.ts'
import { printConformance } from '../conform-text.ts'
import { log, print } from '../console.ts'
import { CREW_SIZE } from '../crew.ts'
import { type ExitCode, exitCodeOf } from '../exit-codes.ts'
import { writeJson } from '../files.ts'
import { interrupted } from '../interrupt.ts'
import { parseSeed, parseShard, positiveInteger, SEED_DEFAULT } from '../options.ts'
import { resolveSubjects, type Subject } from '../subjects.ts'
import { traceKeeper } from '../traces.ts'
import type { AddCommand } from './registry.ts'

interface Options {
  out: string
  quick?: boolean
  everyFraming?: boolean
  launches?: number
  shard?: Shard
  seed: number
  config?: string
}

const LAUNCHES = 3

export const addCompare: AddCommand = (program, end) => {
  program
    .command('compare')
    .description('conformance, then bench, of our servers; one report')
    .argument(
      '[names...]',
      'implementations and configured servers; what is configured, or all, without',
    )
    .option(
      '--out <dir>',
      'where report.md, report.html, report.json and the charts go',
      'reports/latest',
    )
    .option('--quick', 'a first look: only the cases that the bench relies on, one short launch')
    .option('--every-framing', 'check further framings and Unix sockets as well; minutes longer')
    .option('--launches <n>', `fresh processes per cell (default ${LAUNCHES})`, positiveInteger)
    .option('--shard <i/n>', 'every n-th subject only; "framegate merge" joins them', parseShard)
    .option('--seed <n>', 'seed of every random choice', parseSeed, SEED_DEFAULT)
    .option('--config <file>', 'configured servers (default framegate.config.ts, where it is)')
    .addHelpText('after', HELP)
    .action(async (names: string[], options: Options) => end(await compare(names, options)))
}

const HELP = `
Every server goes through the conformance suite, and only what is right for a workload is measured
in it. Servers that are wrong by design fail as their ledgers say, which is as expected.

With --shard i/n the folder of --out gets shard-i-of-n.json instead of a report.

Exit codes: 0 all as expected, 1 not conformant, 3 inconclusive, 4 a shard without
subjects, 130 interrupted (partial report).

Examples:
  framegate compare
  framegate compare --quick
  framegate compare length-prefixed json-header --out /tmp/report`

async function compare(names: readonly string[], options: Options): Promise<ExitCode> {
  const { quick, seed, shard } = options
  const environment = detectEnvironment(seed)
  const config = options.config === undefined ? {} : { config: options.config }
  const all = measurable(resolveSubjects(names, config), names, COMPARED_SCENARIOS)
  const subjects = shard ? inShard(all, shard) : all
  const named = subjects.map(({ record }) => record.name).join(', ')
  log(`comparing ${named || `nothing: there are only ${all.length} subjects`}; seed ${seed}`)
  const keeper = traceKeeper({ folder: null, all: false })
  const cases = quick ? reliedUpon() : CASES
  const conform = await runConformance([...subjects, ...otherFramings(subjects, options)], {
    cases,
    complete: !quick,
    seed,
    timeScale: 1,
    jobs: CREW_SIZE,
    bail: false,
    environment,
    keeper,
  })
  const workloads = COMPARED_SCENARIOS.map((scenario) => workloadOf(scenario, 'full'))
  const launches = options.launches ?? (quick ? 1 : LAUNCHES)
  const extents = quick ? QUICK_EXTENTS : FULL_EXTENTS
  const bench = interrupted.aborted
    ? noBench(environment)
    : await measureSubjects(subjects, { workloads, launches, extents, conform, environment })
  const result: CompareResult = {
    schema: COMPARE_SCHEMA,
    partial: interrupted.aborted,
    subjects: subjects.map(describe),
    conform,
    bench,
    repro: reproOf(names, options),
  }
  const traces = keeper.traces()
  if (shard) {
    const suite = [cases.map(({ id }) => id), options.everyFraming === true]
    const plan = planOf(all, environment, { suite, bench: [workloads, launches, extents] })
    const part = {
      schema: COMPARE_SHARD_SCHEMA,
      shard: { ...shard, plan },
      result,
      traces,
    } as const
    publishShard(part, options.out)
  } else await publishCompare({ result, traces }, options.out)
  return exitCodeOf(conform, interrupted.aborted)
}

function publishShard(part: CompareShard, out: string): void {
  const path = join(out, shardFile(part.shard))
  writeJson(path, part)
  printConformance(part.result.conform)
  print(`shard: ${relative('.', path)}`)
}

/** The cases that decide what may be measured. */
function reliedUpon(): readonly Case[] {
  const ids = new Set(COMPARED_SCENARIOS.flatMap(({ requires }) => requires))
  return CASES.filter(({ id }) => ids.has(id))
}

/** What is right has to be right in every framing and over both transports. */
function otherFramings(subjects: readonly Subject[], options: Options): Subject[] {
  if (!options.everyFraming) return []
  const right = subjects.filter(({ ledger, traits }) => ledger === null && traits.ours)
  return right
    .flatMap(({ record }) => resolveSubjects([record.name], { framing: 'all' }))
    .filter(({ record }) => !isDefault(record.name, record.framing, record.transport))
}

const isDefault = (name: string, framing: string, transport: string): boolean =>
  transport === 'tcp' && framing === findImplementation(name)?.framings[0]

const noBench = (environment: ConformResult['environment']): BenchResult => ({
  schema: BENCH_SCHEMA,
  partial: true,
  environment,
  cells: [],
})

function describe({ record, traits }: Subject): CompareSubject {
  const framing = parseFraming(record.framing, { messageBytesMax: traits.messageBytesMax })
  return {
    name: record.name,
    framing: record.framing,
    summary: findImplementation(record.name)?.summary ?? 'a configured server',
    cannotCarry: framing.cannotCarry || (framing.carriesEmpty ? '' : 'an empty message'),
    overheadBytes64: framing.overheadBytes(64),
    overheadBytes1MiB: framing.overheadBytes(1024 * 1024),
  }
}

function reproOf(
  names: readonly string[],
  { quick, everyFraming, launches, seed }: Options,
): string {
  const flags = [
    ...names,
    ...(quick ? ['--quick'] : []),
    ...(everyFraming ? ['--every-framing'] : []),
    ...(launches === undefined ? [] : [`--launches ${launches}`]),
    `--seed ${seed}`,
  ]
  return `npm run -s framegate -- compare ${flags.join(' ')}`
}
