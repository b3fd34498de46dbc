/** What a scenario is: a workload. A new one is a file in scenarios/ and a line in registry.ts. */
import type { Extent, LoadOutcome, LoadPlan } from '../harness/load.ts'
import type { BenchCell } from './result.ts'

/** `smoke`: what the tests run, so that no scenario rots. `full`: what is quoted. */
export type ScenarioSize = 'smoke' | 'full'

export type Sized = readonly [smoke: number, full: number]

export type WorkloadParameters = BenchCell['parameters']

/** What a scenario does with one launch of a subject, where that is more than one load. */
export interface Drive {
  parameters: WorkloadParameters
  warmUp: Extent
  measured: Extent
  /** Puts the subject under load once more: the workload's plan with these changes. */
  load(changes: Partial<LoadPlan>): Promise<LoadOutcome>
}

export interface Scenario {
  id: string
  /** What a good figure in it is good for, in one line for a person. */
  claim: string
  /** Measured where no scenario is asked for; the others are for a question of their own. */
  isStandard?: boolean
  /** Conformance cases that a subject has to pass before it is measured. */
  requires: readonly string[]
  messageBytes: Sized
  /**
   * Where a subject takes less than `messageBytes`, the most it takes is sent instead, but nothing
   * smaller than this; the result says the real size. Absent: the size is never scaled down.
   */
  messageBytesMin?: number
  connections: Sized
  /** Messages in flight on each connection; the next goes when a reply comes (closed loop). */
  depth: Sized
  /** With large messages no more than this is in flight, unless a depth is asked for. */
  inFlightBytesMax?: number
  /** What else is not plain about its load. */
  parameters?: Partial<WorkloadParameters>
  /** What it compares: each of these is a workload of its own. The first is its smoke size. */
  variants?: readonly Partial<WorkloadParameters>[]
  /** Further values that `--sweep` goes through. */
  sweep?: Partial<Record<SweptParameter, readonly number[]>>
  /** Takes `--rate`. */
  isOpen?: boolean
  /**
   * `sink`: the subject only reads; `datagrams`: what is lost is counted, not waited for; `files`:
   * it keeps files.
   */
  service?: 'sink' | 'datagrams' | 'files'
  /** A message takes so long that this much time or this many messages is enough, or needed. */
  measuredMsMin?: number
  smokeMessagesMax?: number
  /** Absent: one load. */
  drive?(drive: Drive): Promise<LoadOutcome>
}

export type SweptParameter = 'messageBytes' | 'connections' | 'depth' | 'ratePerSecond'

/** A scenario with its sizes settled. */
export interface Workload {
  scenario: Scenario
  parameters: WorkloadParameters
  messageBytesMin: number
}

/** Identity, for the types. */
export const defineScenario = (scenario: Scenario): Scenario => scenario

/** A size that was asked for is never scaled down. */
export function workloadOf(
  scenario: Scenario,
  size: ScenarioSize,
  asked: Partial<WorkloadParameters> = {},
): Workload {
  const at = size === 'smoke' ? 0 : 1
  const parameters = {
    messageBytes: scenario.messageBytes[at],
    connections: scenario.connections[at],
    depth: scenario.depth[at],
    ...scenario.parameters,
    ...asked,
  }
  const { inFlightBytesMax } = scenario
  if (inFlightBytesMax !== undefined && asked.depth === undefined) {
    const fitting = Math.floor(inFlightBytesMax / Math.max(1, parameters.messageBytes))
    parameters.depth = Math.max(2, Math.min(parameters.depth, fitting))
  }
  const scalesTo = asked.messageBytes === undefined ? scenario.messageBytesMin : undefined
  return { scenario, parameters, messageBytesMin: scalesTo ?? parameters.messageBytes }
}

export type Asked = Partial<Record<SweptParameter, readonly number[]>>

/** Every combination of what is asked for, of the scenario's variants and, `swept`, its sweep. */
export function workloadsOf(scenario: Scenario, asked: Asked = {}, swept = false): Workload[] {
  const values = { ...(swept && scenario.sweep), ...asked }
  let combinations = [...(scenario.variants ?? [{}])]
  for (const [key, list] of Object.entries(values)) {
    combinations = combinations.flatMap((before) =>
      list.map((value) => ({ ...before, [key]: value })),
    )
  }
  // A variant of a parameter that was asked for gives way, and may leave two alike.
  const seen = new Map(combinations.map((one) => [JSON.stringify(sorted(one)), one]))
  return [...seen.values()].map((one) => workloadOf(scenario, 'full', one))
}

const sorted = (parameters: Partial<WorkloadParameters>) =>
  Object.entries(parameters).sort(([left], [right]) => (left < right ? -1 : 1))
