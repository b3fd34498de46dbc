/** What a gate looks like to people and to CI services. */
import { describe, expect, test } from 'bun:test'
import type { GateCounter } from '../bench/gate/result.ts'
import { gateAnnotations } from './gate-annotations.ts'
import { renderGateCsv } from './gate-csv.ts'
import { forestPlot } from './gate-forest.ts'
import { renderGateJunit } from './gate-junit.ts'
import { renderGateMarkdown } from './gate-markdown.ts'
import { signed } from './gate-words.ts'
import { EXAMPLE_GATE } from './testdata/example-gate.ts'
import { expectGolden } from './testdata/golden.ts'

const hostile = {
  id: 'a/b',
  symptom: 'merged',
  detail: '</details><script>|`\n::error::x @everyone',
  repro: 'framegate conform',
}
const RISEN: GateCounter = {
  scenario: 'pipelined',
  counter: 'writes',
  base: 62.5,
  head: 1000,
  verdict: 'regressed',
}
const NOTHING = { ...EXAMPLE_GATE, cells: [] }

describe('the comment', () => {
  test('verdict first, then the plot, the figures and how it was decided', () => {
    expectGolden('gate.golden.md', renderGateMarkdown(EXAMPLE_GATE))
  })

  test('never longer than a comment may be, and nothing of a server is markup', () => {
    const cells = Array.from({ length: 2_000 }, () => EXAMPLE_GATE.cells[0]!)
    const newFailures = Array.from({ length: 500 }, () => ({
      ...hostile,
      detail: hostile.detail + 'x'.repeat(9_000),
    }))
    const markdown = renderGateMarkdown({ ...EXAMPLE_GATE, cells, newFailures })
    expect(markdown.length).toBeLessThanOrEqual(65_000)
    expect(markdown).not.toContain('<script>')
    expect(markdown).not.toContain('@everyone')
  })

  test('an interrupted run says so', () => {
    expect(renderGateMarkdown({ ...NOTHING, partial: true })).toContain('partial')
  })
})

test('the plot has a line for each cell, and arrows where an interval leaves it', () => {
  const lines = forestPlot(EXAMPLE_GATE.cells).split('\n')
  expect(lines.length).toBe(5)
  expect(new Set(lines.slice(0, 4).map((line) => line.lastIndexOf('  '))).size).toBe(1)
  expect(lines[3]).toContain('▶')
  for (const line of lines.slice(0, 3)) expect(line).toContain('●')
  const unknown = { ...EXAMPLE_GATE.cells[0]!, ratio: null, ciLow: null, ciHigh: null }
  expect(forestPlot([unknown])).toContain('?')
})

describe('JUnit', () => {
  test('regressed fails, inconclusive is skipped with its reason', () => {
    const xml = renderGateJunit(EXAMPLE_GATE)
    expect(xml).toContain('tests="8" failures="1" errors="0" skipped="1"')
    expect(xml).toContain('<failure type="regressed" message="+4.6')
    expect(xml).toContain('<skipped message="×')
  })

  test('what measured nothing, or was interrupted, is an error', () => {
    expect(renderGateJunit(NOTHING)).toContain('errors="1"')
    expect(renderGateJunit({ ...EXAMPLE_GATE, partial: true })).toContain('errors="1"')
  })

  test('a count that has risen is a failure, though nothing was timed', () => {
    const xml = renderGateJunit({ ...NOTHING, counters: [RISEN] })
    expect(xml).toContain('failures="1" errors="0"')
    const message = '62.5 → 1,000 per 1,000 messages'
    expect(xml).toContain(`name="writes"><failure type="regressed" message="${message}"/>`)
  })

  test('a new failure of conformance is a failure', () => {
    const xml = renderGateJunit({ ...NOTHING, newFailures: [hostile] })
    expect(xml).toContain('failures="1" errors="0"')
    expect(xml).not.toContain('<script>')
  })
})

describe('annotations', () => {
  test('one for each cell that regressed', () => {
    const [line, ...more] = gateAnnotations(EXAMPLE_GATE)
    expect(more).toEqual([])
    expect(line).toStartWith('::error title=ping-pong%3A CPU per message regressed::+4.6')
    expect(line).toEndWith(': slower, and by more than the floor of 3 %25')
  })

  test('one for each count that has risen', () => {
    const counters = [...EXAMPLE_GATE.counters, RISEN]
    expect(gateAnnotations({ ...NOTHING, counters })).toEqual([
      '::error title=pipelined%3A writes regressed::62.5 → 1,000 per 1,000 messages',
    ])
  })

  test('none when all is well, and none that a server could write', () => {
    expect(gateAnnotations({ ...EXAMPLE_GATE, verdict: 'pass' })).toEqual([])
    const [line, ...more] = gateAnnotations({ ...NOTHING, reason: hostile.detail })
    expect(more).toEqual([])
    expect(line).not.toContain('\n')
  })
})

test('CSV: a line for each cell and count, with a time that tools take', () => {
  const { heading, lines } = renderGateCsv(EXAMPLE_GATE)
  expect(heading.trim().split(',').length).toBe(10)
  const rows = lines.trim().split('\n')
  expect(rows.length).toBe(8)
  for (const row of rows) expect(row).toMatch(/^\d{10},\w*,ping-pong,\w+,[\d.]*,/)
})

test.each([
  [1, '+0.0 %'],
  [0.971, '−2.9 %'],
  [20.4, '× 20'],
  [null, '?'],
])('%p is %p', (ratio, text) => {
  expect(signed(ratio).replaceAll('\u00a0', ' ')).toBe(text)
})
