/** The result of a bench as a program must find it. */
import * as v from 'valibot'
import { BENCH_SCHEMA, type BenchResult } from '../../bench/result.ts'
import { count, EnvironmentSchema, numberOrNull } from './environment.ts'

const Spread = v.nullable(v.looseObject({ low: v.number(), high: v.number() }))
const Latency = v.nullable(
  v.looseObject({
    p50: v.number(),
    p90: v.number(),
    p99: v.number(),
    p999: v.number(),
    max: v.number(),
    mean: v.number(),
  }),
)

export const Parameters = v.looseObject({
  messageBytes: count,
  connections: count,
  depth: count,
  ratePerSecond: v.exactOptional(v.number()),
  rateShare: v.exactOptional(v.number()),
  latencyNsP99Max: v.exactOptional(v.number()),
  writeBytesMax: v.exactOptional(v.number()),
  writes: v.exactOptional(v.picklist(['joined', 'separate'])),
  reconnect: v.exactOptional(v.literal(true)),
  idle: v.exactOptional(v.number()),
  unread: v.exactOptional(v.number()),
  transfer: v.exactOptional(v.picklist(['put', 'get'])),
})

const Datagrams = v.looseObject({
  sent: count,
  received: count,
  lost: count,
  duplicated: count,
  reordered: count,
  droppedAtSubject: numberOrNull,
  droppedAtGenerator: numberOrNull,
})

/** Per 1,000 messages. */
const Counts = v.looseObject({
  reads: v.number(),
  writes: v.number(),
  bytesCopied: v.number(),
  allocations: v.number(),
})

const Launch = v.looseObject({
  messages: count,
  durationNs: v.number(),
  throughputPerSecond: v.number(),
  latencyNsP50: numberOrNull,
  latencyNsP99: numberOrNull,
  cpuNsPerMessage: numberOrNull,
  startedAtMs: v.exactOptional(v.number()),
})

const Generator = v.looseObject({
  shard: v.string(),
  clockOffsetMs: v.number(),
  clockErrorMs: v.number(),
  beganAfterMs: v.number(),
  endedAfterMs: v.number(),
  messages: count,
  throughputPerSecond: v.number(),
  latencyNsP50: numberOrNull,
  latencyNsP99: numberOrNull,
  cpuShare: v.number(),
  bound: v.boolean(),
})

const Cell = v.looseObject({
  subject: v.string(),
  framing: v.string(),
  scenario: v.string(),
  parameters: Parameters,
  messages: numberOrNull,
  throughputPerSecond: numberOrNull,
  throughputSpread: Spread,
  bytesPerSecond: numberOrNull,
  offeredPerSecond: numberOrNull,
  unsentMessages: numberOrNull,
  latencyNs: Latency,
  serviceNs: Latency,
  latencyNsP50Spread: Spread,
  latencyNsP99Spread: Spread,
  histogram: v.nullable(v.string()),
  serviceHistogram: v.nullable(v.string()),
  cpuNsPerMessage: numberOrNull,
  cpuNsPerMessageSpread: Spread,
  cpuSystemShare: numberOrNull,
  runQueueNsPerMessage: numberOrNull,
  rssBytesMax: numberOrNull,
  contextSwitches: numberOrNull,
  idleRssBytesPerConnection: numberOrNull,
  unreadTakenBytes: numberOrNull,
  datagrams: v.nullable(Datagrams),
  counts: v.nullable(Counts),
  overheadBytesPerMessage: v.number(),
  generator: v.nullable(
    v.looseObject({ cpuShare: v.number(), scheduleLagNsP99: numberOrNull, bound: v.boolean() }),
  ),
  generators: v.exactOptional(v.array(Generator)),
  launches: v.array(Launch),
  conformant: v.boolean(),
  struck: v.nullable(
    v.looseObject({ symptom: v.string(), detail: v.string(), expected: v.boolean() }),
  ),
  warnings: v.array(v.string()),
})

export const BenchSchema = v.looseObject({
  schema: v.literal(BENCH_SCHEMA),
  partial: v.boolean(),
  environment: EnvironmentSchema,
  cells: v.array(Cell),
}) satisfies v.GenericSchema<unknown, BenchResult>
