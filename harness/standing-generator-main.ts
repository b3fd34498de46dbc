/**
 * A load generator that stays: takes LoadPlans and TurnsPlans as lines from a Unix socket, answers
 * each with its outcome. Ends when the socket does.
 *
 * RUN  bun harness/standing-generator-main.ts /tmp/plans.sock
 */
import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import type { LoadPlan } from './load.ts'
import { runTurns, type TurnsPlan } from './load-turns.ts'
import { runLoad } from './run-load.ts'

const socket = connect(process.argv[2]!)
socket.on('close', () => process.exit(0))
for await (const line of createInterface({ input: socket })) {
  const plan = JSON.parse(line) as LoadPlan | TurnsPlan
  const outcome = await ('kind' in plan ? runTurns(plan) : runLoad(plan, () => undefined))
  socket.write(`${JSON.stringify(outcome)}\n`)
  // Between two plans, so that no plan pays for the garbage of others.
  Bun.gc(true)
}
