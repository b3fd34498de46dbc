/**
 * What measuring costs: the same load with and without its histograms and its looks at the
 * subject's processes.
 *
 * RUN  bun bench/proofs/instrumentation.ts
 */
import { generate } from '../../harness/generator.ts'
import { launch } from '../../harness/launch.ts'
import type { LoadPlan } from '../../harness/load.ts'
import { holdRatio, rateOf, ratioOf, SEED, sayNoise } from './proof.ts'

const GOAL = 0.98
const rounds = Number(process.argv[2] ?? 15)

async function rateWith(isInstrumented: boolean, depth: number): Promise<number> {
  const serve = { name: 'length-prefixed', framing: 'i32le' }
  await using subject = await launch(
    { kind: 'implementation', serve, transport: 'tcp' },
    { core: 1 },
  )
  const plan: LoadPlan = {
    address: subject.address,
    framing: 'i32le',
    messageBytesMax: 1024,
    messageBytes: 64,
    connections: 1,
    loop: { kind: 'closed', depth },
    keepsLatency: isInstrumented,
    warmUp: { durationMs: 300 },
    measured: { durationMs: 500 },
    stallMs: 5_000,
    deadlineMs: 30_000,
    subjectProcessGroup: isInstrumented ? subject.processGroup : null,
    seed: SEED,
  }
  const outcome = await generate(plan, { core: 0 })
  if (outcome.kind === 'failed') throw new Error(outcome.detail)
  return rateOf(outcome)
}

await sayNoise()
for (const [what, depth] of [
  ['ping-pong', 1],
  ['pipelined', 4096],
] as const) {
  const ratio = await ratioOf(
    rounds,
    () => rateWith(true, depth),
    () => rateWith(false, depth),
  )
  holdRatio(`rate with instruments against without, ${what}`, ratio, GOAL)
}
