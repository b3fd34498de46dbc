import { expect, test } from 'bun:test'
import { renderCompareMarkdown } from './compare-markdown.ts'
import { awkwardCompareResult } from './testdata/awkward-result.ts'
import { exampleCompareResult } from './testdata/example-result.ts'
import { expectGolden } from './testdata/golden.ts'

const options = { chartPath: (name: string, theme: string) => `charts/${name}-${theme}.svg` }

/** GitHub shows Markdown files up to this size. */
const GITHUB_FILE_BYTES_MAX = 512 * 1024

/** Cells of each line of a table, counted at pipes that are not escaped. */
const cellCounts = (table: string[]) =>
  table.map((line) => line.replaceAll('\\|', '').split('|').length)

const tablesOf = (markdown: string): string[][] =>
  markdown
    .split(/\n\n+/)
    .map((block) => block.split('\n').filter((line) => line.startsWith('|')))
    .filter((lines) => lines.length > 0)

test('the example reads as it always has', () => {
  expectGolden('compare.golden.md', renderCompareMarkdown(exampleCompareResult(), options))
})

test('a report of surprises reads as it always has', () => {
  expectGolden('compare-awkward.golden.md', renderCompareMarkdown(awkwardCompareResult(), options))
})

test('the same result gives the same text, and is not changed by it', () => {
  const result = exampleCompareResult()
  const before = JSON.stringify(result)
  const first = renderCompareMarkdown(result, options)
  expect(renderCompareMarkdown(result, options)).toBe(first)
  expect(JSON.stringify(result)).toBe(before)
})

test('the recommendation stands before everything else', () => {
  const markdown = renderCompareMarkdown(exampleCompareResult(), options)
  expect(markdown.split('\n').slice(0, 6).join('\n')).toContain('**Use `length-prefixed`**')
})

test('an interrupted run says so in bold before the recommendation', () => {
  const markdown = renderCompareMarkdown(awkwardCompareResult(), options)
  expect(markdown.indexOf('**This report is partial.**')).toBeWithin(
    0,
    markdown.indexOf('**Use') >>> 0,
  )
})

test('no table is torn, whatever a server sent', () => {
  for (const result of [exampleCompareResult(), awkwardCompareResult()]) {
    for (const lines of tablesOf(renderCompareMarkdown(result, options))) {
      expect(new Set(cellCounts(lines)).size).toBe(1)
    }
  }
})

test('hostile text arrives as text', () => {
  const markdown = renderCompareMarkdown(awkwardCompareResult(), options)
  expect(markdown).not.toContain('<script>')
  expect(markdown).not.toContain('@someone')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
  expect(markdown).not.toMatch(/[\u0000-\u0008\u000b-\u001f]/)
})

test('fits on GitHub with three hundred cases and twenty subjects', () => {
  const result = exampleCompareResult()
  const copies = Array.from({ length: 10 }, (_, copy) => copy)
  for (const run of result.conform.runs) {
    run.cases = copies.flatMap((copy) =>
      run.cases.map((one) => ({ ...one, id: `${one.id}-${copy}` })),
    )
  }
  const { subjects, conform, bench } = result
  const renamed = (name: string, copy: number) => `${name}-${copy}`
  const four = [1, 2, 3, 4]
  const many = {
    ...result,
    subjects: four.flatMap((copy) =>
      subjects.map((one) => ({ ...one, name: renamed(one.name, copy) })),
    ),
    conform: {
      ...conform,
      runs: four.flatMap((copy) =>
        conform.runs.map((run) => ({
          ...run,
          subject: { ...run.subject, name: renamed(run.subject.name, copy) },
        })),
      ),
    },
    bench: {
      ...bench,
      cells: four.flatMap((copy) =>
        bench.cells.map((cell) => ({ ...cell, subject: renamed(cell.subject, copy) })),
      ),
    },
  }
  const bytes = new TextEncoder().encode(renderCompareMarkdown(many, options)).length
  expect(bytes).toBeLessThan(GITHUB_FILE_BYTES_MAX)
})

test('empty results still make a report', () => {
  const result = exampleCompareResult()
  result.conform.runs = []
  result.bench.cells = []
  const markdown = renderCompareMarkdown(result, options)
  expect(markdown).toContain('**Choose none of these.**')
  expect(renderCompareMarkdown({ ...result, subjects: [] }, options)).toContain('# Which framing?')
})
