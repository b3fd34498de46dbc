/**
 * What the page's script needs to show the evidence of a cell. Results are one block of data; each
 * trace is a block of its own, read only when its cell is opened: a page with thousands of traces
 * stays quick.
 */
import type { CaseResult } from '../../conformance/result.ts'
import { MARKS, markOf } from '../case-mark.ts'
import { SIGNS } from './mark-sign.ts'
import { jsonData, type Markup, markup } from './markup.ts'
import type { RunColumn } from './run-column.ts'

/** A case in words, as `framegate explain` says it. */
export interface CaseText {
  sends: string
  expects: string
  finds: string
}

/** One thing that happened on a connection. */
export interface TraceEvent {
  /** Milliseconds since the case began. */
  atMs: number
  connection: number
  kind: 'sent' | 'received' | 'closed' | 'note'
  /** The bytes, or the first of them. */
  hex: string
  /** How many there were. */
  bytes: number
  /** Decoded frames, or what happened, in words. */
  text: string
}

export interface Trace {
  /** Position of its run in the result. */
  run: number
  caseId: string
  events: readonly TraceEvent[]
  /** The end of what the subject wrote to its standard error. */
  stderr: string
}

/** What the script reads from the page. */
export interface PageData {
  runs: readonly { label: string; cases: Readonly<Record<string, CellData>> }[]
  caseTexts: Readonly<Record<string, CaseText>>
}

/** A result as the evidence panel shows it. */
export interface CellData
  extends Pick<
    CaseResult,
    | 'level'
    | 'outcome'
    | 'symptom'
    | 'detail'
    | 'clauses'
    | 'close'
    | 'resources'
    | 'repro'
    | 'seed'
  > {
  sign: string
  meaning: string
  durationMs: number
}

const cellData = (result: CaseResult): CellData => {
  const mark = markOf(result)
  const { level, outcome, symptom, detail, clauses, close, resources, repro, seed } = result
  return {
    sign: SIGNS[mark],
    meaning: MARKS[mark].meaning,
    level,
    outcome,
    symptom,
    detail,
    clauses,
    close,
    resources,
    repro,
    seed,
    durationMs: result.durationMs,
  }
}

export const evidenceData = (
  columns: readonly RunColumn[],
  caseTexts: Readonly<Record<string, CaseText>>,
): Markup => {
  const data: PageData = {
    runs: columns.map(({ label, run }) => ({
      label,
      cases: Object.fromEntries(run.cases.map((one) => [one.id, cellData(one)])),
    })),
    caseTexts,
  }
  return jsonData(data)
}

export const traceScripts = (
  columns: readonly RunColumn[],
  traces: readonly Trace[],
): readonly Markup[] =>
  traces
    .filter(({ run, caseId }) => columns[run]?.byId.has(caseId))
    .map(
      (trace) =>
        markup`<script type="application/json" data-trace="${trace.run} ${trace.caseId}">${jsonData(trace)}</script>\n`,
    )
