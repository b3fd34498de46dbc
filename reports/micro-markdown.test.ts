import { expect, test } from 'bun:test'
import { renderMicroMarkdown } from './micro-markdown.ts'
import { exampleMicroResult } from './testdata/example-micro.ts'
import { expectGolden } from './testdata/golden.ts'

test('the example reads as it always has', () => {
  expectGolden('micro.golden.md', renderMicroMarkdown(exampleMicroResult()))
})

test('without goals nothing is said about goals', () => {
  const { rows, ...result } = exampleMicroResult()
  const bare = rows.map((row) => ({ ...row, targets: [] }))
  const markdown = renderMicroMarkdown({ ...result, rows: bare })
  expect(markdown).not.toContain('## Goals')
  expect(markdown).toContain('3 cases, 7 contenders, 7 rounds.\n')
})

test('interrupted: what was not measured is a dash', () => {
  const { rows, ...result } = exampleMicroResult()
  const nothing = { framesPerSecond: null, bytesPerSecond: null, spread: null, ratioToPeer: null }
  const [first] = rows
  const markdown = renderMicroMarkdown({
    ...result,
    partial: true,
    rounds: 1,
    rows: [{ ...first!, ...nothing }],
  })
  expect(markdown).toContain('This report is partial.')
  expect(markdown).toContain('1 case, 1 contender, 1 round.')
  expect(markdown).toContain('| range | — | — | — |')
})
