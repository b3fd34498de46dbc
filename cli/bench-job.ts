/** A bench as it is asked for: on the command line, or by a program. */
import { type Extents, FULL_EXTENTS, QUICK_EXTENTS } from '../bench/extents.ts'
import { type JointStart, requireLead } from '../bench/joint-start.ts'
import { findScenario, SCENARIOS, STANDARD_SCENARIOS } from '../bench/registry.ts'
import type { BenchResult } from '../bench/result.ts'
import { type Asked, type Scenario, type Workload, workloadsOf } from '../bench/scenario.ts'
import { CASES } from '../conformance/registry.ts'
import { detectEnvironment } from '../harness/environment.ts'
import { keepsFiles, measurable, measureSubjects } from './bench-run.ts'
import { runConformance } from './conform-run.ts'
import { UsageError } from './errors.ts'
import { host } from './host.ts'
import { peerSubjects } from './peers.ts'
import type { Subject } from './subjects.ts'

export interface BenchJob {
  scenario: readonly string[]
  size?: number[]
  connections?: number[]
  depth?: number[]
  rate?: number[]
  sweep?: boolean
  peer: readonly string[]
  /** Of the measured part of a launch, milliseconds. */
  duration?: number
  launches: number
  quick?: boolean
  seed: number
  service?: string
  exec?: string
  connect?: string
  /** Beside other generators, at an agreed moment: one load. */
  joint?: JointStart
}

/** Fresh processes of each cell, where nobody says how many. */
export const LAUNCHES_DEFAULT = 3

/** What the scenarios rely on goes first. Throws UsageError and HarnessError. */
export async function runBenchJob(
  resolved: readonly Subject[],
  names: readonly string[],
  job: BenchJob,
): Promise<BenchResult> {
  const scenarios = chooseScenarios(job, resolved)
  if (job.service === 'sink') requireSink(scenarios)
  const asked = scenarios.flatMap((scenario) => workloadsFor(scenario, job))
  const workloads = job.joint ? [shareOf(asked, job.joint)] : asked
  const extents = extentsOf(job)
  if (job.joint) requireLead(job.joint, extents.warmUp)
  const subjects = [...measurable(resolved, names, scenarios), ...peerSubjects(job.peer)]
  const environment = detectEnvironment(job.seed)
  host().log(`seed ${job.seed}`)
  const needed = new Set(scenarios.flatMap(({ requires }) => requires))
  const conform = await runConformance(subjects, {
    cases: CASES.filter(({ id }) => needed.has(id)),
    complete: false,
    seed: job.seed,
    timeScale: 1,
    jobs: 1,
    bail: false,
    environment,
  })
  return measureSubjects(subjects, {
    workloads,
    launches: job.launches,
    extents,
    conform,
    environment,
    ...(job.joint && { joint: job.joint }),
  })
}

function chooseScenarios(
  { scenario, rate, exec, connect, service }: BenchJob,
  subjects: readonly Subject[],
): readonly Scenario[] {
  const ids = scenario.flatMap((given) => given.split(',')).map((id) => id.trim())
  // A server of somebody else's may answer, which a sink must not: it has to be asked for by name.
  const isForeign = exec !== undefined || connect !== undefined
  if (ids.includes('all')) return SCENARIOS.filter((one) => !isForeign || one.service !== 'sink')
  if (ids.length === 0 && service === 'sink') return [findScenario('sink')!]
  if (ids.length === 0 && subjects.every(keepsFiles)) return [findScenario('file-transfer')!]
  if (ids.length === 0) return rate ? [findScenario('open-loop')!] : STANDARD_SCENARIOS
  const known = (which: readonly Scenario[]) => which.map(({ id }) => id).join(', ')
  const chosen = [...new Set(ids)].map((id) => {
    const found = findScenario(id)
    if (found) return found
    throw new UsageError(`There is no scenario "${id}". There are: ${known(SCENARIOS)}.`)
  })
  const closed = rate && chosen.find(({ isOpen }) => !isOpen)
  if (!closed) return chosen
  const open = known(SCENARIOS.filter(({ isOpen }) => isOpen))
  throw new UsageError(`${closed.id} takes no --rate: its clients wait for replies. Open: ${open}.`)
}

function requireSink(scenarios: readonly Scenario[]): void {
  const other = scenarios.find(({ service }) => service !== 'sink')
  if (!other) return
  throw new UsageError(`${other.id} waits for replies; --service sink goes with --scenario sink.`)
}

/** What one of several generators does of a load; the moment they agreed on is good for one. */
function shareOf(asked: readonly Workload[], { generators }: JointStart): Workload {
  const [workload, ...others] = asked
  if (!workload || others.length > 0) {
    throw new UsageError(
      `--shard of a bench is one load at one time, and ${asked.length} were asked for: name one --scenario, and one --size, --connections, --depth or --rate of those it has.`,
    )
  }
  const { scenario, parameters } = workload
  const { ratePerSecond } = parameters
  if (scenario.drive && ratePerSecond === undefined) {
    const remedy = scenario.isOpen
      ? 'say the rate of all generators together with --rate'
      : 'choose another'
    throw new UsageError(`${scenario.id} is several loads, one after the other: ${remedy}.`)
  }
  if (ratePerSecond === undefined) return workload
  return { ...workload, parameters: { ...parameters, ratePerSecond: ratePerSecond / generators } }
}

/** Every combination of what was asked for. */
function workloadsFor(scenario: Scenario, options: BenchJob): Workload[] {
  const { size, connections, depth, rate } = options
  const asked: Asked = {
    ...(size && { messageBytes: size }),
    ...(connections && { connections }),
    ...(depth && { depth }),
    ...(rate && scenario.isOpen && { ratePerSecond: rate }),
  }
  return workloadsOf(scenario, asked, options.sweep)
}

export function extentsOf({ quick, duration }: Pick<BenchJob, 'quick' | 'duration'>): Extents {
  const extents = quick ? QUICK_EXTENTS : FULL_EXTENTS
  return duration === undefined ? extents : { ...extents, measured: { durationMs: duration } }
}
