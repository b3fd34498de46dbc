/** A gate as it is asked for: on the command line, or by a program. */
import type { Baseline } from '../bench/gate/baseline.ts'
import type { GateResult } from '../bench/gate/result.ts'
import { gateOnce } from './gate-run.ts'
import { gatedWorkloads } from './gate-scenarios.ts'
import { type SideOptions, withSides } from './gate-sides.ts'
import { host } from './host.ts'

export interface GateJob extends SideOptions {
  scenario: readonly string[]
  floor?: number
  alpha: number
  budgetMs?: number
  seed: number
  storedBaseline?: Baseline
  store?(baseline: Baseline): void
}

export const ALPHA_DEFAULT = 0.01
const FLOOR_DEFAULT = 0.03
const BUDGET_MS_PER_SCENARIO = 58_000
const BUDGET_MS_MAX = 300_000

/** Throws UsageError, and HarnessError where a side cannot be started. */
export function runGateJob(job: GateJob): Promise<GateResult> {
  const { alpha, seed, floor = FLOOR_DEFAULT, storedBaseline, store } = job
  const workloads = gatedWorkloads(job.scenario)
  host().log(`seed ${seed}`)
  const budgetMs =
    job.budgetMs ?? Math.min(BUDGET_MS_MAX, BUDGET_MS_PER_SCENARIO * workloads.length)
  return withSides(job, (sides) =>
    gateOnce({
      ...{ sides, workloads, budgetMs, alpha, floor, seed },
      isFirst: true,
      ...(storedBaseline && { baseline: storedBaseline }),
      ...(store && { store }),
    }),
  )
}
