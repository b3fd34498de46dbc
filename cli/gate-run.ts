/** A whole gate: conformance of head, measurements, verdict. Used by `gate` and `calibrate`. */
import { assemble, type GateContext, type GateFindings } from '../bench/gate/assemble.ts'
import { againstBaseline, type Baseline, baselineOf } from '../bench/gate/baseline.ts'
import { compareCounters, type Pair } from '../bench/gate/counters.ts'
import { asSide } from '../bench/gate/launch.ts'
import { canDecide, type GatePlan } from '../bench/gate/plan.ts'
import type { GateResult } from '../bench/gate/result.ts'
import { type GateProgress, type GateRun, runGate } from '../bench/gate/run.ts'
import type { Workload } from '../bench/scenario.ts'
import { detectEnvironment, type Environment } from '../harness/environment.ts'
import { launch } from '../harness/launch.ts'
import { preflight } from '../harness/preflight.ts'
import { benchSubjectOf } from './bench-run.ts'
import { type ConformanceOfHead, checkHead, failingIn } from './gate-conform.ts'
import { carriedByBoth } from './gate-scenarios.ts'
import type { Sides } from './gate-sides.ts'
import { host } from './host.ts'

export interface GateRunOptions {
  sides: Sides
  workloads: readonly Workload[]
  budgetMs: number
  alpha: number
  floor: number
  seed: number
  /** False: one of many. Sides and machine have been looked at, somebody else tells progress. */
  isFirst: boolean
  /** Instead of one that fills the budget. */
  plan?: GatePlan
  /** Base is the yardstick, and head is compared with what is stored here. */
  baseline?: Baseline
  /** Base is the yardstick, and what head costs over it is handed over to be stored. */
  store?(baseline: Baseline): void
}

/** Throws HarnessError when a side cannot be started, naming it. */
export async function gateOnce(options: GateRunOptions): Promise<GateResult> {
  const { sides, budgetMs, alpha, floor, seed } = options
  const startMs = performance.now()
  const environment = detectEnvironment(seed)
  const pair = { base: benchSubjectOf(sides.base), head: benchSubjectOf(sides.head) }
  const workloads = carriedByBoth(options.workloads, Object.values(pair))
  const isHopeless = !canDecide({ scenarios: workloads.length, budgetMs, alpha })
  const { warnings, newFailures, failing } = isHopeless
    ? NOTHING_SEEN
    : await looked(options, environment)
  const counted =
    newFailures.length > 0 || againstYardstick(options)
      ? NOTHING_COUNTED
      : await compareCounters(pair, workloads, host().signal)
  const { counters } = counted
  const hasRisen = counters.some(({ verdict }) => verdict === 'regressed')
  const checkedMs = performance.now() - startMs
  const isTimed = newFailures.length === 0 && !hasRisen && !host().signal.aborted
  const isOver = isHopeless || (isTimed && checkedMs >= budgetMs)
  const timed =
    isTimed && !isOver
      ? await measured(pair, { ...options, workloads }, budgetMs - checkedMs)
      : null
  const run = isOver ? NOTHING_MEASURED : timed && compared(timed, options, environment, failing)
  const context: GateContext = {
    partial: host().signal.aborted,
    environment,
    base: sides.baseName,
    head: sides.headName,
    settings: { alpha, floor, budgetSeconds: budgetMs / 1000, seed },
    wallSeconds: Number(((performance.now() - startMs) / 1000).toFixed(1)),
  }
  const findings: GateFindings = {
    newFailures,
    counters,
    run: run && { ...run, missing: [...counted.missing, ...run.missing] },
    workloads,
    ...(!isHopeless && { checkedSeconds: checkedMs / 1000 }),
    warnings: [...warnings, ...counted.warnings],
  }
  return assemble(findings, context)
}

const NOTHING_SEEN: ConformanceOfHead = { newFailures: [], failing: [], warnings: [] }
const NOTHING_COUNTED = { counters: [], missing: [], warnings: [] }
const NOTHING_MEASURED: GateRun = {
  cells: [],
  failures: [],
  plan: null,
  missing: [],
  warnings: [],
}

const againstYardstick = ({ baseline, store }: GateRunOptions): boolean =>
  baseline !== undefined || store !== undefined

/** At both sides, at the machine, and at whether head is right. */
async function looked(
  options: GateRunOptions,
  environment: Environment,
): Promise<ConformanceOfHead> {
  if (!options.isFirst) return NOTHING_SEEN
  await bothStart(options.sides)
  const warnings = await preflight()
  const checked = await conformance(options, environment)
  return { ...checked, warnings: [...warnings, ...checked.warnings] }
}

/** Stored, or compared with what is stored, where that was asked for. */
function compared(
  run: GateRun,
  { baseline, store, alpha }: GateRunOptions,
  environment: Environment,
  failing: readonly string[],
): GateRun {
  if (run.plan && store && !host().signal.aborted) store(baselineOf(run, environment, failing))
  return baseline ? againstBaseline(run, baseline, alpha) : run
}

/** A command that cannot work is told so before minutes are spent on the other one. */
async function bothStart({ base, head }: Sides): Promise<void> {
  for (const [side, { target }] of Object.entries({ base, head })) {
    if (target.kind !== 'started') continue
    try {
      const launched = await launch(target.spec, { signal: host().signal })
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

async function measured(pair: Pair, options: GateRunOptions, budgetMs: number): Promise<GateRun> {
  const { workloads, alpha, floor, seed, plan } = options
  const progress = options.isFirst ? host().startProgress('gate', 0) : null
  try {
    return await runGate({
      ...pair,
      ...(plan && { plan }),
      workloads,
      isStaged: !againstYardstick(options),
      budgetMs,
      alpha,
      floor,
      seed,
      signal: host().signal,
      onProgress(now) {
        progress?.resize(now.total)
        progress?.step(wordsOf(now))
      },
    })
  } finally {
    progress?.stop()
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
