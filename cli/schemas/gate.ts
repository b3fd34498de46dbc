/** The result of a gate as a program must find it. */
import * as v from 'valibot'
import { GATE_SCHEMA, type GateResult } from '../../bench/gate/result.ts'
import { Parameters } from './bench.ts'
import { count, EnvironmentSchema, numberOrNull } from './environment.ts'

const Verdict = v.picklist(['pass', 'regressed', 'improved', 'inconclusive'])
const interval = { ratio: numberOrNull, ciLow: numberOrNull, ciHigh: numberOrNull }

const Cell = v.looseObject({
  ...interval,
  scenario: v.string(),
  parameters: Parameters,
  metric: v.picklist(['cpuNsPerMessage', 'throughputPerSecond', 'latencyNsP50', 'latencyNsP99']),
  pAdjusted: v.number(),
  blocks: count,
  verdict: Verdict,
  reason: v.string(),
  minimumDetectableEffect: numberOrNull,
  floor: v.number(),
  margin: v.number(),
  stage: v.picklist(['routed', 'tested']),
  base: numberOrNull,
  head: numberOrNull,
  control: v.looseObject(interval),
  logRatios: v.array(numberOrNull),
  controlLogRatios: v.array(numberOrNull),
})

const Counter = v.looseObject({
  scenario: v.string(),
  counter: v.picklist(['reads', 'writes', 'bytesCopied', 'allocations']),
  base: v.number(),
  head: v.number(),
  verdict: Verdict,
})

export const GateSchema = v.looseObject({
  schema: v.literal(GATE_SCHEMA),
  verdict: Verdict,
  reason: v.string(),
  partial: v.boolean(),
  environment: EnvironmentSchema,
  base: v.string(),
  head: v.string(),
  settings: v.looseObject({
    alpha: v.number(),
    floor: v.number(),
    budgetSeconds: v.number(),
    seed: count,
  }),
  newFailures: v.array(
    v.looseObject({ id: v.string(), symptom: v.string(), detail: v.string(), repro: v.string() }),
  ),
  failures: v.array(
    v.looseObject({
      side: v.picklist(['base', 'head']),
      scenario: v.string(),
      symptom: v.string(),
      detail: v.string(),
    }),
  ),
  counters: v.array(Counter),
  cells: v.array(Cell),
  control: v.looseObject(interval),
  warnings: v.array(v.string()),
  wallSeconds: v.number(),
}) satisfies v.GenericSchema<unknown, GateResult>
