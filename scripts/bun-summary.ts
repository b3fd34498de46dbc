/** From what `bun test` wrote to how many tests passed and failed. Pure. */
import { stripVTControlCharacters } from 'node:util'

export interface Counts {
  passed: number
  failed: number
}

const NOTHING_RAN =
  /^(?:The following filters did not match|No tests found|error: regex .* matched 0)/m
const PASSED = /^(?:\(pass\)|✓) /gm
const FAILED = /^(?:\(fail\)|✗) /gm

/**
 * Bun's own summary is believed, but not the absence of one: a test that ends the process, be it
 * with exit code 0, is a failure, and so is whatever else makes Bun fail.
 */
export function countTests(output: string, exitCode: number): Counts {
  const text = stripVTControlCharacters(output)
  const summary = text.slice(summaryStart(text))
  const passed = /^ *(\d+) pass$/m.exec(summary)
  const failed = /^ *(\d+) fail$/m.exec(summary)
  if (passed && failed && /^Ran \d+ tests? across/m.test(summary)) {
    const otherFailure = exitCode === 0 ? 0 : 1
    return { passed: Number(passed[1]), failed: Math.max(Number(failed[1]), otherFailure) }
  }
  if (NOTHING_RAN.test(text)) return { passed: 0, failed: 0 }
  const seen = (pattern: RegExp) => text.match(pattern)?.length ?? 0
  return { passed: seen(PASSED), failed: seen(FAILED) + 1 }
}

/** Behind the last test: what a test prints is no summary. */
function summaryStart(text: string): number {
  return [...text.matchAll(PASSED), ...text.matchAll(FAILED)].reduce(
    (last, { index }) => Math.max(last, index),
    0,
  )
}
