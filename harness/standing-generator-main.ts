/**
 * A load generator that stays: takes LoadPlans as lines from a Unix socket, answers each with its
 * LoadOutcome. Ends when the socket does.
 *
 * RUN  bun harness/standing-generator-main.ts /tmp/plans.sock
 */
import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import type { LoadPlan } from './load.ts'
import { runLoad } from './run-load.ts'

const socket = connect(process.argv[2]!)
socket.on('close', () => process.exit(0))
for await (const line of createInterface({ input: socket })) {
  const outcome = await runLoad(JSON.parse(line) as LoadPlan, () => undefined)
  socket.write(`${JSON.stringify(outcome)}\n`)
  // Between two plans, so that no plan pays for the garbage of the one before.
  Bun.gc(true)
}
