import { expect, test } from 'bun:test'
import { renderBenchMarkdown } from './bench-markdown.ts'
import { awkwardCompareResult } from './testdata/awkward-result.ts'
import { exampleCompareResult } from './testdata/example-result.ts'
import { expectGolden } from './testdata/golden.ts'

test('the example reads as it always has', () => {
  expectGolden('bench.golden.md', renderBenchMarkdown(exampleCompareResult().bench))
})

test('pictures are there if there is a place for them', () => {
  const { bench } = exampleCompareResult()
  const chartPath = (name: string, theme: string) => `${name}.${theme}.svg`
  expect(renderBenchMarkdown(bench)).not.toContain('<picture>')
  expect(renderBenchMarkdown(bench, { chartPath })).toContain('srcset="throughput.dark.svg"')
})

test('warnings stand beneath the table that they belong to', () => {
  const markdown = renderBenchMarkdown(awkwardCompareResult().bench)
  expect(markdown).toContain('`json-header`: Unsteady.')
  expect(markdown).toContain('the load generator was the limit: the server may be faster')
  expect(markdown).toContain('The machine was busy when the run began: load 3.20 on 2 cores.')
})

test('a struck cell has its symptom and no number', () => {
  const { bench } = exampleCompareResult()
  const cells = bench.cells.filter(({ struck }) => struck !== null).slice(0, 1)
  const markdown = renderBenchMarkdown({ ...bench, cells })
  expect(markdown).toContain('| `naive-recv` | ~~—~~<br><sub>merged</sub> | — |')
  expect(markdown).toContain('struck out, merged: 4,096 messages sent, 77 replies came back.')
  expect(markdown).not.toContain('## How it was measured')
})
