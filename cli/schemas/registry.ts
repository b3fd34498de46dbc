/** What every result file has to hold, by its name: `schemas/NAME.json` is made from it. */
import * as v from 'valibot'
import { Baseline } from '../../bench/gate/baseline.ts'
import { Ledger } from '../../conformance/ledger.ts'
import { ConformSchema } from '../../conformance/result-schema.ts'
import { COMPARE_SCHEMA } from '../../reports/report.ts'
import { TraceFileSchema } from '../trace-files.ts'
import { BenchSchema } from './bench.ts'
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

export const SCHEMAS = {
  conform: ConformSchema,
  bench: BenchSchema,
  compare: CompareSchema,
  gate: GateSchema,
  baseline: Baseline,
  trace: TraceFileSchema,
  ledger: Ledger,
} as const
