/**
 * One launch of each side, both alive at a time: short slices of load, on one and on the other.
 *
 * A machine's speed wanders by a fifth from one hundredth of a second to the next where neighbours
 * share its cores. Slices that are shorter meet the same machine on both sides; launches of a
 * second each, one behind the other, do not.
 */
import { HarnessError } from '../../harness/errors.ts'
import { type Launched, launch } from '../../harness/launch.ts'
import type { SlicePlan, TurnFigures } from '../../harness/load-turns.ts'
import type { StandingGenerator } from '../../harness/standing-generator.ts'
import { withEnd } from '../measure.ts'
import type { Workload } from '../scenario.ts'
import type { BenchSubject } from '../subject.ts'
import type { Side } from './block.ts'
import { asSide, planOf, startedBy } from './launch.ts'
import type { PairPhases, Turns } from './phases.ts'
import type { GateFailure } from './result.ts'

export interface PairRequest {
  subjects: Readonly<Record<Side, BenchSubject>>
  /** Which is started and warmed up first. */
  order: readonly Side[]
  workload: Workload
  core: number
  generator: StandingGenerator
  phases: PairPhases
  seed: number
  signal: AbortSignal
}

/** What one launch did, one entry a turn. */
export interface LaunchReport {
  closed: readonly TurnFigures[]
  /** Empty where there is no open loop. */
  open: readonly TurnFigures[]
}

export interface PairReport extends Record<Side, LaunchReport> {
  /** In the closed loop, of its core. */
  generatorCpuShare: number
}

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
    return await takeBoth(request, launched)
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

async function takeBoth(
  request: PairRequest,
  launched: ReadonlyMap<Side, Launched>,
): Promise<PairReport | PairFailure> {
  const { phases } = request
  const closed = await take(request, launched, phases.closed)
  if ('failure' in closed) return closed
  const open = phases.open && (await take(request, launched, phases.open))
  if (open && 'failure' in open) return open
  const { generatorCpuShare } = closed
  const reportOf = (side: Side) => ({ closed: closed[side], open: open?.[side] ?? [] })
  return { base: reportOf('base'), head: reportOf('head'), generatorCpuShare }
}

type Taken = Record<Side, readonly TurnFigures[]> & { generatorCpuShare: number }

async function take(
  request: PairRequest,
  launched: ReadonlyMap<Side, Launched>,
  phase: Turns,
): Promise<Taken | PairFailure> {
  const { order, generator, signal, subjects, seed } = request
  const { warmUp, turns, slices, ratePerSecond, messages } = phase
  const plans = order.map((side): SlicePlan => {
    const measured = { messages }
    const extents = { warmUp, measured, ...(ratePerSecond !== undefined && { ratePerSecond }) }
    const plan = planOf({ ...request, subject: subjects[side] }, extents, launched.get(side)!)
    // CPU time is compared where replies decide how much there is to do.
    const processGroup = ratePerSecond === undefined ? plan.subjectProcessGroup : null
    const deadlineMs = 2 * plan.deadlineMs
    return { ...plan, measured, deadlineMs, subjectProcessGroup: processGroup }
  })
  const outcome = await generator.runTurns({ kind: 'turns', plans, turns, slices, seed }, signal)
  if (outcome.kind === 'failed') {
    const side = order[outcome.plan]!
    return { side, failure: await withEnd(outcome, launched.get(side)!) }
  }
  const turnsOf = (side: Side) => outcome.turns[order.indexOf(side)]!
  const { generatorCpuShare } = outcome
  return { base: turnsOf('base'), head: turnsOf('head'), generatorCpuShare }
}
