/** What the subject used during a phase: the difference between two looks at its processes. */
import type { UsageDelta } from './load.ts'
import { groupMembers, type Usage, usage } from './process-tree.ts'

/** Null: nobody's processes, or a system that does not tell. */
export const subjectUsage = (processGroup: number | null): Usage | null =>
  processGroup === null ? null : usage(groupMembers(processGroup))

/** Null where it cannot be seen, or where a process ended that nobody waited for. */
export function usageDelta(before: Usage | null, after: Usage | null): UsageDelta | null {
  if (before === null || after === null || after.cpuNs < before.cpuNs) return null
  const system = after.systemTicks - before.systemTicks
  const ticks = system + after.userTicks - before.userTicks
  const delta = {
    cpuNs: after.cpuNs - before.cpuNs,
    systemShare: ticks > 0 ? system / ticks : null,
    rssBytesMax: after.rssBytesMax,
    runQueueNs: 0,
    contextSwitches: 0,
  }
  for (const [thread, now] of after.threads) {
    const then = before.threads.get(thread)
    delta.runQueueNs += now.runQueueNs - (then?.runQueueNs ?? 0)
    delta.contextSwitches += now.contextSwitches - (then?.contextSwitches ?? 0)
  }
  return delta
}
