/** `framegate bench`: how fast is it, where it is right? */
import type { Shard } from '../../conformance/shard.ts'
import { renderBenchCsv } from '../../reports/bench-csv.ts'
import { renderBenchMarkdown } from '../../reports/bench-markdown.ts'
import { parseSize } from '../../wire/options.ts'
import { writeBenchFiles } from '../bench-files.ts'
import { type BenchJob, LAUNCHES_DEFAULT, runBenchJob } from '../bench-job.ts'
import { printBench } from '../bench-text.ts'
import { UsageError } from '../errors.ts'
import { benchExitCode, type ExitCode } from '../exit-codes.ts'
import { writeFileWhole, writeJson } from '../files.ts'
import { runLoadShard } from '../load-shard-run.ts'
import { runMicro } from '../micro.ts'
import {
  addSubjectOptions,
  collect,
  parseSeed,
  parseShard,
  positiveInteger,
  positiveNumber,
  SEED_DEFAULT,
} from '../options.ts'
import { resolveSubjects, type SubjectOptions } from '../subjects.ts'
import type { AddCommand } from './registry.ts'

interface Options extends SubjectOptions, Omit<BenchJob, 'joint' | 'launches'> {
  launches?: number
  scenario: string[]
  peer: string[]
  micro?: boolean
  json?: string
  md?: string
  csv?: string
  out?: string
  shard?: Shard
  startAt?: string
  clock?: string
}

export const addBench: AddCommand = (program, end) => {
  addSubjectOptions(program.command('bench'))
    .description('measure a server, in the workloads that it is right for')
    .argument('[names...]', 'implementations; all of them when no subject is given')
    .option('--scenario <id>', 'this scenario (repeatable; "all": every one)', collect, [])
    .option('--size <sizes>', 'message sizes, as 64,1KiB', listOf(parseSize))
    .option('--connections <counts>', 'connections, as 1,10,100', listOf(positiveInteger))
    .option('--depth <counts>', 'messages in flight on each, as 1,16,256', listOf(positiveInteger))
    .option(
      '--rate <rates>',
      'open loop: messages per second, as 1000,5000',
      listOf(positiveNumber),
    )
    .option('--peer <id>', 'beside it: c-epoll, node-net, posix-loop (repeatable)', collect, [])
    .option('--sweep', 'every scenario over its whole range of sizes')
    .option('--duration <time>', 'measured time of a launch, as 500ms or 10s', parseDuration)
    .option(
      '--launches <n>',
      `fresh processes per cell (default ${LAUNCHES_DEFAULT})`,
      positiveInteger,
    )
    .option('--shard <i/n>', 'one of n generators that load a server together', parseShard)
    .option('--start-at <time>', 'of --shard: when all begin, as 2026-05-01T12:00:00Z')
    .option('--clock <address>', 'of --shard: whose clock all go by, HOST:PORT of an NTP server')
    .option('--quick', 'short measurements, for a first look')
    .option('--seed <n>', 'seed of every random choice', parseSeed, SEED_DEFAULT)
    .option('--micro', 'codecs instead of servers, beside packages that do the same')
    .option('--json <file>', 'write the result as JSON')
    .option('--md <file>', 'write the result as Markdown')
    .option('--csv <file>', 'write every launch as a line of CSV')
    .option('--out <dir>', 'write all of these there, with charts and histograms (.hgrm)')
    .addHelpText('after', HELP)
    .action(async (names: string[], options: Options) => end(await bench(names, options)))
}

const HELP = `
The conformance cases that a scenario relies on run first; a server that fails one of them gets no
number in it, and the symptom instead.

Without --scenario the standard ones are measured; "framegate list scenarios" shows all of them.

With --shard i/n it is one of n generators, on machines of their own, that load one --connect
server from --start-at on, by the time of --clock ("framegate clock", or any NTP server). A --rate
is of all together; connections are of each. --json is its part, "framegate merge" makes the whole.

Exit codes: 0 everything was measured, or struck out because a ledger or the framing says so,
1 a server was wrong: its cells say how, the others are measured; 2 usage,
4 not started, or too late for --start-at.

Examples:
  framegate bench length-prefixed
  framegate bench length-prefixed json-header --scenario pipelined --size 16,64,1KiB --depth 128
  framegate bench length-prefixed --peer c-epoll,node-net --scenario ping-pong,pipelined
  framegate bench length-prefixed --scenario open-loop --rate 1000,5000 --duration 10s
  framegate bench --exec './server {port}' --framing u32be --json out.json
  framegate bench --connect 10.0.0.9:7000 --framing u32be --scenario pipelined --duration 10s \\
    --shard 1/4 --start-at 2026-05-01T12:00:00Z --clock 10.0.0.5:7123 --json shard-1.json`

async function bench(names: readonly string[], options: Options): Promise<ExitCode> {
  if (options.micro) return runMicro(names, options)
  if (options.shard) return benchShard(names, options, options.shard)
  if (options.startAt ?? options.clock) {
    throw new UsageError('--start-at and --clock go with --shard i/n, one of several generators.')
  }
  const { launches = LAUNCHES_DEFAULT } = options
  const result = await runBenchJob(resolveSubjects(names, options), names, { ...options, launches })
  if (options.json) writeJson(options.json, result)
  if (options.md) writeFileWhole(options.md, renderBenchMarkdown(result))
  if (options.csv) writeFileWhole(options.csv, renderBenchCsv(result))
  if (options.out) await writeBenchFiles(result, options.out)
  printBench(result)
  return benchExitCode(result)
}

async function benchShard(
  names: readonly string[],
  options: Options,
  shard: Shard,
): Promise<ExitCode> {
  const { startAt, clock, json } = options
  if (startAt === undefined || clock === undefined || json === undefined) {
    throw new UsageError('--shard of a bench goes with --start-at, --clock and --json FILE.')
  }
  const later = (['md', 'csv', 'out'] as const).find((name) => options[name] !== undefined)
  if (later) throw new UsageError(`--${later} is for the whole: give it to framegate merge.`)
  if (options.peer.length > 0 || options.sweep || options.launches !== undefined) {
    throw new UsageError('--shard is one load: leave --peer, --sweep and --launches out.')
  }
  const part = await runLoadShard(names, { ...options, shard, startAt, clock })
  writeJson(json, part)
  printBench(part.result)
  return benchExitCode(part.result)
}

/** `500ms`, `10s`, or a number of milliseconds. */
function parseDuration(text: string): number {
  const [, value, unit] = /^([\d.]+)(ms|s|)$/.exec(text) ?? []
  const ms = Number(value) * (unit === 's' ? 1000 : 1)
  if (Number.isFinite(ms) && ms > 0) return ms
  throw new UsageError(`"${text}" is no time: say 500ms or 10s.`)
}

/** `16,64,1KiB` as numbers. */
function listOf(parse: (text: string) => number): (text: string) => number[] {
  return (text) => text.split(',').map((part) => parse(part.trim()))
}
