/** Times passes over a tape with the tool that suits them. */
import { measure } from 'mitata'
import { Bench } from 'tinybench'
import type { Pass } from './contender.ts'
import type { MicroExtents } from './extents.ts'
import type { MicroCase } from './micro-case.ts'

/** At least so many passes, however long one takes. */
const PASSES_MIN = 5

type Times = Pick<MicroExtents, 'warmUpMs' | 'measuredMs'>

/**
 * Nanoseconds of the median pass: now and then a neighbour on the machine, or the collector of
 * garbage, disturbs a pass. Contenders that leave much garbage look better by that.
 */
export async function timePass(pass: Pass, tool: MicroCase['tool'], times: Times): Promise<number> {
  return tool === 'mitata' ? timeWithMitata(pass, times) : timeWithTinybench(pass, times)
}

async function timeWithMitata(pass: Pass, { warmUpMs, measuredMs }: Times): Promise<number> {
  const until = performance.now() + warmUpMs
  // It has hardly a warm-up of its own.
  while (performance.now() < until) await pass(null)
  const { p50 } = await measure(() => pass(null), {
    min_cpu_time: measuredMs * 1e6,
    min_samples: PASSES_MIN,
    // A pass is thousands of frames: no need for batches of thousands of passes.
    batch_threshold: 0,
  })
  return p50
}

async function timeWithTinybench(pass: Pass, { warmUpMs, measuredMs }: Times): Promise<number> {
  const bench = new Bench({
    time: measuredMs,
    iterations: PASSES_MIN,
    warmupTime: warmUpMs,
    warmupIterations: 1,
    throws: true,
  })
  bench.add('pass', () => pass(null))
  const [task] = await bench.run()
  const result = task?.result
  if (result?.state !== 'completed') throw new Error(`tinybench: ${result?.state}`)
  return result.latency.p50 * 1e6
}
