/**
 * The load generator's process: takes a LoadPlan as its one argument, prints LoadEvents as lines.
 * Exit code 0 with an outcome, whatever it is; anything else is a fault of the generator.
 *
 * RUN  bun harness/generator-main.ts '{"address":{"transport":"unix","path":"/tmp/echo"}, …}'
 */
import { writeSync } from 'node:fs'
import type { LoadEvent, LoadPlan } from './load.ts'
import { runLoad } from './run-load.ts'
import { blockUntil, wallMs } from './wall-clock.ts'

const STDOUT = 1

// Standard output is a pipe that blocks: a line is out when this returns.
const tell = (event: LoadEvent): void => {
  let rest = Buffer.from(`${JSON.stringify(event)}\n`)
  while (rest.length > 0) rest = rest.subarray(writeSync(STDOUT, rest))
}

const plan = JSON.parse(process.argv[2]!) as LoadPlan
let startedAtMs: number | undefined
const outcome = await runLoad(plan, () => {
  if (plan.startAtMs !== undefined) startedAtMs = startAt(plan.startAtMs)
  tell({ kind: 'measuring' })
})
tell(outcome.kind === 'failed' || startedAtMs === undefined ? outcome : { ...outcome, startedAtMs })
process.exit(0)

/** Everybody is connected and warm, and nothing is in flight: waits, and says when it went on. */
function startAt(atMs: number): number {
  const byMs = wallMs() - atMs
  if (byMs > 0) {
    tell({ kind: 'late', byMs })
    process.exit(0)
  }
  blockUntil(atMs)
  return wallMs()
}
