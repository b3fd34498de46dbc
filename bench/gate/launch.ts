/** One launch of a gate: a fresh subject, and the standing generator's load on it. */
import { HarnessError } from '../../harness/errors.ts'
import { type Launched, launch } from '../../harness/launch.ts'
import type { Extent, LoadFailure, LoadFigures, LoadPlan } from '../../harness/load.ts'
import type { StandingGenerator } from '../../harness/standing-generator.ts'
import { planFor, withEnd } from '../measure.ts'
import type { Workload } from '../scenario.ts'
import type { BenchSubject } from '../subject.ts'

/** A subject that moves nothing for this long hangs. */
const STALL_MS = 5_000
/** A launch that takes longer is a subject's fault: blocks are a second. */
const DEADLINE_MS = 20_000

export interface LaunchRequest {
  subject: BenchSubject
  workload: Workload
  core: number
  generator: StandingGenerator
  phases: readonly Phase[]
  seed: number
  signal: AbortSignal
}

export interface Phase {
  /** Open loop: what is due. Without it replies decide when the next message goes. */
  ratePerSecond?: number
  warmUp: Extent
  measured: Extent
}

export interface LaunchReport {
  /** One a phase. */
  figures: LoadFigures[]
  /** Time beyond the phases: starting, connecting, ending. */
  overheadMs: number
}

/** Throws HarnessError when the subject could not be started, or when interrupted. */
export async function launchOnce(request: LaunchRequest): Promise<LaunchReport | LoadFailure> {
  const { subject, core, signal } = request
  if (subject.target.kind === 'connect') throw new Error('a gate starts its subjects itself')
  const startMs = performance.now()
  const launched = await launch(subject.target.spec, { core, signal })
  let loadedMs = 0
  const figures: LoadFigures[] = []
  try {
    for (const phase of request.phases) {
      const phaseMs = performance.now()
      const outcome = await request.generator.run(planOf(request, phase, launched), signal)
      loadedMs += performance.now() - phaseMs
      if (outcome.kind === 'failed') return await withEnd(outcome, launched)
      figures.push(outcome)
    }
  } finally {
    await launched.kill()
  }
  return { figures, overheadMs: performance.now() - startMs - loadedMs }
}

function planOf(request: LaunchRequest, phase: Phase, launched: Launched): LoadPlan {
  const { ratePerSecond, ...extents } = phase
  const plan = planFor(request, launched.address, launched.processGroup, extents)
  const { depth } = request.workload.parameters
  const loop: LoadPlan['loop'] =
    ratePerSecond === undefined ? { kind: 'closed', depth } : { kind: 'open', ratePerSecond }
  return { ...plan, loop, stallMs: STALL_MS, deadlineMs: DEADLINE_MS }
}

/** Says which of the two it was. */
export function asSide(error: unknown, side: string): unknown {
  if (!(error instanceof HarnessError) || error.code === 'interrupted') return error
  return new HarnessError(error.code, `${side}: ${error.message}`)
}
