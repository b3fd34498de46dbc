/**
 * A server that stops for 1 s in 10 s, at a constant rate and in a closed loop.
 *
 * One message in ten is due while it stands still, evenly over the second, so the 99th percentile
 * is 0.9 s. A closed loop beside it sends nothing meanwhile, and hardly notices.
 *
 * RUN  bun bench/proofs/stall.ts
 */
import { generate } from '../../harness/generator.ts'
import { launch } from '../../harness/launch.ts'
import type { LoadFigures, LoadPlan } from '../../harness/load.ts'
import { decodeHistogram } from '../stats/latency.ts'
import { hold, SEED, sayNoise } from './proof.ts'

const MEASURED_MS = 10_000
const STOPPED_MS = 1_000
const STOPS_AFTER_MS = 3_000
const RATE_PER_SECOND = 1_000

async function figuresOf(loop: LoadPlan['loop'], isStopped: boolean): Promise<LoadFigures> {
  await using subject = await launch(
    {
      kind: 'implementation',
      serve: { name: 'length-prefixed', framing: 'i32le' },
      transport: 'tcp',
    },
    { core: 1 },
  )
  const plan: LoadPlan = {
    address: subject.address,
    framing: 'i32le',
    messageBytesMax: 1024,
    messageBytes: 64,
    connections: 1,
    loop,
    warmUp: { durationMs: 500 },
    measured: { durationMs: MEASURED_MS },
    stallMs: 5_000,
    deadlineMs: 60_000,
    subjectProcessGroup: subject.processGroup,
    seed: SEED,
  }
  const stop = () => {
    setTimeout(() => subject.signal('SIGSTOP'), STOPS_AFTER_MS)
    setTimeout(() => subject.thaw(), STOPS_AFTER_MS + STOPPED_MS)
  }
  const outcome = await generate(plan, { core: 0, ...(isStopped && { onMeasuring: stop }) })
  if (outcome.kind === 'failed') throw new Error(outcome.detail)
  return outcome
}

const open = { kind: 'open', ratePerSecond: RATE_PER_SECOND } as const
const msAt = ({ histogram }: LoadFigures, percentile: number): number =>
  decodeHistogram(histogram).getValueAtPercentile(percentile) / 1e6

await sayNoise()
const undisturbed = await figuresOf(open, false)
const stopped = await figuresOf(open, true)
const closed = await figuresOf({ kind: 'closed', depth: 1 }, true)

const p99 = msAt(stopped, 99)
hold('open loop, p99', `${p99.toFixed(0)} ms, goal 900 ms ± 2 %`, Math.abs(p99 / 900 - 1) <= 0.02)
const [p50, usual] = [msAt(stopped, 50), msAt(undisturbed, 50)]
const said = `${p50.toFixed(3)} ms, undisturbed ${usual.toFixed(3)} ms, goal within a quarter`
hold('open loop, p50', said, Math.abs(p50 / usual - 1) <= 0.25)
console.log(`        closed loop beside it, p99: ${msAt(closed, 99).toFixed(3)} ms`)
