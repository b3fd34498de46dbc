/** A conformance run as it is asked for: on the command line, or by a program. */
import { CASES } from '../conformance/registry.ts'
import type { ConformResult } from '../conformance/result.ts'
import type { Shard } from '../conformance/shard.ts'
import { detectEnvironment } from '../harness/environment.ts'
import { canLookUp } from '../posix/sock-diag.ts'
import { type CaseChoice, chooseCases } from './choose-cases.ts'
import { runConformance } from './conform-run.ts'
import { host } from './host.ts'
import type { Subject } from './subjects.ts'
import type { TraceKeeper } from './traces.ts'

export interface ConformJob extends CaseChoice {
  bail?: boolean
  repeat: number
  shard?: Shard
  jobs: number
  seed: number
  timeoutScale: number
}

const NOT_PROVEN =
  'the kernel does not tell about sockets here: cuts and merges are timed, not proven ' +
  '(docs/platforms.md)'

/** Throws UsageError where no case is chosen, HarnessError where a subject cannot be started. */
export function runConformJob(
  subjects: readonly Subject[],
  job: ConformJob,
  keeper?: TraceKeeper,
): Promise<ConformResult> {
  const cases = chooseCases(CASES, job)
  host().log(`seed ${job.seed}`)
  if (!canLookUp()) host().log(NOT_PROVEN)
  return runConformance(subjects, {
    cases,
    complete: cases.length === CASES.length,
    seed: job.seed,
    timeScale: job.timeoutScale,
    jobs: job.jobs,
    bail: job.bail === true,
    environment: detectEnvironment(job.seed),
    repeat: job.repeat,
    ...(keeper ? { keeper } : {}),
    ...(job.shard ? { shard: job.shard } : {}),
  })
}
