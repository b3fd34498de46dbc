/** Calibrations that were made one after the other on one machine, as one. */
import * as v from 'valibot'
import { machineOf, otherMachine } from '../bench/gate/baseline.ts'
import {
  CALIBRATION_SCHEMA,
  type CalibratedSubject,
  type CalibrationResult,
} from '../bench/gate/calibration/result.ts'
import { summarized } from '../bench/gate/calibration/summary.ts'
import { UsageError } from './errors.ts'
import { readJson } from './json-file.ts'

const numbers = v.array(v.nullable(v.number()))

const Gate = v.looseObject({
  effect: v.number(),
  verdict: v.picklist(['pass', 'regressed', 'improved', 'inconclusive']),
  wallSeconds: v.number(),
  cells: v.array(
    v.looseObject({ metric: v.string(), logRatios: numbers, controlLogRatios: numbers }),
  ),
})

/** As much of it as is relied on here and in the page. */
const Calibration = v.looseObject({
  schema: v.literal(CALIBRATION_SCHEMA),
  environment: v.looseObject({ cpuModel: v.string(), startedAt: v.string() }),
  runs: v.pipe(v.array(v.string()), v.minLength(1)),
  settings: v.looseObject({ alpha: v.number(), seed: v.number() }),
  subjects: v.array(
    v.looseObject({
      name: v.string(),
      floor: v.number(),
      budgetSeconds: v.number(),
      gates: v.array(Gate),
    }),
  ),
  warnings: v.array(v.string()),
})

/** Throws UsageError that says what is wrong with the file. */
export function readCalibration(path: string): CalibrationResult {
  const json = readJson(path)
  const parsed = v.safeParse(Calibration, json)
  if (parsed.success) return json as CalibrationResult
  const [issue] = parsed.issues
  const where = v.getDotPath(issue) ?? 'its top'
  throw new UsageError(
    `${path} is no calibration (${CALIBRATION_SCHEMA}): at ${where}, ${issue.message}.`,
  )
}

/**
 * Gates of the same subject, floor and budget are counted together. Throws UsageError for what
 * cannot be: another machine, another alpha, the same run twice.
 */
export async function joined(parts: readonly CalibrationResult[]): Promise<CalibrationResult> {
  const [first] = parts
  const subjects: CalibratedSubject[] = []
  for (const part of parts) {
    refuseOther(first!, part)
    for (const subject of part.subjects) {
      const at = subjects.findIndex((one) => keyOf(one) === keyOf(subject))
      const same = subjects[at]
      if (same) subjects[at] = { ...same, gates: [...same.gates, ...subject.gates] }
      else subjects.push(subject)
    }
  }
  const runs = parts.flatMap((part) => part.runs)
  const twice = runs.find((run, index) => runs.indexOf(run) !== index)
  if (twice !== undefined) throw new UsageError(`The calibration of ${twice} is given twice.`)
  return {
    ...first!,
    partial: parts.some(({ partial }) => partial),
    runs,
    subjects: await Promise.all(subjects.map((subject) => summarized(subject, first!.settings))),
    warnings: [...new Set(parts.flatMap(({ warnings }) => warnings))],
  }
}

function refuseOther(first: CalibrationResult, part: CalibrationResult): void {
  const [one, other] = [first, part].map(({ environment }) => machineOf(environment))
  const difference = otherMachine(one!, other!)
  if (difference !== null) throw new UsageError(`Calibrations of two machines: ${difference}.`)
  const alphas = [first, part].map(({ settings }) => settings.alpha)
  if (alphas[0] === alphas[1]) return
  throw new UsageError(`Calibrations with --alpha ${alphas.join(' and ')} are not the same gate.`)
}

const keyOf = ({ name, floor, budgetSeconds }: CalibratedSubject): string =>
  JSON.stringify([name, floor, budgetSeconds])
