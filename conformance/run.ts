/** Cases × subject → results, in lanes side by side. */
import type { Case } from './case.ts'
import type { CaseResult } from './result.ts'
import { type CaseOptions, Patience, runCase } from './run-case.ts'
import { Subject, type Target } from './subject.ts'

export type { Target } from './subject.ts'

export interface RunOptions extends CaseOptions {
  target: Target
  cases: readonly Case[]
  /** Subjects run side by side, each an instance of its own. */
  jobs: number
  bail: boolean
  signal: AbortSignal
  onCase(result: CaseResult): void
  /** True when the outcome was to be expected; `--bail` stops at the first that was not. */
  isExpected(result: CaseResult): boolean
}

/** A case and its place in the results. */
type Item = readonly [index: number, item: Case]

/** Results in the order of the cases. Throws HarnessError when the subject cannot be started. */
export async function runCases(options: RunOptions): Promise<CaseResult[]> {
  const results: (CaseResult | undefined)[] = []
  const jobs = options.target.kind === 'connect' ? 1 : options.jobs
  const items = [...options.cases.entries()]
  const isAlone = ([, { lane }]: Item) => jobs > 1 && lane === 'alone'
  const beside = items.filter((item) => !isAlone(item)).values()
  const interrupted = interruption(options.signal)
  let stop = false
  const runAll = async (queue: Iterable<Item>, lane: Lane) => {
    for (const [index, item] of queue) {
      if (stop || options.signal.aborted) return
      // A case that is under way when the run is interrupted is given up: it would take seconds.
      const run = runCase(item, lane.subject, lane.patience, options)
      const result = await Promise.race([run, interrupted])
      if (result === null) return
      results[index] = result
      options.onCase(result)
      if (options.bail && !options.isExpected(result)) stop = true
    }
  }
  const startLane = async (): Promise<void> => {
    await using subject = new Subject(options.target, options.signal)
    try {
      await subject.ensure()
      await runAll(beside, { subject, patience: new Patience() })
    } catch (error) {
      stop = true
      throw error
    }
  }
  const lanes = Array.from({ length: jobs }, startLane)
  const ended = await Promise.allSettled(lanes)
  const failed = ended.find((lane) => lane.status === 'rejected')
  // What is thrown when the run is interrupted while something starts is no failure.
  if (failed && !options.signal.aborted) throw failed.reason
  if (!items.some(isAlone) || stop || options.signal.aborted) return inOrder(results)
  // What measures time or memory comes last, when nothing else runs.
  await using subject = new Subject(options.target, options.signal)
  await runAll(items.filter(isAlone), { subject, patience: new Patience() })
  return inOrder(results)
}

interface Lane {
  subject: Subject
  patience: Patience
}

const inOrder = (results: readonly (CaseResult | undefined)[]): CaseResult[] =>
  results.filter((result) => result !== undefined)

/** Null once the signal is aborted. */
const interruption = (signal: AbortSignal): Promise<null> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(null)
    signal.addEventListener('abort', () => resolve(null))
  })
