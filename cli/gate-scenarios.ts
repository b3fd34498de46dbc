/** The workloads that a gate can take, by the ids of their scenarios. */
import { findScenario, SCENARIOS } from '../bench/registry.ts'
import { type Scenario, type Workload, workloadsOf } from '../bench/scenario.ts'
import { type BenchSubject, framingOf } from '../bench/subject.ts'
import { whyNotCarried } from '../harness/load-tape.ts'
import { UsageError } from './errors.ts'

/** What a framing costs shows in these three: waiting, small messages, copying. */
const SCENARIOS_DEFAULT = ['ping-pong', 'pipelined', 'bulk']

/** The gate makes the loads itself, a closed loop and then an open one. */
const isGated = ({ service, drive, isOpen = false }: Scenario): boolean =>
  service === undefined && (drive === undefined || isOpen)

/** The default ones where none is named. Throws UsageError. */
export function gatedWorkloads(ids: readonly string[]): Workload[] {
  const asked = ids.length > 0 ? [...new Set(ids)] : SCENARIOS_DEFAULT
  return asked.map((id) => {
    const scenario = findScenario(id)
    if (!scenario) {
      throw new UsageError(`There is no scenario "${id}". \`framegate list scenarios\` shows all.`)
    }
    if (isGated(scenario)) return workloadsOf(scenario)[0]!
    const known = SCENARIOS.filter(isGated).map((one) => one.id)
    throw new UsageError(`The gate cannot take "${id}". It takes: ${known.join(', ')}.`)
  })
}

/** Sizes that both take: largest messages get smaller where that is meant. Throws UsageError. */
export function carriedByBoth(
  workloads: readonly Workload[],
  subjects: readonly BenchSubject[],
): Workload[] {
  return workloads.map((workload) => {
    const { messageBytes } = workload.parameters
    const framings = subjects.map(framingOf)
    const most = Math.min(...framings.map(({ messageBytesMax }) => messageBytesMax))
    const isScaled = messageBytes > most && most >= workload.messageBytesMin
    const parameters = isScaled
      ? { ...workload.parameters, messageBytes: most }
      : workload.parameters
    for (const framing of framings) {
      const reason = whyNotCarried(framing, parameters.messageBytes)
      if (reason === null) continue
      const { id } = workload.scenario
      throw new UsageError(`${framing.id} cannot carry the messages of ${id}: ${reason}.`)
    }
    return { ...workload, parameters }
  })
}
