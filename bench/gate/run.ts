/** Base against head: launches, in blocks, for as long as the plan says. */
import type { HarnessError } from '../../harness/errors.ts'
import type { LoadFigures } from '../../harness/load.ts'
import { seedFor } from '../../harness/random.ts'
import type { Workload } from '../scenario.ts'
import { estimate } from '../stats/estimate.ts'
import { median } from '../stats/median.ts'
import type { BenchSubject } from '../subject.ts'
import { GENERATOR_SHARE_MAX } from '../warnings.ts'
import { ordersOf, type Side, subjectCoreOf } from './block.ts'
import { addBlock, type MeasuredCell, openCells } from './cells.ts'
import { CONFIDENCE } from './decide.ts'
import { Generators } from './generators.ts'
import { asSide, launchOnce } from './launch.ts'
import { Pace } from './pace.ts'
import { type PairReport, runPair } from './pair.ts'
import { type PairPhases, TRIAL } from './phases.ts'
import { type GatePlan, LAUNCHES_PER_BLOCK, planGate } from './plan.ts'
import type { GateFailure } from './result.ts'
import { runStages, type StageOutcome } from './stages.ts'

export interface GateOptions {
  base: BenchSubject
  head: BenchSubject
  workloads: readonly Workload[]
  /** False: as many blocks of every scenario, whatever they say. */
  isStaged: boolean
  /** All of it: measuring ends with the block that begins before. */
  budgetMs: number
  alpha: number
  floor: number
  /** Instead of one that fills the budget. */
  plan?: GatePlan
  seed: number
  signal: AbortSignal
  onProgress(progress: GateProgress): void
}

export interface GateProgress {
  /** How many launches there are if nothing needs a further look; one more is done. */
  total: number
  scenario: string
  /** Ends of the primary metric's interval so far; null before there is one. */
  interval: readonly [low: number, high: number] | null
}

export interface GateRun {
  cells: { cell: MeasuredCell; outcome: StageOutcome }[]
  failures: GateFailure[]
  /** Null when the budget did not hold a single look, or nothing was left to look at. */
  plan: GatePlan | null
  /** Cells that head is compared with and that this run does not have. */
  missing: string[]
  warnings: string[]
}

/** Throws HarnessError when a side cannot be started at all, or the generator fails. */
export async function runGate(options: GateOptions): Promise<GateRun> {
  const run = new Run(options)
  try {
    return await run.all()
  } finally {
    run.stop()
  }
}

class Run {
  readonly #options: GateOptions
  readonly #endMs: number
  readonly #generators = new Generators()
  readonly #paces = new Map<string, Pace>()
  readonly #failures: GateFailure[] = []
  readonly #overheadsMs: number[] = []
  readonly #generatorShares: number[] = []
  #cells: MeasuredCell[] = []
  #blocks = new Map<string, number>()
  #blockMs = 0
  #done = 0
  #total = 0
  /** Blocks of the second stage. */
  #tested = 0

  constructor(options: GateOptions) {
    this.#options = options
    this.#endMs = performance.now() + options.budgetMs
  }

