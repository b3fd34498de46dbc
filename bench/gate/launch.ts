/** One launch alone, to find out how fast a side is: a fresh subject, and load on it. */
import { HarnessError } from '../../harness/errors.ts'
import { type Launched, launch, type SubjectSpec } from '../../harness/launch.ts'
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
  phase: Phase
  seed: number
  signal: AbortSignal
}

export interface Phase {
  /** Open loop: what is due. Without it replies decide when the next message goes. */
  ratePerSecond?: number
  warmUp: Extent
  measured: Extent
}

export interface TrialReport {
  figures: LoadFigures
  /** Time beyond the load: starting and ending. */
  overheadMs: number
}

/** Throws HarnessError when the subject could not be started, or when interrupted. */
export async function launchOnce(request: LaunchRequest): Promise<TrialReport | LoadFailure> {
  const { subject, core, signal, generator, phase } = request
  const startMs = performance.now()
  const launched = await launch(startedBy(subject), { core, signal })
  try {
    const loadMs = performance.now()
    const outcome = await generator.run(planOf(request, phase, launched), signal)
    const loadedMs = performance.now() - loadMs
    if (outcome.kind === 'failed') return await withEnd(outcome, launched)
    await launched.kill()
    return { figures: outcome, overheadMs: performance.now() - startMs - loadedMs }
  } finally {
    await launched.kill()
  }
}

/** How it is started. */
export function startedBy({ target }: BenchSubject): SubjectSpec {
  if (target.kind === 'connect') throw new Error('a gate starts its subjects itself')
  return target.spec
}

/** Load of that kind for a launch that is there. */
export function planOf(
  request: Pick<LaunchRequest, 'subject' | 'workload' | 'seed'>,
  phase: Phase,
  launched: Launched,
): LoadPlan {
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
