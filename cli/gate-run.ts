/** A whole gate: conformance of head, measurements, verdict. Used by `gate` and `calibrate`. */
import { assemble, type GateContext } from '../bench/gate/assemble.ts'
import { againstBaseline, type Baseline, baselineOf } from '../bench/gate/baseline.ts'
import { asSide } from '../bench/gate/launch.ts'
import { canDecide } from '../bench/gate/plan.ts'
import type { GateResult } from '../bench/gate/result.ts'
import { type GateProgress, type GateRun, runGate } from '../bench/gate/run.ts'
import type { Workload } from '../bench/scenario.ts'
import { detectEnvironment, type Environment } from '../harness/environment.ts'
import { launch } from '../harness/launch.ts'
import { preflight } from '../harness/preflight.ts'
import { benchSubjectOf } from './bench-run.ts'
import { checkHead, failingIn } from './gate-conform.ts'
import { carriedByBoth } from './gate-scenarios.ts'
import type { Sides } from './gate-sides.ts'
import { interrupted } from './interrupt.ts'
import { startProgress } from './progress.ts'

export interface GateRunOptions {
  sides: Sides
  workloads: readonly Workload[]
  budgetMs: number
  alpha: number
  floor: number
  seed: number
  /** False: head has been checked before. */
  checksHead: boolean
  /** Base is the yardstick, and head is compared with what is stored here. */
  baseline?: Baseline
  /** Base is the yardstick, and what head costs over it is handed over to be stored. */
  store?(baseline: Baseline): void
}

/** Throws HarnessError when a side cannot be started, naming it. */
export async function gateOnce(options: GateRunOptions): Promise<GateResult> {
  const { sides, budgetMs, alpha, floor, seed, baseline, store } = options
  const startMs = performance.now()
  const environment = detectEnvironment(seed)
  const workloads = carriedByBoth(options.workloads, [sides.base, sides.head].map(benchSubjectOf))
  const isHopeless = !canDecide({ scenarios: workloads.length, budgetMs, alpha })
  if (!isHopeless) await bothStart(sides)
  const warnings = isHopeless ? [] : await preflight()
  const checked =
    options.checksHead && !isHopeless
      ? await conformance(options, environment)
      : { newFailures: [], failing: [], warnings: [] }
  const { newFailures, failing } = checked
  const leftMs = budgetMs - (performance.now() - startMs)
  const isTimed = newFailures.length === 0 && !interrupted.aborted
  const measuredRun = isHopeless
    ? NOTHING_MEASURED
    : isTimed
      ? await measured({ ...options, workloads }, leftMs)
      : null
  if (measuredRun?.plan && store && !interrupted.aborted) {
    store(baselineOf(measuredRun, environment, failing))
  }
  const run = measuredRun && baseline ? againstBaseline(measuredRun, baseline, alpha) : measuredRun
  const context: GateContext = {
    partial: interrupted.aborted,
    environment,
    base: sides.baseName,
    head: sides.headName,
    settings: { alpha, floor, budgetSeconds: budgetMs / 1000, seed },
    wallSeconds: Number(((performance.now() - startMs) / 1000).toFixed(1)),
  }
  const all = [...warnings, ...checked.warnings]
  return assemble({ newFailures, run, workloads, warnings: all }, context)
}

const NOTHING_MEASURED: GateRun = {
  cells: [],
  failures: [],
  plan: null,
  missing: [],
  warnings: [],
}

/** A command that cannot work is told so before minutes are spent on the other one. */
async function bothStart({ base, head }: Sides): Promise<void> {
  for (const [side, { target }] of Object.entries({ base, head })) {
    if (target.kind !== 'started') continue
    try {
      const launched = await launch(target.spec, { signal: interrupted })
      await launched.kill()
    } catch (error) {
      throw asSide(error, side)
    }
  }
}

function conformance({ sides, baseline, store }: GateRunOptions, environment: Environment) {
  const { base, head } = sides
  return checkHead({
    head,
    environment,
    wantsAll: store !== undefined,
    async failsInBase(cases) {
      // What is stored for the first time is what it is.
      if (store) return cases.map(({ id }) => id)
      return baseline ? baseline.failing : failingIn(base, cases, environment)
    },
  })
}

async function measured(options: GateRunOptions, budgetMs: number): Promise<GateRun> {
  const { sides, workloads, alpha, floor, seed, baseline, store } = options
  const progress = startProgress('gate', 0)
  try {
    return await runGate({
      base: benchSubjectOf(sides.base),
      head: benchSubjectOf(sides.head),
      workloads,
      isStaged: !baseline && !store,
      budgetMs,
      alpha,
      floor,
      seed,
      signal: interrupted,
      onProgress(now) {
        progress.resize(now.total)
        progress.step(wordsOf(now))
      },
    })
  } finally {
    progress.stop()
  }
}

/** Where the primary metric stands. */
function wordsOf({ scenario, interval }: GateProgress): string {
  if (interval === null) return scenario
  const [low, high] = interval.map((ratio) => {
    const percent = ((ratio - 1) * 100).toFixed(1)
    return ratio < 1 ? percent : `+${percent}`
  })
  return `${scenario}: CPU ${low} to ${high} %`
}
