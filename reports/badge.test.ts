import { expect, test } from 'bun:test'
import type { ConformResult } from '../conformance/result.ts'
import { renderBadge } from './badge.ts'
import { HOSTILE_TEXT } from './testdata/awkward-result.ts'
import { exampleCompareResult } from './testdata/example-result.ts'
import { expectGolden } from './testdata/golden.ts'

const { conform } = exampleCompareResult()
const only = (name: string): ConformResult => ({
  ...conform,
  runs: conform.runs.filter(({ subject }) => subject.name === name).slice(0, 1),
})
/** The same outcomes, none of them foreseen by a ledger. */
const unforeseen = (result: ConformResult): ConformResult => ({
  ...result,
  runs: result.runs.map((run) => ({
    ...run,
    cases: run.cases.map((one) => ({ ...one, expected: one.outcome === 'pass' })),
  })),
})
const right = only('length-prefixed')
const wrong = unforeseen(only('naive-recv'))
const titleOf = (result: ConformResult) => /<title>(.*)<\/title>/.exec(renderBadge(result))?.[1]

test('the examples look as they always have', () => {
  expectGolden('badge-passed.golden.svg', renderBadge(right))
  expectGolden('badge-failed.golden.svg', renderBadge(wrong))
})

test('a badge says how much was right, and never more than is known', () => {
  const passed = right.runs[0]!.cases.filter(({ outcome }) => outcome === 'pass').length
  expect(titleOf(right)).toBe(`framing i32le: ${passed} passed`)
  expect(titleOf(conform)).toMatch(/^framegate: \d+ passed, \d+ known failures$/)
  expect(titleOf(wrong)).toMatch(/^framing raw: \d+ of \d+ failed$/)
  expect(titleOf({ ...right, runs: [] })).toBe('framegate: nothing ran')
  const stale = { ...right, runs: [{ ...right.runs[0]!, problems: ['matched nothing'] }] }
  expect(titleOf(stale)).toBe('framing i32le: not as the ledger says')
  const partial = renderBadge({ ...right, partial: true })
  expect(partial).toContain(`partial: ${passed} passed`)
  expect(partial).not.toContain('#1a7f37')
})

/** Relative luminance of `#rrggbb`, as WCAG 2 defines it. */
const luminance = (colour: string): number => {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

test('white text is readable on every box: contrast of at least 4.5:1', () => {
  const badges = [right, wrong, { ...right, runs: [] }].map(renderBadge)
  const fills = badges.flatMap((svg) => [...svg.matchAll(/<rect [^>]*fill="(#\w{6})"/g)])
  expect(fills.length).toBe(6)
  for (const [, fill] of fills) expect(1.05 / (luminance(fill!) + 0.05)).toBeGreaterThan(4.5)
})

test('a name from outside is no markup', () => {
  const [run] = right.runs
  const runs = [{ ...run!, subject: { ...run!.subject, framing: `"><script>${HOSTILE_TEXT}` } }]
  expect(renderBadge({ ...right, runs })).not.toContain('<script')
})
