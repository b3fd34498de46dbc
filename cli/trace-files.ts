/** The traces of an earlier run (`conform --trace`), for the page of its result. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import * as v from 'valibot'
import type { CaseResult, ConformResult, SubjectRecord } from '../conformance/result.ts'
import type { RunTrace } from '../reports/html/evidence.ts'
import type { Trace } from '../reports/html/trace.ts'
import { UsageError } from './errors.ts'
import { readJson } from './json-file.ts'

export const TRACE_SCHEMA = 'framegate.trace/1'

/** One case of one subject, as JSON beside the text file. */
export interface TraceFile {
  schema: typeof TRACE_SCHEMA
  subject: SubjectRecord
  outcome: CaseResult['outcome']
  symptom: CaseResult['symptom']
  trace: Trace
}

const Event = v.looseObject({
  atMs: v.number(),
  connection: v.number(),
  kind: v.picklist(['sent', 'received', 'closed', 'note']),
  hex: v.string(),
  bytes: v.number(),
  text: v.string(),
})
export const TraceSchema = v.looseObject({
  caseId: v.string(),
  events: v.array(Event),
  output: v.string(),
})
export const TraceFileSchema = v.looseObject({
  schema: v.literal(TRACE_SCHEMA),
  subject: v.looseObject({ name: v.string() }),
  outcome: v.string(),
  symptom: v.nullable(v.string()),
  trace: TraceSchema,
})

/**
 * Traces of this result; those of other runs in the folder are left alone. Throws UsageError where
 * there is no folder, a trace cannot be read, or none is of this result.
 */
export function readTraces(folder: string, { runs }: ConformResult): RunTrace[] {
  const files = traceFilesIn(folder)
  const traces = files.flatMap((file) =>
    runs.flatMap(({ subject, cases }, run): RunTrace[] => {
      if (!isDeepStrictEqual(subject, file.subject)) return []
      const result = cases.find(({ id }) => id === file.trace.caseId)
      return result && endedSo(result, file) ? [{ run, trace: file.trace }] : []
    }),
  )
  if (traces.length > 0) return traces
  const what =
    files.length === 0 ? 'has no traces' : 'has traces, but none of these subjects and outcomes'
  throw new UsageError(
    `${folder} ${what}. Give the folder that \`conform --trace\` wrote in the same run.`,
  )
}

/** A trace of another run of the same case would be evidence of something else. */
const endedSo = (result: CaseResult, { outcome, symptom }: TraceFile): boolean =>
  [result, ...(result.repeats ?? [])].some(
    (one) => one.outcome === outcome && one.symptom === symptom,
  )

function traceFilesIn(folder: string): TraceFile[] {
  let names: string[]
  try {
    names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  } catch (error) {
    throw new UsageError(`${folder} cannot be read: ${(error as Error).message}`)
  }
  return names
    .filter((name) => name.endsWith('.json'))
    .toSorted()
    .flatMap((name) => readTraceFile(join(folder, name)))
}

/** Nothing where the file is JSON of another kind, a result beside the traces for example. */
function readTraceFile(path: string): TraceFile[] {
  const value = readJson(path)
  const schema = (value as { schema?: unknown } | null)?.schema
  if (typeof schema !== 'string' || !schema.startsWith('framegate.trace/')) return []
  if (schema !== TRACE_SCHEMA) {
    throw new UsageError(`${path} has the schema "${schema}"; this version knows ${TRACE_SCHEMA}.`)
  }
  const parsed = v.safeParse(TraceFileSchema, value)
  if (parsed.success) return [value as TraceFile]
  const issue = parsed.issues[0]
  const where = v.getDotPath(issue) ?? 'its top'
  throw new UsageError(`${path} is damaged at ${where}: ${issue.message}`)
}
