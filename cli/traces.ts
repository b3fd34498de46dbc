/** `conform --trace DIR`: a file for each case, with what went over the wire. */
import { join } from 'node:path'
import type { Evidence } from '../conformance/evidence.ts'
import { CASES } from '../conformance/registry.ts'
import type { CaseResult, SubjectRecord } from '../conformance/result.ts'
import { renderTrace } from '../reports/trace-text.ts'
import { clauseWords } from './clauses.ts'
import { writeFileWhole } from './files.ts'

export interface TraceOptions {
  folder: string
  /** Passes as well. */
  all: boolean
}

const DULL: readonly string[] = ['pass', 'unsupported']

/** `DIR/echo-u32be-tcp/boundary/one-frame.txt`. */
export function writeTrace(
  { folder, all }: TraceOptions,
  subject: SubjectRecord,
  result: CaseResult,
  evidence: Evidence,
): void {
  if (!all && DULL.includes(result.outcome)) return
  const item = CASES.find(({ id }) => id === result.id)
  const words = {
    sends: item?.sends ?? '',
    expects: item?.expects ?? '',
    clauses: result.clauses.map(clauseWords),
  }
  const path = join(folder, folderOf(subject), `${result.id}.txt`)
  writeFileWhole(path, renderTrace(subject, result, evidence, words))
}

const folderOf = ({ name, framing, transport }: SubjectRecord): string =>
  [name, framing, transport]
    .map((word) =>
      word
        .replaceAll(/[^\w.]+/g, '-')
        .replaceAll(/^-+|-+$/g, '')
        .slice(0, 60),
    )
    .join('-')
