/** Real gates of a subject against itself, with and without more work in head. */
import type {
  CalibratedSubject,
  CalibrationGate,
  CalibrationResult,
} from '../bench/gate/calibration/result.ts'
import { ratesOf, summarized } from '../bench/gate/calibration/summary.ts'
import type { GatePlan } from '../bench/gate/plan.ts'
import type { GateResult } from '../bench/gate/result.ts'
import type { Workload } from '../bench/scenario.ts'
import { HarnessError } from '../harness/errors.ts'
import { signed } from '../reports/gate-words.ts'
import type { CalibrationSubject } from './calibration-subjects.ts'
import { gateOnce } from './gate-run.ts'
import { withSides } from './gate-sides.ts'
import { interrupted } from './interrupt.ts'
import { startProgress } from './progress.ts'

export interface CalibrationOptions {
  subjects: readonly CalibrationSubject[]
  workloads: readonly Workload[]
  /** Real gates of each subject and effect. */
  runs: number
  /** Shares of more work; 0 is the same program. */
  effects: readonly number[]
  budgetMs: number
  floor: number
  plan?: GatePlan
  /** Called after every gate: what is there so far is worth keeping. */
  keep(result: CalibrationResult): void
}

/** Fills the result. Interrupted, it keeps the gates that are whole. */
export async function runCalibration(
  result: CalibrationResult,
  options: CalibrationOptions,
): Promise<void> {
  const { subjects, effects, runs } = options
  const progress = startProgress('calibrate', subjects.length * effects.length * runs)
  // Effects take turns: what changes on the machine meanwhile changes for all of them.
  const turns = Array.from({ length: runs }, () => effects).flat()
  try {
    for (const subject of subjects) {
      if (interrupted.aborted) break
      const calibrated = empty(subject, options)
      result.subjects.push(calibrated)
      for (const effect of turns) {
        const gate = await gateWith(subject, effect, result, options)
        if (interrupted.aborted) break
        calibrated.rates = ratesOf(calibrated.gates)
        progress.step(`${subject.name} ${nameOf(effect)}: ${gate.verdict}, ${gate.wallSeconds} s`)
        options.keep(result)
      }
    }
  } finally {
    progress.stop()
  }
  const { subjects: gated, settings } = result
  result.subjects = await Promise.all(gated.map((one) => summarized(one, settings)))
}

const empty = (
  { name, shown }: CalibrationSubject,
  { floor, budgetMs }: CalibrationOptions,
): CalibratedSubject => ({
  name,
  command: shown,
  floor,
  budgetSeconds: budgetMs / 1000,
  cpuNsPerMessage: null,
  gates: [],
  rates: [],
  predictions: [],
})

const nameOf = (effect: number): string => (effect === 0 ? 'unchanged' : signed(1 + effect))

async function gateWith(
  subject: CalibrationSubject,
  effect: number,
  { subjects, settings, warnings }: CalibrationResult,
  { workloads, budgetMs, floor, plan }: CalibrationOptions,
): Promise<GateResult> {
  const calibrated = subjects.at(-1)!
  if (effect > 0 && calibrated.cpuNsPerMessage === null) {
    throw new HarnessError('unsupported-platform', 'What a message costs cannot be seen here.')
  }
  // What a message costs is known from the gates before, the first of which changes nothing.
  const extraNs = effect * (calibrated.cpuNsPerMessage ?? 0)
  const sides = { baseExec: subject.command(0), headExec: subject.command(extraNs) }
  const { alpha, seed } = settings
  const gate = await withSides({ ...sides, framing: subject.framing }, (both) =>
    gateOnce({
      ...{ sides: both, workloads, budgetMs, alpha, floor, isFirst: false },
      ...(plan && { plan }),
      seed: seed + calibrated.gates.length,
    }),
  )
  if (interrupted.aborted) return gate
  calibrated.cpuNsPerMessage ??= baseCpuNs(gate)
  calibrated.gates.push(gateOf(gate, effect))
  for (const warning of gate.warnings) if (!warnings.includes(warning)) warnings.push(warning)
  return gate
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
