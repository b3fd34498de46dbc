/** `framegate calibrate`: what can the gate see on this machine? */

import { predict } from '../../bench/gate/calibration/predict.ts'
import {
  CALIBRATION_SCHEMA,
  type CalibratedSubject,
  type CalibrationGate,
  type CalibrationResult,
} from '../../bench/gate/calibration/result.ts'
import type { GateResult } from '../../bench/gate/result.ts'
import { detectEnvironment } from '../../harness/environment.ts'
import { HarnessError } from '../../harness/errors.ts'
import { renderCalibrationMarkdown } from '../../reports/calibration-markdown.ts'
import {
  type CalibrationSubject,
  calibrationSubjects,
  ownSubject,
} from '../calibration-subjects.ts'
import { log, print } from '../console.ts'
import { UsageError } from '../errors.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { writeFileWhole, writeJson } from '../files.ts'
import { gateOnce } from '../gate-run.ts'
import { gatedWorkloads } from '../gate-scenarios.ts'
import { withSides } from '../gate-sides.ts'
import { interrupted } from '../interrupt.ts'
import {
  collect,
  parseDuration,
  parseSeed,
  parseShare,
  positiveInteger,
  SEED_DEFAULT,
} from '../options.ts'
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
const PREDICTED_EFFECTS = [0, 0.03, 0.05, 0.1]
const PREDICTED_GATES = 2_000

export const addCalibrate: AddCommand = (program, end) => {
  program
    .command('calibrate')
    .description('what can the gate see on this machine? False alarms, power, least slowdown')
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
    .action(async (options: Options) => end(await calibrate(options)))
}

const HELP = `
Runs real gates of a server against itself, and, with --effect, against itself with more work.
From the blocks of the former it predicts what thousands of gates would say. Use a machine on
which nothing else runs: a gate takes up to a minute.
Exit codes: 0 calibrated, 2 usage, 3 nothing could be measured, 4 not started, 130 interrupted.

Examples:
  framegate calibrate --md calibration.md
  framegate calibrate --subject python --runs 40 --effect 5% --effect 10% --json python.json
  framegate calibrate --exec './server {port}' --framing u32be`

const shares = (text: string, before: number[]): number[] => [...before, parseShare(text)]

async function calibrate(options: Options): Promise<ExitCode> {
  const { alpha, floor, runs, seed, budget } = options
  const subjects = chosen(options)
  const effects = [0, ...options.effect]
  const gates = subjects.length * effects.length * runs
  log(`${gates} gates, up to ${Math.ceil((gates * budget) / 60_000)} minutes; seed ${seed}`)
  const result: CalibrationResult = {
    schema: CALIBRATION_SCHEMA,
    partial: true,
    environment: detectEnvironment(seed),
    settings: { alpha, floor, budgetSeconds: budget / 1000, runs, seed },
    subjects: [],
    warnings: [],
  }
  for (const subject of subjects) {
    const calibrated: CalibratedSubject = {
      name: subject.name,
      command: subject.command(0),
      cpuNsPerMessage: null,
      gates: [],
      predictions: [],
    }
    result.subjects.push(calibrated)
    await calibrateOne(subject, calibrated, { options, effects, result })
    if (interrupted.aborted) break
  }
  result.partial = interrupted.aborted
  write(result, options)
  print(renderCalibrationMarkdown(result))
  if (result.partial) return EXIT.interrupted
  const measured = result.subjects.every(({ predictions }) => predictions.length > 0)
  return measured ? EXIT.ok : EXIT.inconclusive
}

function chosen({ exec, framing, subject, effect }: Options): CalibrationSubject[] {
  if (exec === undefined) return calibrationSubjects(subject)
  if (framing === undefined) throw new UsageError('Say which framing it speaks: --framing u32be.')
  if (effect.length > 0) throw new UsageError('A server of your own cannot be slowed down.')
  return [ownSubject(exec, framing)]
}

interface Calibration {
  options: Options
  effects: readonly number[]
  result: CalibrationResult
}

async function calibrateOne(
  subject: CalibrationSubject,
  calibrated: CalibratedSubject,
  { options, effects, result }: Calibration,
): Promise<void> {
  const { alpha, seed } = options
  for (let run = 0; run < options.runs; run++) {
    for (const effect of effects) {
      if (effect > 0 && calibrated.cpuNsPerMessage === null) {
        throw new HarnessError('unsupported-platform', 'What a message costs cannot be seen here.')
      }
      // What a message costs is known from the gates before, the first of which changes nothing.
      const extraNs = effect === 0 ? 0 : effect * (calibrated.cpuNsPerMessage ?? 0)
      const sides = { baseExec: subject.command(0), headExec: subject.command(extraNs) }
      const gate = await withSides({ ...sides, framing: subject.framing }, (both) =>
        gateOnce({
          sides: both,
          workloads: gatedWorkloads(options.scenario.length > 0 ? options.scenario : ['ping-pong']),
          budgetMs: options.budget,
          alpha,
          floor: options.floor,
          seed: seed + calibrated.gates.length,
          isFirst: false,
        }),
      )
      if (interrupted.aborted) return
      calibrated.cpuNsPerMessage ??= baseCpuNs(gate)
      calibrated.gates.push(gateOf(gate, effect))
      for (const warning of gate.warnings) {
        if (!result.warnings.includes(warning)) result.warnings.push(warning)
      }
      log(`${subject.name} +${effect * 100} %: ${gate.verdict} in ${gate.wallSeconds} s`)
      write(result, options)
    }
  }
  const unchanged = calibrated.gates.filter(({ effect }) => effect === 0)
  const drawn = {
    gates: unchanged,
    effects: PREDICTED_EFFECTS,
    alpha,
    count: PREDICTED_GATES,
    seed,
  }
  calibrated.predictions = await predict(drawn)
}

const baseCpuNs = ({ cells }: GateResult): number | null =>
  cells.find(({ metric }) => metric === 'cpuNsPerMessage')?.base ?? null

const gateOf = (gate: GateResult, effect: number): CalibrationGate => ({
  effect,
  verdict: gate.verdict,
  reason: gate.reason,
  wallSeconds: gate.wallSeconds,
  cells: gate.cells.map(({ scenario, metric, floor, ratio, ...cell }) => ({
    scenario,
    metric,
    floor,
    ratio,
    minimumDetectableEffect: cell.minimumDetectableEffect,
    logRatios: cell.logRatios,
    controlLogRatios: cell.controlLogRatios,
  })),
})

function write(result: CalibrationResult, { json, md }: Options): void {
  if (json) writeJson(json, result)
  if (md) writeFileWhole(md, renderCalibrationMarkdown(result))
}
