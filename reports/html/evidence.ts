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
import type { Trace } from './trace.ts'

/** A case in words, as `framegate explain` says it. */
export interface CaseText {
  sends: string
  expects: string
  finds: string
}

/** A trace, and the position of its run in the result. */
export interface RunTrace {
  run: number
  trace: Trace
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

/** In the order of runs and cases, however they came. */
export const traceScripts = (
  columns: readonly RunColumn[],
  traces: readonly RunTrace[],
): readonly Markup[] => {
  const keyOf = (run: number, caseId: string): string => `${run} ${caseId}`
  const byKey = new Map(traces.map(({ run, trace }) => [keyOf(run, trace.caseId), trace]))
  return columns.flatMap(({ run: { cases } }, run) =>
    cases.flatMap(({ id }) => {
      const trace = byKey.get(keyOf(run, id))
      if (!trace) return []
      return markup`<script type="application/json" data-trace="${keyOf(run, id)}">${jsonData(trace)}</script>\n`
    }),
  )
}
