/**
 * MADE-UP EXAMPLE DATA FOR TESTS. The example with everything in it that a report has to survive:
 * interrupted, a noisy machine, surprises in both directions, text that is hostile to Markdown.
 */
import type { BenchCell } from '../../bench/result.ts'
import type { CaseResult, ConformRun } from '../../conformance/result.ts'
import type { CompareResult } from '../report.ts'
import { type Departure, departure } from './example-cases.ts'
import { exampleCompareResult, summaryOf } from './example-result.ts'

/** Control characters, markup, a mention, a fence, a pipe, line ends. */
export const HOSTILE_TEXT =
  'Got "\u0000\u001b[31m|`**_<script>_**`|" from @someone:\r\n```\n]]> & {{x}} $1$ \\| end'

const SURPRISES: Readonly<Record<string, Departure>> = {
  'boundary/split-inside-header': departure('fail', 'corrupted', HOSTILE_TEXT, false),
  'writer/slow-reader-gets-every-byte': departure('timeout', 'hung', 'No byte in 5 s.', false),
  'lifecycle/reset-does-not-stop-server': departure('crash', 'crashed', 'Exit 139.', false),
  'lifecycle/end-inside-body': departure('inconclusive', null, 'The split did not happen.', false),
  'limits/exactly-max': departure('harness-error', null, 'Out of descriptors.', false),
  'resources/idle-burns-no-cpu': departure('lenient', 'busy', 'Used 3 % of a core idle.'),
}

const changed = (run: ConformRun, changes: Readonly<Record<string, Departure>>): ConformRun => {
  const cases = run.cases.map((one): CaseResult => ({ ...one, ...changes[one.id] }))
  return { ...run, cases, summary: summaryOf(cases) }
}

const changedCell = (cell: BenchCell): BenchCell => {
  if (cell.scenario === 'pipelined' && cell.generator !== null) {
    return { ...cell, generator: { ...cell.generator, cpuShare: 0.99, bound: true } }
  }
  if (cell.scenario === 'bulk') return { ...cell, launches: cell.launches.slice(0, 2) }
  return { ...cell, warnings: cell.subject === 'json-header' ? [HOSTILE_TEXT, 'Unsteady.'] : [] }
}

export const awkwardCompareResult = (): CompareResult => {
  const result = exampleCompareResult()
  const environment = { ...result.bench.environment, dirty: true, load1: 3.2, stealShare: 0.08 }
  const runs = result.conform.runs.map((run, index) => {
    if (run.subject.name === 'json-header') return changed(run, SURPRISES)
    const nowPasses = { 'boundary/two-frames-one-write': departure('pass', null, '', false) }
    return index === 0 ? { ...changed(run, nowPasses), problems: ['no case matches `a|b*`'] } : run
  })
  const [first, ...others] = result.subjects
  const unmeasured = { ...others[1]!, name: 'odd|name`<b>', summary: HOSTILE_TEXT }
  const sameName = { ...others[1]!, framing: 'u8' }
  return {
    ...result,
    partial: true,
    subjects: [first!, ...others, sameName, unmeasured],
    conform: { ...result.conform, environment, runs, partial: true },
    bench: { ...result.bench, environment, cells: result.bench.cells.map(changedCell) },
  }
}
