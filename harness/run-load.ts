/** Which kind of load a plan asks for. */
import type { LoadOutcome, LoadPlan } from './load.ts'
import { runEchoes } from './load-echoes.ts'
import { runFiles } from './load-files.ts'
import { runSink } from './load-sink.ts'
import { runDatagrams } from './load-udp.ts'
import { resolveHost } from './resolve.ts'

const RUNS: Readonly<Record<LoadPlan['loop']['kind'], typeof runEchoes>> = {
  closed: runEchoes,
  open: runEchoes,
  sink: runSink,
  datagrams: runDatagrams,
  files: runFiles,
}

/** `onMeasuring`: the warm-up is over. Throws what is a mistake of ours. */
export const runLoad = async (plan: LoadPlan, onMeasuring: () => void): Promise<LoadOutcome> =>
  RUNS[plan.loop.kind]({ ...plan, address: await resolveHost(plan.address) }, onMeasuring)
