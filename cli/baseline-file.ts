/** Baselines on disk: read with care, refused where they do not fit this machine. */
import * as v from 'valibot'
import { BASELINE_SCHEMA, Baseline, machineOf, otherMachine } from '../bench/gate/baseline.ts'
import { detectEnvironment } from '../harness/environment.ts'
import { UsageError } from './errors.ts'
import { readJson } from './json-file.ts'

/** Throws UsageError that says what is wrong with the file, or with this machine. */
export function readBaseline(path: string): Baseline {
  const parsed = v.safeParse(Baseline, readJson(path))
  if (!parsed.success) {
    const [issue] = parsed.issues
    const where = v.getDotPath(issue) ?? 'its top'
    throw new UsageError(
      `${path} is no baseline (${BASELINE_SCHEMA}) of --save-baseline: at ${where}, ${issue.message}.`,
    )
  }
  const difference = otherMachine(parsed.output.machine, machineOf(detectEnvironment(0)))
  if (difference === null) return parsed.output
  throw new UsageError(
    `${path} comes from another class of machine: ${difference}. Ratios do not carry over: ` +
      'store a new baseline with --save-baseline.',
  )
}
