/** What every result file has to hold, by its name: `schemas/NAME.json` is made from it. */
import * as v from 'valibot'
import { Baseline } from '../../bench/gate/baseline.ts'
import { Ledger } from '../../conformance/ledger.ts'
import { ConformSchema } from '../../conformance/result-schema.ts'
import { COMPARE_SCHEMA } from '../../reports/report.ts'
import { COMPARE_SHARD_SCHEMA } from '../compare-shard.ts'
import { LOAD_SHARD_SCHEMA } from '../load-shard.ts'
import { TraceFileSchema, TraceSchema } from '../trace-files.ts'
import { BenchSchema } from './bench.ts'
import { count } from './environment.ts'
import { GateSchema } from './gate.ts'

const CompareSchema = v.looseObject({
  schema: v.literal(COMPARE_SCHEMA),
  partial: v.boolean(),
  subjects: v.array(
    v.looseObject({
      name: v.string(),
      framing: v.string(),
      summary: v.string(),
      cannotCarry: v.string(),
      overheadBytes64: v.number(),
      overheadBytes1MiB: v.number(),
    }),
  ),
  conform: ConformSchema,
  bench: BenchSchema,
  repro: v.string(),
})

const CompareShardSchema = v.looseObject({
  schema: v.literal(COMPARE_SHARD_SCHEMA),
  shard: v.looseObject({
    index: v.pipe(count, v.minValue(1)),
    count: v.pipe(count, v.minValue(1)),
    plan: v.looseObject({
      version: v.string(),
      commit: v.string(),
      seed: count,
      subjects: v.array(v.string()),
      suite: v.string(),
      bench: v.string(),
    }),
  }),
  result: CompareSchema,
  traces: v.array(v.looseObject({ run: count, trace: TraceSchema })),
})

const ClockReading = v.looseObject({ offsetMs: v.number(), errorMs: v.number() })

const LoadShardSchema = v.looseObject({
  schema: v.literal(LOAD_SHARD_SCHEMA),
  shard: v.looseObject({
    index: v.pipe(count, v.minValue(1)),
    count: v.pipe(count, v.minValue(1)),
    plan: v.looseObject({
      version: v.string(),
      commit: v.string(),
      seed: count,
      subject: v.string(),
      load: v.string(),
      startAt: v.string(),
      clock: v.string(),
    }),
  }),
  clock: v.looseObject({ before: ClockReading, after: ClockReading }),
  result: BenchSchema,
})

export const SCHEMAS = {
  conform: ConformSchema,
  bench: BenchSchema,
  compare: CompareSchema,
  'compare-shard': CompareShardSchema,
  'load-shard': LoadShardSchema,
  gate: GateSchema,
  baseline: Baseline,
  trace: TraceFileSchema,
  ledger: Ledger,
} as const
