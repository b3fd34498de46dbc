/** `framegate merge FILE…`: the shards of one conformance run as the whole run. */
import type { ConformResult } from '../../conformance/result.ts'
import { mergeShards, ShardError } from '../../conformance/shard.ts'
import { renderConformMarkdown } from '../../reports/conform-markdown.ts'
import { renderJunit } from '../../reports/junit.ts'
import { printConformance } from '../conform-text.ts'
import { warn } from '../console.ts'
import { EXIT, type ExitCode, exitCodeOf } from '../exit-codes.ts'
import { writeFileWhole, writeJson } from '../files.ts'
import { readConformFile } from '../result-files.ts'
import type { AddCommand } from './registry.ts'

interface Options {
  json?: string
  junit?: string
  md?: string
}

export const addMerge: AddCommand = (program, end) => {
  program
    .command('merge')
    .description('join the shards of a conformance run')
    .argument('<files...>', 'what `conform --shard i/n --json FILE` wrote, all n of them')
    .option('--json <file>', 'write the whole result as JSON')
    .option('--junit <file>', 'write it as JUnit XML')
    .option('--md <file>', 'write it as Markdown')
    .addHelpText('after', HELP)
    .action((files: string[], options: Options) => end(merge(files, options)))
}

const HELP = `
The ledger is applied to the whole, so that an entry that matches no case of any shard is told.

Exit codes: as conform for the whole run; 2 a file cannot be read, 5 a shard is missing, double,
interrupted or of another run.

Example:
  framegate merge shard-1.json shard-2.json --json conform.json`

function merge(files: readonly string[], options: Options): ExitCode {
  const parts = files.map(readConformFile)
  let result: ConformResult
  try {
    result = mergeShards(parts, new Date().toISOString().slice(0, 10))
  } catch (error) {
    if (!(error instanceof ShardError)) throw error
    warn(`framegate: ${error.message}`)
    return EXIT.shards
  }
  if (options.json) writeJson(options.json, result)
  if (options.junit) writeFileWhole(options.junit, renderJunit(result))
  if (options.md) writeFileWhole(options.md, renderConformMarkdown(result))
  printConformance(result)
  return exitCodeOf(result, result.partial)
}
