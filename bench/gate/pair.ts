/**
 * One launch of each side, both alive at a time: short turns of load, now on one, now on the other.
 *
 * A machine's speed wanders by a fifth from one hundredth of a second to the next where neighbours
 * share its cores. Turns that are as short meet the same machine on both sides; launches of a
 * second each, one behind the other, do not.
 */
import { HarnessError } from '../../harness/errors.ts'
import { type Launched, launch } from '../../harness/launch.ts'
import type { LoadFigures } from '../../harness/load.ts'
import type { StandingGenerator } from '../../harness/standing-generator.ts'
import { withEnd } from '../measure.ts'
import type { Workload } from '../scenario.ts'
import type { BenchSubject } from '../subject.ts'
import type { Side } from './block.ts'
import { asSide, planOf, startedBy } from './launch.ts'
import type { Turn, Turns } from './phases.ts'
import type { GateFailure } from './result.ts'

export interface PairRequest {
  subjects: Readonly<Record<Side, BenchSubject>>
  /** Which is started first, and begins. */
  order: readonly Side[]
  workload: Workload
  core: number
  generator: StandingGenerator
  turns: Turns
  seed: number
  signal: AbortSignal
}

/** What one launch did, one entry a turn. */
export interface LaunchReport {
  closed: LoadFigures[]
  /** Empty where there is no open loop. */
  open: LoadFigures[]
}

export type PairReport = Record<Side, LaunchReport>

/** A side that was wrong under load, or ended. */
export interface PairFailure {
  side: Side
  failure: Pick<GateFailure, 'symptom' | 'detail'>
}

/** Throws HarnessError when both cannot run at a time, or when interrupted. */
export async function runPair(request: PairRequest): Promise<PairReport | PairFailure> {
  const launched = new Map<Side, Launched>()
  try {
    for (const side of request.order) {
      const started = await startSide(request, side, launched)
      if ('failure' in started) return started
      launched.set(side, started)
    }
    return await new Pair(request, launched).run()
  } finally {
    for (const one of launched.values()) await one.kill()
  }
}

async function startSide(
  { subjects, core, signal }: PairRequest,
  side: Side,
  launched: ReadonlyMap<Side, Launched>,
): Promise<Launched | PairFailure> {
  const start = () => launch(startedBy(subjects[side]), { core, signal })
  try {
    return await start()
  } catch (error) {
    if (!isNotStarted(error)) throw asSide(error, side)
    if (launched.size > 0 && (await startsAlone(start, launched))) {
      const how = 'not beside the other side: a gate runs both at a time, on ports of their own'
      throw new HarnessError('subject-not-started', `${side} starts alone, but ${how}.`)
    }
    // It has started before: that is a finding about the server, not about the command.
    return { side, failure: { symptom: 'crashed', detail: error.message } }
  }
}

async function startsAlone(
  start: () => Promise<Launched>,
  launched: ReadonlyMap<Side, Launched>,
): Promise<boolean> {
  for (const one of launched.values()) await one.kill()
  try {
    await (await start()).kill()
    return true
  } catch (error) {
    if (!isNotStarted(error)) throw error
    return false
  }
}

const isNotStarted = (error: unknown): error is HarnessError =>
  error instanceof HarnessError && error.code === 'subject-not-started'

class Pair {
  readonly #request: PairRequest
  readonly #launched: ReadonlyMap<Side, Launched>
  #failed: PairFailure | null = null

  constructor(request: PairRequest, launched: ReadonlyMap<Side, Launched>) {
    this.#request = request
    this.#launched = launched
  }

  async run(): Promise<PairReport | PairFailure> {
    const { warmUp, closed, open } = this.#request.turns
    await this.#take(warmUp)
    const inClosed = await this.#take(closed)
    const inOpen = open && (await this.#take(open))
    const reportOf = (side: Side) => ({ closed: inClosed[side], open: inOpen?.[side] ?? [] })
    return this.#failed ?? { base: reportOf('base'), head: reportOf('head') }
  }

  /** Turns of both; who begins changes with each round, so that a steady drift cancels. */
  async #take({ phase, rounds }: Turn): Promise<Record<Side, LoadFigures[]>> {
    const figures: Record<Side, LoadFigures[]> = { base: [], head: [] }
    const { order, generator, signal } = this.#request
    for (let round = 0; round < rounds; round++) {
      for (const side of round % 2 === 0 ? order : order.toReversed()) {
        if (this.#failed) return figures
        const launched = this.#launched.get(side)!
        const subject = this.#request.subjects[side]
        const plan = planOf({ ...this.#request, subject }, phase, launched)
        const outcome = await generator.run(plan, signal)
        if (outcome.kind === 'measured') figures[side].push(outcome)
        else this.#failed = { side, failure: await withEnd(outcome, launched) }
      }
    }
    return figures
  }
}
