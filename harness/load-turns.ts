/**
 * Several subjects under the same load in turns, by one generator, on connections that stay open.
 *
 * A turn is made of slices, now of one subject and now of the next. Where neighbours share the
 * machine, slices differ by a tenth however short they are: it is their number that makes a
 * comparison exact. So they are as short as can be, and nothing is set up between them.
 */
import { nowNs } from './clock.ts'
import { putHelpersBack } from './helper-threads.ts'
import type { LoadFailure, LoadPlan } from './load.ts'
import { LoadRun } from './load-run.ts'
import { groupCpuNs } from './process-tree.ts'
import { createRandom, type Random } from './random.ts'
import { resolveHost } from './resolve.ts'

export interface TurnsPlan {
  kind: 'turns'
  /** Of each subject, in the order in which they are warmed up. */
  plans: readonly SlicePlan[]
  turns: number
  /** Of each subject in a turn. */
  slices: number
  /** Of the order of the slices. */
  seed: number
}

/** Warmed up once. `measured` is one slice; the deadline is that of all turns. */
export type SlicePlan = LoadPlan & { measured: { messages: number } }

export interface TurnFigures {
  messages: number
  /** Sum over the slices, each from just before its first message to the last byte it is owed. */
  durationNs: number
  /**
   * CPU time of the subject from the turn's beginning to its end, slices of others included: what
   * a server does behind its replies is seen too. Null where the system does not tell.
   */
  cpuNs: number | null
  /** As LoadFigures.histogram says; three significant digits. */
  latencyNsP50: number
  latencyNsP99: number
}

/** Measured: one list of turns a plan, in the order of the plans. */
export type TurnsOutcome =
  | { kind: 'measured'; turns: TurnFigures[][]; generatorCpuShare: number }
  | (LoadFailure & { plan: number })

/** Throws FramingError and FramingOptionError for a plan that no subject could keep. */
export async function runTurns(request: TurnsPlan): Promise<TurnsOutcome> {
  const { plans, turns, slices, seed } = request
  const resolved = await Promise.all(
    plans.map(async (plan) => ({ ...plan, address: await resolveHost(plan.address) })),
  )
  const subjects = resolved.map((plan) => new Subject(plan))
  const failed = (): TurnsOutcome | null => {
    const plan = subjects.findIndex(({ run }) => run.failure !== null)
    return plan < 0 ? null : { ...subjects[plan]!.run.failure!, plan }
  }
  try {
    for (const subject of subjects) if (!subject.warmUp()) return failed()!
    const orders = sliceOrders(subjects, createRandom(seed))
    const startNs = nowNs()
    const before = process.cpuUsage()
    for (let turn = 0; turn < turns; turn++) {
      putHelpersBack()
      takeTurn(subjects, orders, slices)
      const failure = failed()
      if (failure) return failure
    }
    const { user, system } = process.cpuUsage(before)
    const generatorCpuShare = ((user + system) * 1000) / (nowNs() - startNs)
    for (const { run } of subjects) run.finish()
    const measured = { turns: subjects.map(({ figures }) => figures), generatorCpuShare }
    return failed() ?? { kind: 'measured', ...measured }
  } finally {
    for (const { run } of subjects) run.close()
  }
}

/**
 * The order as it is or reversed, by chance; then the opposite; and so on. Whatever disturbs the
 * machine every so often would meet the same subject again and again if they took strict turns.
 */
function* sliceOrders(
  subjects: readonly Subject[],
  random: Random,
): Generator<readonly Subject[], never> {
  for (;;) {
    const order = random.below(2) === 0 ? subjects : subjects.toReversed()
    yield order
    yield order.toReversed()
  }
}

/** Ends early when one of them fails. */
function takeTurn(
  subjects: readonly Subject[],
  orders: Generator<readonly Subject[], never>,
  slices: number,
): void {
  for (const subject of subjects) subject.begin()
  for (let slice = 0; slice < slices; slice++) {
    for (const subject of orders.next().value) if (!subject.slice(slice > 0)) return
  }
  for (const subject of subjects) subject.end()
}

class Subject {
  readonly run: LoadRun
  readonly figures: TurnFigures[] = []
  readonly #plan: SlicePlan
  #messages = 0
  #durationNs = 0
  #cpuNs: number | null = null

  constructor(plan: SlicePlan) {
    this.#plan = plan
    this.run = new LoadRun(plan)
  }

  /** False when the run has failed. */
  warmUp(): boolean {
    return this.run.connect() && this.run.phase(this.#plan.warmUp)
  }

  begin(): void {
    this.#messages = 0
    this.#durationNs = 0
    this.#cpuNs = this.#lookAtCpu()
  }

  /** False when the run has failed. */
  slice(isContinued: boolean): boolean {
    const startNs = nowNs()
    if (!this.run.phase(this.#plan.measured, isContinued)) return false
    const { messages, lastNs } = this.run.recorder
    this.#messages += messages
    this.#durationNs += lastNs - startNs
    return true
  }

  end(): void {
    const { recorder } = this.run
    const cpuNs = this.#lookAtCpu()
    this.run.lookForMore()
    this.figures.push({
      messages: this.#messages,
      durationNs: this.#durationNs,
      // Less than before: a process has ended for which nobody has waited.
      cpuNs: cpuNs === null || cpuNs < this.#cpuNs! ? null : cpuNs - this.#cpuNs!,
      latencyNsP50: recorder.latencyNsAt(50),
      latencyNsP99: recorder.latencyNsAt(99),
    })
  }

  #lookAtCpu(): number | null {
    const { subjectProcessGroup } = this.#plan
    return subjectProcessGroup === null ? null : groupCpuNs(subjectProcessGroup)
  }
}
