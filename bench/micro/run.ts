/** Runs the cases in rounds: every contender once a round, next to those it is compared with. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { MicroExtents } from './extents.ts'
import type { MicroCase } from './micro-case.ts'
import type { MicroRow } from './result.ts'
import { type Rounds, rowsOf } from './rows.ts'
import type { ContenderOutcome, ContenderPlan } from './run-contender.ts'

export interface MicroRunOptions {
  cases: readonly MicroCase[]
  extents: MicroExtents
  /** Version of a package; part of its name in the result. */
  versionOf(packageName: string): string
  /** Something is done; `case` and `contender` name it. */
  onProgress?(done: { case: string; contender: string }): void
  signal?: AbortSignal
}

const execute = promisify(execFile)
/** Beyond the measured time: start, tape, checks, passes that are longer than that time. */
const GRACE_MS = 60_000

/** Interrupted, it answers with the rounds so far. Throws when a contender cannot be run. */
export async function runMicroCases(options: MicroRunOptions): Promise<MicroRow[]> {
  const { cases, extents, signal } = options
  const rounds = cases.map(({ contenders }) =>
    contenders.map((contender): Rounds => ({ contender, framesPerSecond: [], wrong: null })),
  )
  for (let round = 0; round < extents.rounds; round++) {
    for (const [index, microCase] of cases.entries()) {
      // Nobody is always the first behind another case.
      for (const entry of rotated(rounds[index]!, round)) {
        if (signal?.aborted) break
        await runOnce(microCase, entry, options)
      }
    }
  }
  return cases.flatMap((microCase, index) =>
    rowsOf(sized(microCase, extents), rounds[index]!, options.versionOf),
  )
}

const sized = (
  { frames, frameBytes, ...rest }: MicroCase,
  { framesMax, frameBytesMax }: MicroExtents,
): MicroCase => ({
  ...rest,
  frames: Math.min(frames, framesMax),
  frameBytes: Math.min(frameBytes, frameBytesMax),
})

function rotated<T>(items: readonly T[], by: number): T[] {
  const at = by % items.length
  return [...items.slice(at), ...items.slice(0, at)]
}

async function runOnce(
  microCase: MicroCase,
  entry: Rounds,
  { extents, signal, onProgress }: MicroRunOptions,
): Promise<void> {
  const { id, frames, frameBytes } = sized(microCase, extents)
  const { warmUpMs, measuredMs } = extents
  const { label } = entry.contender
  const plan: ContenderPlan = {
    case: id,
    contender: label,
    frames,
    frameBytes,
    warmUpMs,
    measuredMs,
  }
  const outcome = await inProcessOfItsOwn(plan, signal)
  if (outcome === null) return
  entry.framesPerSecond.push(outcome.framesPerSecond)
  entry.wrong ??= outcome.wrong
  onProgress?.({ case: id, contender: label })
}

/** What an engine has learnt from one contender would slow the next. Null: interrupted. */
async function inProcessOfItsOwn(
  plan: ContenderPlan,
  signal: AbortSignal | undefined,
): Promise<ContenderOutcome | null> {
  const entry = new URL('./contender-main.ts', import.meta.url).pathname
  const timeout = plan.warmUpMs + plan.measuredMs + GRACE_MS
  try {
    const argv = [entry, JSON.stringify(plan)]
    const { stdout } = await execute(process.execPath, argv, {
      timeout,
      ...(signal && { signal }),
    })
    return JSON.parse(stdout) as ContenderOutcome
  } catch (error) {
    if (signal?.aborted) return null
    throw error
  }
}
