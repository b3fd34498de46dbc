/** The package's main entry: what a `framegate.config.ts` and a program import. */
import { bunProblem } from './bun-version.ts'
import type { FramegateConfig } from './config-schema.ts'

export type { GateCell, GateResult, GateVerdict } from '../bench/gate/result.ts'
export type { BenchCell, BenchResult } from '../bench/result.ts'
export type { CaseResult, ConformResult, ConformRun } from '../conformance/result.ts'
export type { ConformVerdict } from '../conformance/summary.ts'
export { HarnessError } from '../harness/errors.ts'
export * from './api.ts'
export type { SubjectSettings } from './config-schema.ts'
export { UsageError } from './errors.ts'
export type { FramegateConfig }

const problem = bunProblem()
if (problem !== null) throw new Error(problem)

/** Identity, for the types: an editor knows every setting. */
export const defineConfig = (config: FramegateConfig): FramegateConfig => config
