/** Reports for comments: they say what counts, and never more than GitHub takes. */
import { describe, expect, test } from 'bun:test'
import type { ConformResult } from '../conformance/result.ts'
import { renderConformMarkdown } from './conform-markdown.ts'
import { renderDiffMarkdown } from './diff-markdown.ts'
import { COMMENT_BYTES_MAX, cutTable, fitted, SUMMARY_BYTES_MAX } from './limits.ts'
import { renderCompareShort, renderShort } from './short-markdown.ts'
import { awkwardCompareResult, HOSTILE_TEXT } from './testdata/awkward-result.ts'
import { exampleCompareResult } from './testdata/example-result.ts'
import { expectGolden } from './testdata/golden.ts'

const bytesOf = (text: string): number => Buffer.byteLength(text)

/** A name, a framing and a detail that are as long and as awkward as can be, everywhere. */
function enormous(): ConformResult {
  const { conform } = exampleCompareResult()
  const [first] = conform.runs
  const long = HOSTILE_TEXT.repeat(40)
  const cases = Array.from({ length: 250 }, (_, index) => ({
    ...first!.cases[0]!,
    ...({ id: `boundary/case-${index}`, outcome: 'fail', symptom: 'merged' } as const),
    ...{ expected: false, detail: long, repro: long },
  }))
  const subject = { ...first!.subject, name: long, framing: long }
  const runs = Array.from({ length: 120 }, () => ({ ...first!, subject, cases, problems: [long] }))
  return { ...conform, runs }
}

test('the examples read as they always have', () => {
  expectGolden('conform-short.golden.md', renderShort(awkwardCompareResult().conform, null))
  expectGolden('compare-short.golden.md', renderCompareShort(exampleCompareResult()))
})

describe('what GitHub takes', () => {
  const huge = enormous()

  test('a short report of a huge run fits into a comment and says what is missing', () => {
    const short = renderShort(huge, null)
    expect(bytesOf(short)).toBeLessThanOrEqual(COMMENT_BYTES_MAX)
    expect(short).toContain('30,000 failed')
    expect(short).toMatch(/\n\n… and \d+ more runs\.\n/)
    expect(short).toMatch(/\n\n… and [\d,]+ more cases\.\n/)
    for (const line of short.split('\n').filter((one) => one.startsWith('|'))) {
      expect(line.endsWith('|')).toBe(true)
    }
  })

  test('a comparison of two huge runs fits into a comment', () => {
    const cases = huge.runs[0]!.cases.map(({ id, detail }) => {
      const now = { outcome: 'fail', symptom: 'merged' } as const
      return { id, old: { outcome: 'pass', symptom: null } as const, new: now, detail, repro: '' }
    })
    const none = { newKnownFailures: [], fixed: [], changed: [], weaker: [], removed: [] }
    const subject = { name: 'a', framing: 'raw', transport: 'tcp', stillFailing: 0 } as const
    const ids = cases.map(({ id }) => id)
    const diff = renderDiffMarkdown({
      ...{ schema: 'framegate.diff/1', verdict: 'worse', partial: false },
      subjects: Array.from({ length: 20 }, () => ({
        ...{ ...none, ...subject, newFailures: cases, added: ids },
      })),
      ...{ onlyOld: [], onlyNew: [] },
    })
    expect(bytesOf(diff)).toBeLessThanOrEqual(COMMENT_BYTES_MAX)
    expect(diff).toMatch(/\n\n… and \d+ more cases\.\n/)
    expect(diff).toContain('- … and 150 more')
    expect(diff).toContain('> Left out, as GitHub would not take it all: ')
  })

  test('a whole report fits into the summary of a step', () => {
    expect(bytesOf(renderConformMarkdown(huge))).toBeLessThanOrEqual(SUMMARY_BYTES_MAX)
  })

  test('figures of many subjects: a scenario that does not fit is named', () => {
    const { bench } = exampleCompareResult()
    const cells = Array.from({ length: 80 }, (_, index) =>
      bench.cells.map((cell) => ({ ...cell, subject: `${cell.subject}-${index}` })),
    ).flat()
    const short = renderShort(null, { ...bench, cells })
    expect(bytesOf(short)).toBeLessThanOrEqual(COMMENT_BYTES_MAX)
    expect(short).toContain('Left out, as GitHub would not take it all: ')
  })
})

test('sections are left out whole, rows behind the last that fits are counted', () => {
  const parts = ['# A', null, `## B\n\n${'b'.repeat(5_000)}`, '## C\n\nc']
  expect(fitted(parts, 10_000)).toBe(`# A\n\n${parts[2]}\n\n## C\n\nc\n`)
  const note = '> [!NOTE]\n> Left out, as GitHub would not take it all: B.'
  expect(fitted(parts, 5_000)).toBe(`# A\n\n## C\n\nc\n\n${note}\n`)
  const sections = Array.from({ length: 12 }, (_, i) => `## S${i}\n\n${'s'.repeat(2_000)}`)
  expect(fitted(sections, 1_500)).toContain('S8, S9 and 2 more sections.')
  const columns = [{ title: 'a', align: 'left' }] as const
  const rows = Array.from({ length: 5 }, () => ['x'.repeat(100)])
  const table = cutTable(columns, rows, { bytesMax: 250, noun: 'row' })
  expect(table.split('\n').filter((line) => line.includes('xxx')).length).toBe(2)
  expect(table).toEndWith('\n\n… and 3 more rows.')
})
