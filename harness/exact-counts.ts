/** Exact counts of what one of our servers does for its messages, made in a process of its own. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { CountPlan, ExactCounts } from '../impl/count-main.ts'
import { entryOf } from './entry.ts'
import type { SubjectSpec } from './launch.ts'

export type { ExactCounts } from '../impl/count-main.ts'

const execute = promisify(execFile)
const WITHIN_MS = 30_000

/**
 * Null for servers that are not ours, that serve no streams, or that do not send back what they
 * get. Those of another checkout are counted by that checkout's own program.
 */
export async function countExactly(
  spec: SubjectSpec,
  load: Pick<CountPlan, 'messageBytes' | 'depth'>,
  options: { signal?: AbortSignal } = {},
): Promise<ExactCounts | null> {
  if (spec.kind !== 'implementation' || spec.transport === 'udp') return null
  const { name, framing } = spec.serve
  const plan: CountPlan = { name, ...(framing && { framing }), ...load }
  const entry = entryOf('impl/count-main.ts', spec.root)
  const { signal } = options
  try {
    const { stdout } = await execute(process.execPath, [entry, JSON.stringify(plan)], {
      timeout: WITHIN_MS,
      ...(signal && { signal }),
    })
    return JSON.parse(stdout) as ExactCounts
  } catch {
    // Interrupted, or a server that cannot be run so: there is nothing to say then.
    return null
  }
}
