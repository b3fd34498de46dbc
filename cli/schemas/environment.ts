import * as v from 'valibot'
import type { Environment } from '../../harness/environment.ts'

export const count = v.pipe(v.number(), v.integer(), v.minValue(0))
export const numberOrNull = v.nullable(v.number())

/** What a result was measured on. */
export const EnvironmentSchema = v.looseObject({
  framegate: v.string(),
  bun: v.string(),
  platform: v.string(),
  kernel: v.string(),
  cpuModel: v.string(),
  cores: count,
  memoryBytes: v.number(),
  commit: v.nullable(v.string()),
  dirty: v.nullable(v.boolean()),
  load1: v.number(),
  stealShare: numberOrNull,
  timeScale: v.number(),
  startedAt: v.string(),
  seed: count,
}) satisfies v.GenericSchema<unknown, Environment>
