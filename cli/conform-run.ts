/** Runs the suite over subjects, with progress; used by `conform` and `compare`. */

import type { Case } from '../conformance/case.ts'
import { applyLedger } from '../conformance/ledger.ts'
import { joinRepeats } from '../conformance/repeat.ts'
import {
  type CaseResult,
  CONFORM_SCHEMA,
  type ConformResult,
  type ConformRun,
  type ShardRecord,
} from '../conformance/result.ts'
import { runCases } from '../conformance/run.ts'
import { digestOf, inShard, type Shard } from '../conformance/shard.ts'
import { isUnexpected, summarise } from '../conformance/summary.ts'
import type { Environment } from '../harness/environment.ts'
import { Crew } from './crew.ts'
import { host } from './host.ts'
import { reproOf, type Subject } from './subjects.ts'
import type { TraceKeeper } from './traces.ts'

export interface ConformOptions {
  cases: readonly Case[]
  /** False when a part of the suite was chosen: ledger entries may then match nothing. */
  complete: boolean
  seed: number
  timeScale: number
  jobs: number
  bail: boolean
  environment: Environment
  /** Only this part of the cases of each subject. */
  shard?: Shard
  /** Each case so often, in fresh processes. */
  repeat?: number
  /** Told of each case that was run, with what went over the wire. */
  keeper?: TraceKeeper
}

export async function runConformance(
  subjects: readonly Subject[],
  options: ConformOptions,
): Promise<ConformResult> {
  const { environment, shard, repeat = 1 } = options
  const cases = shard ? inShard(options.cases, shard) : options.cases
  const progress = host().startProgress('conformance', subjects.length * cases.length * repeat)
  const whole = { ...options, cases }
  const jobs = Math.min(options.jobs, subjects.length)
  // Whether to go on, only this process knows.
  const isAlone = jobs === 1 || options.bail
  let runs: ConformRun[]
  try {
    runs = isAlone
      ? await runInTurn(subjects, whole, progress.step)
      : await runSideBySide(subjects, { ...whole, jobs }, progress.step)
  } finally {
    progress.stop()
  }
  return {
    schema: CONFORM_SCHEMA,
    partial: host().signal.aborted,
    environment,
    ...(shard ? { shard: shardRecord(shard, subjects, options) } : {}),
    runs,
  }
}

type Step = (what: string) => void

async function runInTurn(
  subjects: readonly Subject[],
  options: ConformOptions,
  step: Step,
): Promise<ConformRun[]> {
  const runs: ConformRun[] = []
  for (const [position, subject] of subjects.entries()) {
    if (host().signal.aborted) break
    const run = await runSubject(subject, options, step, (onCase, isExpected) =>
      runHere(subject, { ...options, position }, onCase, isExpected),
    )
    runs.push(run)
    if (options.bail && run.cases.some(isUnexpected)) break
  }
  return runs
}

/** Several subjects at a time, each in a process of the crew. */
async function runSideBySide(
  subjects: readonly Subject[],
  options: ConformOptions,
  step: Step,
): Promise<ConformRun[]> {
  await using crew = new Crew(options.jobs, host().signal)
  const runs: ConformRun[] = []
  // Servers that are wrong are waited for: begun last, they would keep one core idle.
  const expectsFailures = ({ ledger }: Subject) => Number(ledger !== null)
  const waiting = [...subjects.entries()]
    .sort(([, one], [, other]) => expectsFailures(other) - expectsFailures(one))
    .values()
  const cases = options.cases.map(({ id }) => id)
  const { seed, timeScale } = options
  const runNext = async (): Promise<void> => {
    for (const [position, subject] of waiting) {
      if (host().signal.aborted) return
      const { target, asked, flags } = subject
      const job = { target, asked, options: subject.options, flags, cases, seed, timeScale }
      const evidence = options.keeper?.of(position, subject.record)
      runs[position] = await runSubject(subject, options, step, (onCase) =>
        crew.run(job, onCase, evidence),
      )
    }
  }
  await Promise.all(Array.from({ length: crew.size }, runNext))
  // What was never begun has left a gap.
  return runs.filter(() => true)
}

/** Enough to make the whole of the parts again, and to see that they belong together. */
function shardRecord(
  { index, count }: Shard,
  subjects: readonly Subject[],
  { cases, seed, repeat = 1 }: ConformOptions,
): ShardRecord {
  const ids = cases.map(({ id }) => id)
  const records = subjects.map(({ record }) => record)
  const ledgers = subjects.map(({ ledger }) => ledger)
  return { index, count, of: digestOf([records, ledgers, ids, seed, repeat]), cases: ids, ledgers }
}

type OnCase = (result: CaseResult) => void
type RunCases = (
  onCase: OnCase,
  isExpected: (result: CaseResult) => boolean,
) => Promise<CaseResult[]>

/** As often as it is to be repeated, held against its ledger. */
async function runSubject(
  subject: Subject,
  options: ConformOptions,
  step: Step,
  run: RunCases,
): Promise<ConformRun> {
  const today = new Date().toISOString().slice(0, 10)
  const judge = (results: readonly CaseResult[], complete: boolean) =>
    applyLedger(subject.ledger, results, subject.record, { complete, today })
  const isExpected = (result: CaseResult) => {
    judge([result], false)
    return !isUnexpected(result)
  }
  const rounds: CaseResult[][] = []
  for (let round = 0; round < (options.repeat ?? 1) && !host().signal.aborted; round++) {
    const results = await run(({ id }) => step(`${subject.record.name} ${id}`), isExpected)
    rounds.push(results)
    if (options.bail && results.some(isUnexpected)) break
  }
  const cases = joinRepeats(rounds)
  const isWhole = !options.shard && cases.length === options.cases.length
  const problems = judge(cases, options.complete && isWhole)
  return { subject: subject.record, summary: summarise(cases), cases, problems }
}

function runHere(
  subject: Subject,
  options: ConformOptions & { position: number },
  onCase: OnCase,
  isExpected: (result: CaseResult) => boolean,
): Promise<CaseResult[]> {
  const { keeper, position } = options
  return runCases({
    ...options,
    target: subject.target,
    traits: subject.traits,
    signal: host().signal,
    repro: reproOf(subject.flags),
    ...(keeper ? { evidence: keeper.of(position, subject.record) } : {}),
    onCase,
    isExpected,
  })
}
