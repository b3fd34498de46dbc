/** One plan of load that is echoed: connect, warm up, measure. */
import { nowNs } from './clock.ts'
import type { LoadFigures, LoadOutcome, LoadPlan } from './load.ts'
import { LoadRun } from './load-run.ts'
import { subjectUsage, usageDelta } from './load-usage.ts'

/** Throws FramingError and FramingOptionError for a plan that no subject could keep. */
export async function runEchoes(plan: LoadPlan, onMeasuring: () => void): Promise<LoadOutcome> {
  const run = new LoadRun(plan)
  try {
    if (!run.connect() || !run.phase(plan.warmUp)) return run.failure!
    onMeasuring()
    return measure(run, plan) ?? run.failure!
  } finally {
    run.close()
  }
}

/** Null when the run has failed. */
function measure(run: LoadRun, plan: LoadPlan): LoadFigures | null {
  const { measured, subjectProcessGroup, loop } = plan
  const { recorder } = run
  const before = subjectUsage(subjectProcessGroup)
  const generatorBefore = process.cpuUsage()
  const startNs = nowNs()
  if (!run.phase(measured)) return null
  const generator = process.cpuUsage(generatorBefore)
  const durationNs = recorder.lastNs - startNs
  const after = subjectUsage(subjectProcessGroup)
  const bystanders = run.finish()
  if (run.failure) return null
  return {
    kind: 'measured',
    messages: recorder.messages,
    durationNs,
    messagesFirstHalf: 'durationMs' in measured ? recorder.messagesFirstHalf : null,
    ...recorder.histograms,
    generatorCpuShare: ((generator.user + generator.system) * 1000) / durationNs,
    scheduleLagNsP99: recorder.scheduleLagNsP99,
    offeredPerSecond: loop.kind === 'open' ? loop.ratePerSecond : null,
    unsentMessages: run.unsentMessages,
    datagrams: null,
    subject: usageDelta(before, after),
    ...bystanders,
  }
}