  async all(): Promise<GateRun> {
    const { alpha, floor } = this.#options
    await this.#settle()
    this.#cells = [...this.#paces.keys()].flatMap((scenario) =>
      openCells(this.#workload(scenario), floor),
    )
    const plan = this.#options.plan ?? this.#plan()
    if (plan === null || this.#aborted) return this.#result([], plan)
    const { warmUpMs, closedMs, openMs } = plan
    const loadedMs = warmUpMs + closedMs + openMs
    this.#blockMs = LAUNCHES_PER_BLOCK * (loadedMs + (median(this.#overheadsMs) ?? 0))
    this.#done = 0
    const cells = this.#cells
    const outcomes = await runStages({
      cells,
      plan,
      alpha,
      take: (scenarios, blocks) => this.#take(scenarios, blocks, plan),
    })
    return this.#result(outcomes, plan)
  }

  #result(outcomes: readonly StageOutcome[], plan: GatePlan | null): GateRun {
    const failed = new Set(this.#failures.map(({ scenario }) => scenario))
    const cells = outcomes
      .map((outcome, index) => ({ cell: this.#cells[index]!, outcome }))
      .filter(({ cell }) => !failed.has(cell.scenario))
    return { cells, failures: this.#failures, plan, missing: [], warnings: this.#warnings() }
  }

  /** How fast are both, and is each right at all? The first scenario warms both generators. */
  async #settle(): Promise<void> {
    for (const [index, workload] of this.#options.workloads.entries()) {
      const cores = index === 0 ? [1, 0] : [1]
      let ratePerSecond = Number.POSITIVE_INFINITY
      for (const core of cores) {
        for (const side of ['base', 'head'] as const) {
          const figures = await this.#try(side, workload, core)
          if (figures === null) continue
          const { messages, durationNs } = figures
          ratePerSecond = Math.min(ratePerSecond, (messages / durationNs) * 1e9)
        }
      }
      if (this.#aborted) return
      const { id } = workload.scenario
      if (this.#failed(id)) continue
      this.#paces.set(id, new Pace(workload, ratePerSecond))
    }
  }

  #plan(): GatePlan | null {
    if (this.#cells.length === 0) return null
    return planGate({
      scenarios: this.#paces.size,
      isStaged: this.#options.isStaged,
      budgetMs: this.#endMs - performance.now(),
      overheadMs: median(this.#overheadsMs) ?? 0,
      alpha: this.#options.alpha,
      family: this.#cells.length,
    })
  }

  async #take(scenarios: ReadonlySet<string>, blocks: number, plan: GatePlan): Promise<boolean> {
    const isRouting = this.#done === 0 && plan.routeBlocks > 0
    // Ending before the first look is a present, and not promised.
    const planned = isRouting ? blocks : Math.max(blocks, plan.looks[0]! - this.#tested)
    this.#total = this.#done + planned * LAUNCHES_PER_BLOCK * scenarios.size
    if (!isRouting) this.#tested += blocks
    for (let round = 0; round < blocks; round++) {
      for (const scenario of scenarios) {
        if (this.#aborted || performance.now() + this.#blockMs > this.#endMs) return false
        if (!this.#failed(scenario) && !(await this.#block(scenario, plan))) return false
      }
    }
    return true
  }

  /** False when interrupted. What is not whole is not counted. */
  async #block(scenario: string, plan: GatePlan): Promise<boolean> {
    const block = this.#blocks.get(scenario) ?? 0
    this.#blocks.set(scenario, block + 1)
    const startMs = performance.now()
    const pairs: PairReport[] = []
    const pace = this.#paces.get(scenario)!
    const phases = pace.phases(plan)
    for (const order of ordersOf(block)) {
      const report = await this.#pair(scenario, order, block, phases)
      if (this.#aborted) return false
      // Wrong under load: there is nothing to compare any more, other scenarios go on.
      if (report === null) return true
      pairs.push(report)
      for (let launch = 0; launch < order.length; launch++) {
        this.#done++
        this.#tell(scenario)
      }
    }
    for (const cell of this.#cells) {
      if (cell.scenario === scenario) addBlock(cell, pairs)
    }
    pace.adjust(pairs)
    // Half the weight to the newest: a machine that gets slower must not exceed the budget.
    this.#blockMs = (this.#blockMs + performance.now() - startMs) / 2
    return true
  }

  #tell(scenario: string): void {
    const primary = this.#cells.find((cell) => cell.scenario === scenario)!
    const { blocks, low, high } = estimate(primary.logRatios, CONFIDENCE)
    const interval = blocks < 2 ? null : ([Math.exp(low), Math.exp(high)] as const)
    this.#options.onProgress({ total: this.#total, scenario, interval })
  }

  /** How fast one side is. Null when interrupted, or when it was wrong, which is noted. */
  async #try(side: Side, workload: Workload, core: number): Promise<LoadFigures | null> {
    const { [side]: subject, signal } = this.#options
    const { id } = workload.scenario
    if (signal.aborted || this.#failed(id)) return null
    const isFirst = this.#overheadsMs.length < 2
    try {
      const generator = await this.#generators.on(1 - core)
      const request = { subject, workload, core, generator, phase: TRIAL, signal }
      const report = await launchOnce({ ...request, seed: this.#seedOf(`${id} trial`) })
      if ('figures' in report) {
        this.#overheadsMs.push(report.overheadMs)
        this.#generatorShares.push(report.figures.generatorCpuShare)
        return report.figures
      }
      this.#failures.push({ side, scenario: id, symptom: report.symptom, detail: report.detail })
      return null
    } catch (error) {
      if (signal.aborted) return null
      const { code, message } = error as HarnessError
      // It did start before: that is a finding about the server, not about the command.
      if (code !== 'subject-not-started' || isFirst) throw asSide(error, side)
      this.#failures.push({ side, scenario: id, symptom: 'crashed', detail: message })
      return null
    }
  }

  /** Null when interrupted, or when a side was wrong, which is noted. */
  async #pair(
    scenario: string,
    order: readonly Side[],
    block: number,
    phases: PairPhases,
  ): Promise<PairReport | null> {
    const { base, head, signal } = this.#options
    if (signal.aborted || this.#failed(scenario)) return null
    const core = subjectCoreOf(block)
    try {
      const report = await runPair({
        subjects: { base, head },
        order,
        workload: this.#workload(scenario),
        core,
        generator: await this.#generators.on(1 - core),
        phases,
        seed: this.#seedOf(`${scenario} ${block}`),
        signal,
      })
      if ('failure' in report) {
        this.#failures.push({ side: report.side, scenario, ...report.failure })
        return null
      }
      this.#generatorShares.push(report.generatorCpuShare)
      return report
    } catch (error) {
      if (signal.aborted) return null
      throw error
    }
  }

  #seedOf(what: string): number {
    return seedFor(this.#options.seed, what)
  }

  #warnings(): string[] {
    const share = median(this.#generatorShares) ?? 0
    if (share <= GENERATOR_SHARE_MAX) return []
    const percent = Math.round(share * 100)
    return [`the generator used ${percent} % of its core: throughput may be its own`]
  }

  #workload(scenario: string): Workload {
    return this.#options.workloads.find((workload) => workload.scenario.id === scenario)!
  }

  #failed(id: string): boolean {
    return this.#failures.some(({ scenario }) => scenario === id)
  }

  get #aborted(): boolean {
    return this.#options.signal.aborted
  }

  stop(): void {
    this.#generators.stop()
  }
}
