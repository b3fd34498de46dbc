/** `framegate gate`: is head slower than base? */
import type { Baseline } from '../../bench/gate/baseline.ts'
import { parseSize } from '../../wire/options.ts'
import { readBaseline } from '../baseline-file.ts'
import { configuredGate } from '../config.ts'
import { UsageError } from '../errors.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { writeJson } from '../files.ts'
import { exitCodeOf } from '../gate-exit.ts'
import { writeGateFiles, writeOrExplain } from '../gate-files.ts'
import { ALPHA_DEFAULT, type GateJob, runGateJob } from '../gate-job.ts'
import type { SideOptions } from '../gate-sides.ts'
import { printGate } from '../gate-text.ts'
import { collect, parseDuration, parseSeed, parseShare, SEED_DEFAULT } from '../options.ts'
import type { AddCommand } from './registry.ts'

interface Options extends GateJob {
  scenario: string[]
  budget?: number
  onInconclusive?: string
  baseline?: string
  saveBaseline?: string
  json?: string
  md?: string
  junit?: string
  csv?: string
}

export const addGate: AddCommand = (program, end) => {
  program
    .command('gate')
    .description('is head slower than base? Fresh processes in turn, and an honest answer')
    .option('--head-exec <command>', 'start head with this command, {port} replaced')
    .option('--base-exec <command>', 'start base with this one')
    .option('--exec <command>', 'the same command for both, with --base or --base-ref')
    .option('--head <name>', 'head is this implementation, or this configured subject')
    .option('--base <name or dir>', 'base is such a name; or head as it is in this folder')
    .option('--base-ref <ref>', 'base is this commit, in a temporary git worktree')
    .option('--setup <command>', 'makes the worktree of --base-ref ready')
    .option('--baseline <file>', 'compare with a stored run, by way of a yardstick')
    .option('--save-baseline <file>', 'store what head costs over the yardstick')
    .option('--framing <framing>', 'what both speak, as `framegate list framings` shows')
    .option('--max-frame <size>', 'largest message both take (default 16MiB)', (text: string) =>
      parseSize(text),
    )
    .option('--ready-pattern <regex>', 'ready when its output matches, instead of when it listens')
    .option('--scenario <id>', 'only this scenario (repeatable)', collect, [])
    .option('--floor <share>', 'smaller slowdowns are none (default 3%)', parseShare)
    .option('--alpha <share>', 'chance of a false alarm in a whole run', parseShare, ALPHA_DEFAULT)
    .option('--budget <time>', 'as 90s or 5m (default a minute a scenario, at most 5)', budgetOf)
    .option('--on-inconclusive <what>', 'exit code then: 3, or 0 with "pass", 1 with "fail"')
    .option('--seed <n>', 'seed of every random choice', parseSeed, SEED_DEFAULT)
    .option('--json <file>', 'write the result as JSON')
    .option('--md <file>', 'write a comment for a pull request')
    .option('--junit <file>', 'write the result as JUnit XML')
    .option('--csv <file>', 'add a line for each cell, for a history')
    .addHelpText('after', HELP)
    .action(async (options: Options) => end(await gate(options)))
}

const HELP = `
Head goes through the MUST cases first: what it fails and base does not is exit code 1 before
anything is timed. So is, for implementations, an exact count that has risen: reads, writes, bytes
copied, allocations. Then base and head are started afresh in turn, four launches a block, and the
blocks decide: regressed, improved, pass, or inconclusive with what could have been seen.
Exit codes: 0 pass or improved, 1 regressed, 2 usage, 3 inconclusive, 4 not started.

Examples:
  framegate gate --base-exec './old {port}' --head-exec './new {port}' --framing u32be
  framegate gate --base-ref origin/main --setup 'npm ci' --exec 'node server.js {port}' \\
    --framing u32be --md comment.md
  framegate gate --base json-header --head length-prefixed
  framegate gate --base ../main --exec './server {port}' --framing line --scenario ping-pong`

async function gate(options: Options): Promise<ExitCode> {
  const inconclusive = inconclusiveCode(options.onInconclusive)
  // What the command line says is stronger than the configuration.
  const configured = configuredGate()
  const floor = options.floor ?? (configured.floor ? parseShare(configured.floor) : undefined)
  const budgetMs = options.budget ?? (configured.budget ? budgetOf(configured.budget) : undefined)
  const result = await runGateJob({
    ...options,
    ...yardstick(options),
    ...(floor !== undefined && { floor }),
    ...(budgetMs !== undefined && { budgetMs }),
    ...stored(options),
  })
  printGate(result)
  writeGateFiles(result, options)
  return exitCodeOf(result, inconclusive)
}

function yardstick({ baseline, saveBaseline }: Options): Partial<SideOptions> {
  if (baseline === undefined && saveBaseline === undefined) return {}
  return { usesYardstick: true, ...(baseline !== undefined && { baseName: baseline }) }
}

function stored({ baseline, saveBaseline }: Options) {
  const isBoth = baseline !== undefined && saveBaseline !== undefined
  if (isBoth) throw new UsageError('Give --baseline or --save-baseline: one of them.')
  return {
    ...(baseline !== undefined && { storedBaseline: readBaseline(baseline) }),
    ...(saveBaseline !== undefined && {
      store: (made: Baseline) => writeOrExplain(saveBaseline, (path) => writeJson(path, made)),
    }),
  }
}

function budgetOf(text: string): number {
  if (Number.parseFloat(text) > 0) return parseDuration(text)
  throw new UsageError(`--budget ${text} leaves no time to measure anything in.`)
}

function inconclusiveCode(asked: string | undefined): ExitCode {
  if (asked === undefined) return EXIT.inconclusive
  if (asked === 'pass') return EXIT.ok
  if (asked === 'fail') return EXIT.failed
  throw new UsageError(`--on-inconclusive is pass or fail, not "${asked}".`)
}
