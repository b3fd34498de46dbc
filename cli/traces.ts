/** What went over the wire in what did not pass: kept for the page, and in files (`--trace`). */
import { join } from 'node:path'
import type { Evidence, EvidenceKeeper } from '../conformance/evidence.ts'
import { ALL_CASES } from '../conformance/registry.ts'
import type { CaseResult, SubjectRecord } from '../conformance/result.ts'
import type { RunTrace } from '../reports/html/evidence.ts'
import { traceOf } from '../reports/html/trace.ts'
import { renderTrace } from '../reports/trace-text.ts'
import { clauseWords } from './clauses.ts'
import { writeFileWhole, writeJson } from './files.ts'
import { TRACE_SCHEMA, type TraceFile } from './trace-files.ts'

interface TraceOptions {
  /** Where files go; null for none. */
  folder: string | null
  /** Passes as well. */
  all: boolean
}

const DULL: readonly string[] = ['pass', 'unsupported']

export interface TraceKeeper {
  /** What a run is told that is at this position of the result. */
  of(run: number, subject: SubjectRecord): EvidenceKeeper
  traces(): RunTrace[]
}

export function traceKeeper({ folder, all }: TraceOptions): TraceKeeper {
  const kept = new Map<string, RunTrace>()
  const keep = (run: number, subject: SubjectRecord, result: CaseResult, evidence: Evidence) => {
    const isDull = DULL.includes(result.outcome)
    const key = `${run} ${result.id}`
    // Of a case that was repeated, a pass does not take the place of a failure.
    if (isDull && (!all || kept.has(key))) return
    const trace = traceOf(result.id, evidence)
    kept.set(key, { run, trace })
    if (folder === null) return
    const path = join(folder, folderOf(subject), result.id)
    const { outcome, symptom } = result
    const file: TraceFile = { schema: TRACE_SCHEMA, subject, outcome, symptom, trace }
    writeJson(`${path}.json`, file)
    writeFileWhole(`${path}.txt`, renderTrace(subject, result, evidence, wordsOf(result)))
  }
  return {
    of: (run, subject) => ({
      ofPasses: all,
      keep: (result, evidence) => keep(run, subject, result, evidence),
    }),
    traces: () => [...kept.values()],
  }
}

function wordsOf({ id, clauses }: CaseResult) {
  const item = ALL_CASES.find((one) => one.id === id)
  return {
    sends: item?.sends ?? '',
    expects: item?.expects ?? '',
    clauses: clauses.map(clauseWords),
  }
}

/** `echo-u32be-tcp`. */
const folderOf = ({ name, framing, transport }: SubjectRecord): string =>
  [name, framing, transport]
    .map((word) =>
      word
        .replaceAll(/[^\w.]+/g, '-')
        .replaceAll(/^-+|-+$/g, '')
        .slice(0, 60),
    )
    .join('-')
