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
import { host } from './host.ts'
import type { Subject } from './subjects.ts'
import type { KeepTrace } from './traces.ts'

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
  keepTrace?: KeepTrace
}

export async function runConformance(
  subjects: readonly Subject[],
  options: ConformOptions,
): Promise<ConformResult> {
  const runs: ConformRun[] = []
  const { environment, shard, repeat = 1 } = options
  const all = options.cases
  const cases = shard ? inShard(all, shard) : all
  const progress = host().startProgress('conformance', subjects.length * cases.length * repeat)
  try {
    for (const subject of subjects) {
      if (host().signal.aborted) break
      const whole = { ...options, cases, position: runs.length }
      const run = await runSubject(subject, whole, progress.step)
      runs.push(run)
      if (options.bail && run.cases.some(isUnexpected)) break
    }
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

async function runSubject(
  subject: Subject,
  options: ConformOptions & { position: number },
  step: (what: string) => void,
): Promise<ConformRun> {
  const today = new Date().toISOString().slice(0, 10)
  const judge = (results: readonly CaseResult[], complete: boolean) =>
    applyLedger(subject.ledger, results, subject.record, { complete, today })
  const { keepTrace, position } = options
  const rounds: CaseResult[][] = []
  for (let round = 0; round < (options.repeat ?? 1) && !host().signal.aborted; round++) {
    const results = await runCases({
      ...options,
      target: subject.target,
      traits: subject.traits,
      signal: host().signal,
      repro: (id, seed) => `framegate conform ${subject.flags} --case '${id}' --seed ${seed}`,
      ...(keepTrace
        ? { onEvidence: (...seen) => keepTrace(position, subject.record, ...seen) }
        : {}),
      onCase: ({ id }) => step(`${subject.record.name} ${id}`),
      isExpected(result) {
        judge([result], false)
        return !isUnexpected(result)
      },
    })
    rounds.push(results)
    if (options.bail && results.some(isUnexpected)) break
  }
  const cases = joinRepeats(rounds)
  const isWhole = !options.shard && cases.length === options.cases.length
  const problems = judge(cases, options.complete && isWhole)
  return { subject: subject.record, summary: summarise(cases), cases, problems }
}
