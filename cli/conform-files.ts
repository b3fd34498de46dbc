/** The files that a conformance result is written to. */
import type { ConformResult } from '../conformance/result.ts'
import { renderConformMarkdown } from '../reports/conform-markdown.ts'
import type { RunTrace } from '../reports/html/evidence.ts'
import { renderJunit } from '../reports/junit.ts'
import { writeFileWhole, writeJson } from './files.ts'
import { htmlOfResults } from './html-report.ts'

export interface ConformFiles {
  json?: string
  junit?: string
  md?: string
  html?: string
}

export async function writeResults(
  result: ConformResult,
  options: ConformFiles,
  traces: readonly RunTrace[] = [],
): Promise<void> {
  if (options.json) writeJson(options.json, result)
  if (options.junit) writeFileWhole(options.junit, renderJunit(result))
  if (options.md) writeFileWhole(options.md, renderConformMarkdown(result))
  if (options.html) writeFileWhole(options.html, await htmlOfResults(result, null, traces))
}
