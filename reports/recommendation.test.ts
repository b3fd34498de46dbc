import { expect, test } from 'bun:test'
import type { BenchCell } from '../bench/result.ts'
import { recommend } from './recommendation.ts'
import { recommendationBox, restrictedOnes, wrongOnes } from './recommendation-words.ts'
import type { CompareResult } from './report.ts'
import { subjectViews } from './standing.ts'
import { awkwardCompareResult } from './testdata/awkward-result.ts'
import { exampleCompareResult } from './testdata/example-result.ts'

const chosenOf = (result: CompareResult) => recommend(result).chosen.map(({ label }) => label)

const boxOf = (result: CompareResult) =>
  recommendationBox(recommend(result)).replaceAll('\u00a0', ' ')

const withCells = (result: CompareResult, change: (cell: BenchCell) => BenchCell) => ({
  ...result,
  bench: { ...result.bench, cells: result.bench.cells.map(change) },
})

/** Every right one as fast as the others, within their spreads. */
const allAlike = () =>
  withCells(exampleCompareResult(), (cell) => {
    const model = exampleCompareResult().bench.cells.find(
      (one) => one.subject === 'length-prefixed' && one.scenario === cell.scenario,
    )!
    const { subject, framing, parameters, struck, conformant } = cell
    return struck === null ? { ...model, subject, framing, parameters, struck, conformant } : cell
  })

test('a wrong one is never chosen, however fast', () => {
  const result = withCells(exampleCompareResult(), (cell) =>
    cell.subject === 'naive-recv' && cell.latencyNs !== null
      ? {
          ...cell,
          latencyNs: { ...cell.latencyNs, p50: 1 },
          latencyNsP50Spread: { low: 1, high: 1 },
        }
      : cell,
  )
  expect(chosenOf(result)).toEqual(['length-prefixed'])
})

test('the fastest right one is chosen, and every scenario says by how much', () => {
  const box = boxOf(exampleCompareResult())
  expect(box).toContain('**Use `length-prefixed`** (framing `i32le`): right in all 28 MUST cases.')
  expect(box).toContain('the fastest right one in all 3 scenarios')
  expect(box).toContain('is fastest, 1.91 M messages/s; `json-header` 388 k (−80 %)')
})

test('what this run could not tell apart is said to be no difference', () => {
  const box = boxOf(allAlike())
  expect(box).toContain('no difference that this run could see between')
  expect(box).toContain('unbeaten among the right ones in all 3 scenarios')
})

test('of equals the one that adds fewer bytes is chosen, and all where that is equal too', () => {
  expect(chosenOf(allAlike())).toEqual(['length-prefixed'])
  const result = allAlike()
  for (const subject of result.subjects) subject.overheadBytes64 = 4
  expect(chosenOf(result)).toEqual(['length-prefixed', 'json-header'])
  expect(boxOf(result)).toContain('**Use `length-prefixed` or `json-header`.** Each is right')
})

test('too few launches and a limited generator give nobody a point', () => {
  const few = withCells(exampleCompareResult(), (cell) => ({
    ...cell,
    launches: cell.launches.slice(0, 1),
  }))
  expect(recommend(few).findings.every(({ leaders }) => leaders.length === 0)).toBeTrue()
  expect(boxOf(few)).toContain('This run could not tell which right one is fastest.')
  expect(boxOf(few)).toContain('no verdict: too few launches')
  const bound = withCells(exampleCompareResult(), (cell) => ({
    ...cell,
    generator: { cpuShare: 1, scheduleLagNsP99: null, bound: true },
  }))
  expect(boxOf(bound)).toContain('no verdict: the load generator was the limit')
})

test('where nobody is right none is recommended', () => {
  const result = exampleCompareResult()
  result.subjects = result.subjects.filter(({ name }) => name.endsWith('-send'))
  expect(boxOf(result)).toStartWith('> [!WARNING]\n> **Choose none of these.**')
})

test('a case that proved nothing is told beside a recommendation', () => {
  const result = exampleCompareResult()
  const run = result.conform.runs.find(({ subject }) => subject.name === 'length-prefixed')!
  run.cases = run.cases.map((one, index) =>
    index === 0 ? { ...one, outcome: 'inconclusive', expected: false } : one,
  )
  expect(boxOf(result)).toContain('right in 27 of 28 MUST cases (1 more could not be settled)')
})

test('a right one that is wrong in a further framing says so', () => {
  const result = exampleCompareResult()
  const run = result.conform.runs.find(({ subject }) => subject.framing === 'u8')!
  run.cases = run.cases.map((one, index) =>
    index === 0 ? { ...one, outcome: 'fail', symptom: 'merged', expected: false } : one,
  )
  expect(boxOf(result)).toContain('With `u8` it is wrong: see “Every framing, checked”.')
})

test('the wrong ones are told in plain words', () => {
  const words = wrongOnes(subjectViews(exampleCompareResult()))!
  expect(words).toContain('Takes one recv for one message.')
  expect(words).toContain('two messages came back as one (`merged`, 5 cases)')
  expect(words).toContain('30,932,992 B were lost')
  expect(words).toContain('No figures for pipelined (merged) and bulk (split).')
  expect(words).not.toContain('**`length-prefixed`**')
})

test('a cell that was struck out makes its subject wrong without any failed case', () => {
  const result = withCells(exampleCompareResult(), (cell) =>
    cell.subject === 'length-prefixed' && cell.scenario === 'bulk'
      ? {
          ...cell,
          conformant: false,
          struck: { symptom: 'corrupted', detail: 'checksum', expected: false },
        }
      : cell,
  )
  expect(chosenOf(result)).toEqual(['json-header'])
})

test('a framing that cannot carry a workload is not wrong for that', () => {
  const result = withCells(exampleCompareResult(), (cell) =>
    cell.subject === 'length-prefixed' && cell.scenario === 'bulk'
      ? {
          ...cell,
          throughputPerSecond: null,
          bytesPerSecond: null,
          conformant: false,
          struck: { symptom: 'unsupported', detail: 'u8 carries 255 B at most', expected: true },
        }
      : cell,
  )
  expect(chosenOf(result)).toEqual(['length-prefixed'])
  expect(boxOf(result)).toContain('the fastest right one in 2 of 3 scenarios')
})

test('subjects of one name are told apart by their framing', () => {
  expect(subjectViews(awkwardCompareResult()).map(({ label }) => label)).toContain(
    'length-prefixed (u8)',
  )
})

test('a framing that is not for every message is no advice, however fast', () => {
  const result = exampleCompareResult()
  const [fastest] = recommend(result).chosen
  for (const subject of result.subjects) {
    if (subject.name === fastest!.subject.name) subject.cannotCarry = 'a line feed'
  }
  const changed = recommend(result)
  expect(changed.chosen.map(({ label }) => label)).not.toContain(fastest!.label)
  expect(changed.restricted.map(({ label }) => label)).toEqual([fastest!.label])
  expect(restrictedOnes(changed)).toContain(`**\`${fastest!.label}\`** cannot carry a line feed.`)
})
