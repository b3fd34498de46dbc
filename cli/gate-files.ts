/** The files that a gate is asked for. */
import type { GateResult } from '../bench/gate/result.ts'
import { renderGateCsv } from '../reports/gate-csv.ts'
import { renderGateJunit } from '../reports/gate-junit.ts'
import { renderGateMarkdown } from '../reports/gate-markdown.ts'
import { UsageError } from './errors.ts'
import { appendTable, writeFileWhole, writeJson } from './files.ts'

export interface GateFileOptions {
  json?: string
  md?: string
  junit?: string
  csv?: string
}

/** Throws UsageError naming the file that could not be written; the verdict has been said then. */
export function writeGateFiles(
  result: GateResult,
  { json, md, junit, csv }: GateFileOptions,
): void {
  writeOrExplain(json, (path) => writeJson(path, result))
  writeOrExplain(md, (path) => writeFileWhole(path, renderGateMarkdown(result)))
  writeOrExplain(junit, (path) => writeFileWhole(path, renderGateJunit(result)))
  writeOrExplain(csv, (path) => appendTable(path, renderGateCsv(result)))
}

export function writeOrExplain(path: string | undefined, into: (path: string) => void): void {
  if (path === undefined) return
  try {
    into(path)
  } catch (error) {
    throw new UsageError(`${path} could not be written: ${(error as Error).message}.`)
  }
}
