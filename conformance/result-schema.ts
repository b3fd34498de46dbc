/** The result of a conformance run as a program must find it, to read one that another wrote. */
import * as v from 'valibot'
import { CONFORM_SCHEMA } from './result.ts'

const count = v.pipe(v.number(), v.integer(), v.minValue(0))
const Outcome = v.picklist([
  'pass',
  'lenient',
  'fail',
  'timeout',
  'crash',
  'inconclusive',
  'unsupported',
  'harness-error',
])
/** A newer version may know more symptoms: each is a word. */
const Symptom = v.nullable(v.pipe(v.string(), v.nonEmpty()))

const Case = v.looseObject({
  id: v.pipe(v.string(), v.nonEmpty()),
  level: v.picklist(['must', 'should', 'observe']),
  outcome: Outcome,
  close: v.looseObject({
    by: v.picklist(['subject', 'harness', 'nobody']),
    how: v.picklist(['fin', 'rst', 'none']),
    unreadBytes: v.nullable(count),
  }),
  resources: v.picklist(['ok', 'leak', 'over-budget', 'not-observed']),
  expected: v.boolean(),
  symptom: Symptom,
  detail: v.string(),
  clauses: v.array(v.string()),
  seed: count,
  durationMs: v.pipe(v.number(), v.minValue(0)),
  repro: v.string(),
  schedule: v.picklist(['proven', 'timed', 'none']),
  repeats: v.optional(v.array(v.looseObject({ outcome: Outcome, symptom: Symptom }))),
  flaky: v.optional(v.boolean()),
})

const Run = v.looseObject({
  subject: v.looseObject({
    name: v.string(),
    framing: v.string(),
    responseFraming: v.optional(v.string()),
    service: v.string(),
    maxFrame: count,
    transport: v.picklist(['tcp', 'udp', 'unix']),
  }),
  summary: v.looseObject({
    passed: count,
    failed: count,
    warned: count,
    skipped: count,
    inconclusive: count,
    expectedFailures: count,
    unexpectedPasses: count,
  }),
  cases: v.array(Case),
  problems: v.array(v.string()),
})

const Shard = v.looseObject({
  index: v.pipe(count, v.minValue(1)),
  count: v.pipe(count, v.minValue(1)),
  of: v.string(),
  cases: v.array(v.string()),
  ledgers: v.array(v.nullable(v.looseObject({}))),
})

export const ConformSchema = v.looseObject({
  schema: v.literal(CONFORM_SCHEMA),
  partial: v.boolean(),
  environment: v.looseObject({}),
  shard: v.optional(Shard),
  runs: v.array(Run),
})
