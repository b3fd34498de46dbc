/** `conform --fix-ledger`: writes the ledgers anew and judges the run by them. */
import { relative } from 'node:path'
import { fixLedger } from '../conformance/fix-ledger.ts'
import { applyLedger, LEDGER_SCHEMA } from '../conformance/ledger.ts'
import type { ConformResult } from '../conformance/result.ts'
import { summarise } from '../conformance/summary.ts'
import { log } from './console.ts'
import { UsageError } from './errors.ts'
import { writeJson } from './files.ts'
import type { Subject } from './subjects.ts'

/** Subjects that share a ledger are fixed together. An interrupted run fixes nothing. */
export function fixLedgers(result: ConformResult, subjects: readonly Subject[]): ConformResult {
  if (result.partial) return result
  const today = new Date().toISOString().slice(0, 10)
  const runs = [...result.runs]
  const paths = new Set(subjects.map(({ ledgerPath }) => ledgerPath))
  for (const path of paths) {
    const places = [...subjects.entries()].filter(([, { ledgerPath }]) => ledgerPath === path)
    const concerned = places.map(([at]) => runs[at]!)
    if (path === null) {
      const isWrong = concerned.some(({ summary }) => summary.failed > 0)
      if (isWrong) throw new UsageError('--fix-ledger has nowhere to write: give --ledger FILE.')
      continue
    }
    const old = places[0]![1].ledger ?? { schema: LEDGER_SCHEMA, entries: [] }
    const { ledger, added, removed } = fixLedger(old, concerned, today)
    writeJson(path, ledger)
    log(`ledger ${relative('.', path)}: ${added} entries added, ${removed} removed`)
    for (const [at] of places) {
      const run = runs[at]!
      const problems = applyLedger(ledger, run.cases, run.subject, { complete: true, today })
      runs[at] = { ...run, summary: summarise(run.cases), problems }
    }
  }
  return { ...result, runs }
}
