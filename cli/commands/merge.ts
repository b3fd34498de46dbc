/** `framegate merge FILE…`: the shards of one run of conform or compare as the whole run. */
import { CONFORM_SCHEMA, type ConformResult } from '../../conformance/result.ts'
import { mergeShards, ShardError } from '../../conformance/shard.ts'
import { renderBenchMarkdown } from '../../reports/bench-markdown.ts'
import { renderConformMarkdown } from '../../reports/conform-markdown.ts'
import { renderJunit } from '../../reports/junit.ts'
import { writeBenchFiles } from '../bench-files.ts'
import { printBench } from '../bench-text.ts'
import { publishCompare } from '../compare-files.ts'
import { COMPARE_SHARD_SCHEMA, type CompareShard, mergeCompare } from '../compare-shard.ts'
import { printConformance } from '../conform-text.ts'
import { warn } from '../console.ts'
import { UsageError } from '../errors.ts'
import { benchExitCode, EXIT, type ExitCode, exitCodeOf } from '../exit-codes.ts'
import { writeFileWhole, writeJson } from '../files.ts'
import { LOAD_SHARD_SCHEMA, type LoadShard, mergeLoad } from '../load-shard.ts'
import { readShardFile } from '../result-files.ts'
import type { AddCommand } from './registry.ts'

interface Options {
  out?: string
  json?: string
  junit?: string
  md?: string
}

export const addMerge: AddCommand = (program, end) => {
  program
    .command('merge')
    .description('join the shards of a run of conform, compare or bench')
    .argument('<files...>', 'what conform, compare or bench wrote with `--shard i/n`, all n')
    .option('--out <dir>', 'of compare and bench: where the report goes (compare: reports/latest)')
    .option('--json <file>', 'of conform and bench: write the whole result as JSON')
    .option('--junit <file>', 'of conform: write it as JUnit XML')
    .option('--md <file>', 'of conform and bench: write it as Markdown')
    .addHelpText('after', HELP)
    .action(async (files: string[], options: Options) => end(await merge(files, options)))
}

const HELP = `
Ledgers are applied to the whole of conform, so that an entry that matches no case of any shard is
told. The shards of compare become the report that compare writes. Those of bench are generators
that loaded one server at the same time: their rates are added up, their histograms pooled.

Exit codes: as conform, compare or bench for the whole run; 2 a file cannot be read, 5 a shard is
missing, double, interrupted, of another run, or not of the same time.

Example:
  framegate merge shard-1.json shard-2.json --json conform.json
  framegate merge shards/shard-*.json --out reports/latest
  framegate merge load-1.json load-2.json --json load.json`

async function merge(files: readonly string[], options: Options): Promise<ExitCode> {
  const parts = files.map(readShardFile)
  try {
    const comparisons = parts.filter((part) => part.schema === COMPARE_SHARD_SCHEMA)
    const runs = parts.filter((part) => part.schema === CONFORM_SCHEMA)
    const loads = parts.filter((part) => part.schema === LOAD_SHARD_SCHEMA)
    if (runs.length === parts.length) return mergeRuns(runs, options)
    if (comparisons.length === parts.length) return await mergeComparisons(comparisons, options)
    if (loads.length === parts.length) return await mergeLoads(loads, options)
    const kinds = [
      runs.length && 'conform',
      comparisons.length && 'compare',
      loads.length && 'bench',
    ]
    const some = kinds.filter(Boolean).map((kind) => `some of ${kind}`)
    throw new ShardError(`The shards are of different runs: ${some.join(', ')}.`)
  } catch (error) {
    if (!(error instanceof ShardError)) throw error
    warn(`framegate: ${error.message}`)
    return EXIT.shards
  }
}

function mergeRuns(parts: readonly ConformResult[], options: Options): ExitCode {
  refuse(options, ['out'], 'conform')
  const result = mergeShards(parts, new Date().toISOString().slice(0, 10))
  if (options.json) writeJson(options.json, result)
  if (options.junit) writeFileWhole(options.junit, renderJunit(result))
  if (options.md) writeFileWhole(options.md, renderConformMarkdown(result))
  printConformance(result)
  return exitCodeOf(result, result.partial)
}

async function mergeComparisons(
  parts: readonly CompareShard[],
  options: Options,
): Promise<ExitCode> {
  refuse(options, ['json', 'junit', 'md'], 'compare')
  const compared = mergeCompare(parts)
  await publishCompare(compared, options.out ?? 'reports/latest')
  return exitCodeOf(compared.result.conform, compared.result.partial)
}

async function mergeLoads(parts: readonly LoadShard[], options: Options): Promise<ExitCode> {
  refuse(options, ['junit'], 'bench')
  const result = mergeLoad(parts)
  if (options.json) writeJson(options.json, result)
  if (options.md) writeFileWhole(options.md, renderBenchMarkdown(result))
  if (options.out) await writeBenchFiles(result, options.out)
  printBench(result)
  return benchExitCode(result)
}

function refuse(options: Options, names: readonly (keyof Options)[], command: string): void {
  const given = names.find((name) => options[name] !== undefined)
  if (given) throw new UsageError(`--${given} is not for shards of ${command}: leave it out.`)
}
