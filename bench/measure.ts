/** One launch: a fresh subject, a fresh generator, one outcome. */
import { nowMs } from '../harness/clock.ts'
import { type GeneratorOptions, generate } from '../harness/generator.ts'
import { type Launched, launch, type SubjectSpec } from '../harness/launch.ts'
import type { Extent, LoadFailure, LoadOutcome, LoadPlan } from '../harness/load.ts'
import { until } from '../harness/reactor.ts'
import { wallMs } from '../harness/wall-clock.ts'
import type { Extents } from './extents.ts'
import { type JointStart, untilLead } from './joint-start.ts'
import type { Scenario, Workload } from './scenario.ts'
import type { BenchSubject } from './subject.ts'

/** Apart from each other where there are two cores. */
const GENERATOR_CORE = 0
const SUBJECT_CORE = 1
/** A subject that moves nothing for this long hangs; a busy machine does not pause so long. */
const STALL_MS = 3_000
/** Who stores waits for a disk. */
const FILE_STALL_MS = 15_000
/** For what is in flight at the end, and for phases that count messages instead of time. */
const DRAIN_MS = 20_000
const COUNTED_MS_MAX = 60_000
/** For a process that has ended to be seen so: on a busy machine, or while its core is dumped. */
const LAST_WORDS_MS_MAX = 1_000

export interface MeasureOptions extends Pick<GeneratorOptions, 'signal' | 'onMeasuring'> {
  subject: BenchSubject
  workload: Workload
  extents: Extents
  seed: number
  joint?: JointStart
}

/** Throws HarnessError when subject or generator could not be run, or `interrupted`. */
export async function measure(options: MeasureOptions): Promise<LoadOutcome> {
  const { signal } = options
  const { target } = options.subject
  if (target.kind === 'connect') return drive(options, target.address, null)
  const subject = await launch(specFor(target.spec, options.workload), {
    core: SUBJECT_CORE,
    ...(signal && { signal }),
  })
  try {
    const outcome = await drive(options, subject.address, subject.processGroup)
    return outcome.kind === 'failed' ? await withEnd(outcome, subject) : outcome
  } finally {
    await subject.kill()
  }
}

/** Ours can be told to answer nothing. */
function specFor(spec: SubjectSpec, { scenario }: Workload): SubjectSpec {
  if (spec.kind !== 'implementation' || scenario.service !== 'sink') return spec
  return { ...spec, serve: { ...spec.serve, service: 'sink' } }
}

/** All that the scenario does with this launch. */
function drive(
  options: MeasureOptions,
  address: Launched['address'],
  subjectProcessGroup: number | null,
): Promise<LoadOutcome> {
  const { workload, extents, signal, onMeasuring, joint } = options
  const { scenario, parameters } = workload
  const warmUp = settled({ ...scenario, measuredMsMin: 0 }, extents.warmUp)
  const measured = settled(scenario, extents.measured)
  const plan = planFor(options, address, subjectProcessGroup, { warmUp, measured })
  const load = async (changes: Partial<LoadPlan>) => {
    const changed = { ...plan, ...changes, ...(joint && { startAtMs: joint.atMs }) }
    if (joint) await untilLead(joint, changed.warmUp, signal)
    const waitMs = joint ? Math.max(0, joint.atMs - wallMs()) : 0
    const deadlineMs = longest(changed.warmUp) + 2 * longest(changed.measured) + DRAIN_MS + waitMs
    return generate(
      { ...changed, deadlineMs },
      {
        core: GENERATOR_CORE,
        ...(signal && { signal }),
        ...(onMeasuring && { onMeasuring }),
      },
    )
  }
  return scenario.drive ? scenario.drive({ parameters, warmUp, measured, load }) : load({})
}

/** Slow exchanges need more time, and fewer messages will do. */
function settled({ measuredMsMin = 0, smokeMessagesMax }: Scenario, extent: Extent): Extent {
  if ('durationMs' in extent) return { durationMs: Math.max(measuredMsMin, extent.durationMs) }
  return { messages: Math.min(extent.messages, smokeMessagesMax ?? extent.messages) }
}

/** The workload's own plan; its deadline is left to whoever runs it. */
export function planFor(
  { subject, workload, seed }: Pick<MeasureOptions, 'subject' | 'workload' | 'seed'>,
  address: Launched['address'],
  subjectProcessGroup: number | null,
  extents: Extents,
): LoadPlan {
  const { scenario, parameters } = workload
  const { messageBytes, connections } = parameters
  const { writes, writeBytesMax, reconnect, idle, unread } = parameters
  return {
    address,
    framing: subject.framing,
    messageBytesMax: subject.messageBytesMax,
    messageBytes,
    connections,
    loop: loopOf(workload),
    manner: {
      ...(writes && { writes, nagle: true }),
      ...(writeBytesMax && { writeBytesMax }),
      ...(reconnect && { reconnect }),
      ...(idle && { idle }),
      ...(unread && { unread }),
    },
    ...extents,
    stallMs: scenario.service === 'files' ? FILE_STALL_MS : STALL_MS,
    deadlineMs: 0,
    subjectProcessGroup,
    seed,
  }
}

function loopOf({ scenario, parameters }: Workload): LoadPlan['loop'] {
  const { depth, ratePerSecond, transfer } = parameters
  if (scenario.service === 'sink') return { kind: 'sink' }
  if (transfer !== undefined) return { kind: 'files', transfer }
  if (ratePerSecond === undefined) return { kind: 'closed', depth }
  return { kind: scenario.service === 'datagrams' ? 'datagrams' : 'open', ratePerSecond }
}

const longest = (extent: Extent): number =>
  'durationMs' in extent ? extent.durationMs : COUNTED_MS_MAX

/** A connection that was closed is better understood when the process has died. */
export async function withEnd(failure: LoadFailure, subject: Launched): Promise<LoadFailure> {
  // The connection's end may be seen before the process's.
  await until(() => !subject.running, nowMs() + LAST_WORDS_MS_MAX)
  const { ended, output } = subject
  if (ended === null) return failure
  const how = ended.signal ? `was ended by ${ended.signal}` : `exited with status ${ended.code}`
  const said = output.text().trim().slice(-500)
  return { ...failure, detail: `${failure.detail}; its process ${how}. It said:\n${said}` }
}
