/** The files that a conformance result is written to. */
import type { ConformResult } from '../conformance/result.ts'
import { renderConformMarkdown } from '../reports/conform-markdown.ts'
import { renderJunit } from '../reports/junit.ts'
import { writeFileWhole, writeJson } from './files.ts'

export interface ConformFiles {
  json?: string
  junit?: string
  md?: string
}

export function writeResults(result: ConformResult, options: ConformFiles): void {
  if (options.json) writeJson(options.json, result)
  if (options.junit) writeFileWhole(options.junit, renderJunit(result))
  if (options.md) writeFileWhole(options.md, renderConformMarkdown(result))
}
