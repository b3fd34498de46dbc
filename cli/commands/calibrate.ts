/** `framegate calibrate`: what can the gate see on this machine? */
import {
  CALIBRATION_SCHEMA,
  type CalibratedSubject,
  type CalibrationResult,
} from '../../bench/gate/calibration/result.ts'
import { detectEnvironment } from '../../harness/environment.ts'
import { preflight } from '../../harness/preflight.ts'
import { renderCalibrationMarkdown } from '../../reports/calibration-markdown.ts'
import { joined, readCalibration } from '../calibration-join.ts'
import { runCalibration } from '../calibration-run.ts'
import {
  type CalibrationSubject,
  calibrationSubjects,
  ownSubject,
} from '../calibration-subjects.ts'
import { log, print } from '../console.ts'
import { UsageError } from '../errors.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { writeFileWhole, writeJson } from '../files.ts'
import { gatedWorkloads } from '../gate-scenarios.ts'
import { interrupted } from '../interrupt.ts'
import {
  collect,
  parseDuration,
  parseSeed,
  parseShare,
  positiveInteger,
  SEED_DEFAULT,
} from '../options.ts'
import { formatDuration } from '../progress.ts'
import type { AddCommand } from './registry.ts'

interface Options {
  subject: string[]
  exec?: string
  framing?: string
  scenario: string[]
  runs: number
  effect: number[]
  floor: number
  alpha: number
  budget: number
  seed: number
  json?: string
  md?: string
}

const RUNS_DEFAULT = 4
const BUDGET_MS_DEFAULT = 58_000

export const addCalibrate: AddCommand = (program, end) => {
  program
    .command('calibrate')
    .description('what can the gate see on this machine? False alarms, power, least slowdown')
    .argument('[files...]', 'calibrations (--json) to put together, instead of measuring')
    .option('--subject <name>', 'light-bun, working-bun or python (repeatable)', collect, [])
    .option('--exec <command>', 'a server of your own instead, against itself')
    .option('--framing <framing>', 'what that one speaks')
    .option(
      '--scenario <id>',
      'a scenario of the gate (repeatable; default ping-pong)',
      collect,
      [],
    )
    .option('--runs <n>', 'real gates of each subject and effect', positiveInteger, RUNS_DEFAULT)
    .option(
      '--effect <share>',
      'also gates with this much more work in head (repeatable)',
      shares,
      [],
    )
    .option('--floor <share>', 'as of the gate', parseShare, 0.03)
    .option('--alpha <share>', 'as of the gate', parseShare, 0.01)
    .option('--budget <time>', 'of one gate', parseDuration, BUDGET_MS_DEFAULT)
    .option('--seed <n>', 'seed of every random choice', parseSeed, SEED_DEFAULT)
    .option('--json <file>', 'write the result as JSON, after every gate')
    .option('--md <file>', 'write a page that can be committed')
    .addHelpText('after', HELP)
    .action(async (files: string[], options: Options) => end(await calibrate(files, options)))
}

const HELP = `
Runs real gates of a server against itself, and, with --effect, against itself with more work.
From the blocks of the former it predicts what thousands of gates would say. Use a machine on
which nothing else runs: a gate takes up to a minute. What several runs wrote with --json, on one
machine, is put together by naming the files.
Exit codes: 0 calibrated, 2 usage, 3 nothing could be measured, 4 not started, 130 interrupted.

Examples:
  framegate calibrate --md calibration.md
  framegate calibrate --subject python --runs 40 --effect 5% --effect 10% --json python.json
  framegate calibrate --exec './server {port}' --framing u32be --json own.json
  framegate calibrate python.json own.json --md calibration.md`

const shares = (text: string, before: number[]): number[] => [...before, parseShare(text)]

async function calibrate(files: readonly string[], options: Options): Promise<ExitCode> {
  const result = files.length > 0 ? await joined(files.map(readCalibration)) : await made(options)
  write(result, options)
  print(renderCalibrationMarkdown(result).trimEnd())
  if (interrupted.aborted) return EXIT.interrupted
  const isMeasured = ({ gates }: CalibratedSubject) => gates.some(({ cells }) => cells.length > 0)
  return result.subjects.every(isMeasured) ? EXIT.ok : EXIT.inconclusive
}

async function made(options: Options): Promise<CalibrationResult> {
  const { alpha, floor, runs, seed, budget, scenario } = options
  const subjects = chosen(options)
  const effects = [0, ...options.effect]
  const workloads = gatedWorkloads(scenario.length > 0 ? scenario : ['ping-pong'])
  const gates = subjects.length * effects.length * runs
  log(`${gates} gates, at most ${formatDuration(gates * budget)}; seed ${seed}`)
  const environment = detectEnvironment(seed)
  const result: CalibrationResult = {
    schema: CALIBRATION_SCHEMA,
    partial: true,
    environment,
    runs: [environment.startedAt],
    settings: { alpha, seed },
    subjects: [],
    warnings: await preflight(),
  }
  for (const warning of result.warnings) log(`noisy machine: ${warning}`)
  await runCalibration(result, {
    ...{ subjects, workloads, runs, effects, floor },
    budgetMs: budget,
    keep: (kept) => write(kept, options),
  })
  return { ...result, partial: interrupted.aborted }
}

function chosen({ exec, framing, subject, effect }: Options): CalibrationSubject[] {
  if (exec === undefined) return calibrationSubjects(subject)
  if (framing === undefined) throw new UsageError('Say which framing it speaks: --framing u32be.')
  if (effect.length > 0) throw new UsageError('A server of your own cannot be slowed down.')
  return [ownSubject(exec, framing)]
}

function write(result: CalibrationResult, { json, md }: Options): void {
  if (json) writeJson(json, result)
  if (md) writeFileWhole(md, renderCalibrationMarkdown(result))
}
