/** Parts of a run on several machines, and the whole made of them again. */
import { createHash } from 'node:crypto'
import { applyLedger, type Ledger } from './ledger.ts'
import type { ConformResult, ConformRun, ShardRecord } from './result.ts'
import { summarise } from './summary.ts'

export interface Shard {
  index: number
  count: number
}

/** Every n-th case: neighbours take about as long as each other. */
export const inShard = <T>(items: readonly T[], { index, count }: Shard): T[] =>
  items.filter((_, at) => at % count === index - 1)

/** The same for all parts of one run: what is run, of whom, with which seed. */
export const digestOf = (parts: readonly unknown[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16)

/** Parts that do not make one whole. */
export class ShardError extends Error {
  override readonly name = 'ShardError'
}

type Part = ConformResult & { shard: ShardRecord }

/** Throws ShardError for a part that is missing, twice there, interrupted or of another run. */
export function mergeShards(results: readonly ConformResult[], today: string): ConformResult {
  const parts = results.map(partOf)
  const first = parts[0]!
  const { count, of, cases } = first.shard
  for (const { shard } of parts) {
    if (shard.of === of && shard.count === count) continue
    throw new ShardError('The shards are of different runs: subject, cases, seed or count differ.')
  }
  checkShards(parts.map(({ shard: { index }, partial }) => ({ index, count, partial })))
  const { shard: _, ...whole } = first
  const runs = first.runs.map((run, at) => mergeRuns(run, at, parts, cases, today))
  return { ...whole, runs }
}

/** The parts in their order. Throws ShardError when one is missing, twice there or interrupted. */
export function checkShards<T extends Shard & { partial: boolean }>(parts: readonly T[]): T[] {
  const { count } = parts[0]!
  for (const { index, partial } of parts) {
    if (partial) throw new ShardError(`Shard ${index}/${count} was interrupted: run it again.`)
  }
  for (let index = 1; index <= count; index++) {
    const found = parts.filter((part) => part.index === index).length
    if (found === 0) throw new ShardError(`Shard ${index}/${count} is missing.`)
    if (found > 1) throw new ShardError(`Shard ${index}/${count} is there ${found} times.`)
  }
  return parts.toSorted((left, right) => left.index - right.index)
}

function partOf(result: ConformResult): Part {
  if (result.shard) return { ...result, shard: result.shard }
  throw new ShardError('This is no shard: only results of `conform --shard` can be merged.')
}

function mergeRuns(
  { subject }: ConformRun,
  at: number,
  parts: readonly Part[],
  ids: readonly string[],
  today: string,
): ConformRun {
  const all = new Map(parts.flatMap(({ runs }) => runs[at]!.cases.map((one) => [one.id, one])))
  const cases = ids.flatMap((id) => all.get(id) ?? [])
  if (cases.length < ids.length) {
    const missing = ids.filter((id) => !all.has(id))
    throw new ShardError(`The shards lack results of ${missing.length} cases: ${missing[0]} …`)
  }
  const ledger = parts[0]!.shard.ledgers[at] as Ledger | null
  const problems = applyLedger(ledger, cases, subject, { complete: true, today })
  return { subject, summary: summarise(cases), cases, problems }
}
