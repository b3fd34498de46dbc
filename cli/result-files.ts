/** Result files of earlier runs: read, told apart by their schema, refused where it is unknown. */
import * as v from 'valibot'
import { BENCH_SCHEMA, type BenchResult } from '../bench/result.ts'
import { CONFORM_SCHEMA, type ConformResult } from '../conformance/result.ts'
import { COMPARE_SCHEMA, type CompareResult } from '../reports/report.ts'
import { COMPARE_SHARD_SCHEMA, type CompareShard } from './compare-shard.ts'
import { UsageError } from './errors.ts'
import { readJson } from './json-file.ts'
import { LOAD_SHARD_SCHEMA, type LoadShard } from './load-shard.ts'
import { SCHEMAS } from './schemas/registry.ts'

export type ResultFile = ConformResult | BenchResult | CompareResult

/** What can be rendered again. */
const KNOWN = new Map<string, keyof typeof SCHEMAS>([
  [CONFORM_SCHEMA, 'conform'],
  [BENCH_SCHEMA, 'bench'],
  [COMPARE_SCHEMA, 'compare'],
])

const SHARDS = new Map<string, keyof typeof SCHEMAS>([
  [CONFORM_SCHEMA, 'conform'],
  [COMPARE_SHARD_SCHEMA, 'compare-shard'],
  [LOAD_SHARD_SCHEMA, 'load-shard'],
])

/** A conformance run. */
export function readConformFile(path: string): ConformResult {
  const file = readResultFile(path)
  if (file.schema === CONFORM_SCHEMA) return file
  const what = `it is a result of the schema ${file.schema}`
  throw new UsageError(`${path} is no conformance run (${CONFORM_SCHEMA}): ${what}.`)
}

export type ShardFile = ConformResult | CompareShard | LoadShard

/** A part of a run: of conformance, of a comparison, or of a load. */
export const readShardFile = (path: string): ShardFile => readKnown(path, SHARDS) as ShardFile

/**
 * Every field is looked at. Throws UsageError where the file is missing, cut off, damaged, or of a
 * schema that is not known here.
 */
export function readResultFile(path: string): ResultFile {
  return readKnown(path, KNOWN) as ResultFile
}

function readKnown(path: string, schemas: ReadonlyMap<string, keyof typeof SCHEMAS>): unknown {
  const value = readJson(path)
  const schema = (value as { schema?: unknown } | null)?.schema
  if (typeof schema !== 'string') {
    throw new UsageError(`${path} is no result of framegate: it names no schema.`)
  }
  if (SHARDS.has(schema) && !schemas.has(schema)) {
    const whole = schema === LOAD_SHARD_SCHEMA ? 'load' : 'comparison'
    throw new UsageError(`${path} is one shard of a ${whole}: join them with framegate merge.`)
  }
  const name = schemas.get(schema)
  if (name === undefined) {
    const known = [...schemas.keys()].join(', ')
    const what = `has the schema "${schema}", which this version does not know`
    throw new UsageError(`${path} ${what}. It knows: ${known}.`)
  }
  const checked = v.safeParse(SCHEMAS[name], value)
  if (checked.success) return value
  const [issue] = checked.issues
  throw new UsageError(
    `${path} is damaged at ${v.getDotPath(issue) ?? 'its top'}: ${issue.message}.`,
  )
}
