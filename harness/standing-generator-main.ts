/**
 * A load generator that stays: takes LoadPlans as lines from a Unix socket, answers each with its
 * LoadOutcome. Ends when the socket does.
 *
 * RUN  bun harness/standing-generator-main.ts /tmp/plans.sock
 */
import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import { nowMs } from './clock.ts'
import type { LoadPlan } from './load.ts'
import { runLoad } from './run-load.ts'

const COLLECTED_EVERY_MS = 300

let collectedAtMs = 0
const socket = connect(process.argv[2]!)
socket.on('close', () => process.exit(0))
for await (const line of createInterface({ input: socket })) {
  const outcome = await runLoad(JSON.parse(line) as LoadPlan, () => undefined)
  socket.write(`${JSON.stringify(outcome)}\n`)
  // Between two plans, so that no plan pays for the garbage of others; not between all that are
  // short, for it takes as long as they do.
  if (nowMs() - collectedAtMs < COLLECTED_EVERY_MS) continue
  Bun.gc(true)
  collectedAtMs = nowMs()
}
