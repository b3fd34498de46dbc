import { expect, test } from 'bun:test'
import { decodeFromCompressedBase64 } from 'hdr-histogram-js'
import type { BenchCell } from '../bench/result.ts'
import { renderBenchCsv } from './bench-csv.ts'
import { renderBenchMarkdown } from './bench-markdown.ts'
import { percentileFiles } from './hgrm.ts'
import { nagleParagraphs } from './nagle.ts'
import { exampleCompareResult } from './testdata/example-result.ts'

const { bench } = exampleCompareResult()

test('a line of CSV for each launch, and one for each struck cell', () => {
  const [headings, ...lines] = renderBenchCsv(bench).trimEnd().split('\r\n')
  const launches = bench.cells.reduce((sum, cell) => sum + Math.max(1, cell.launches.length), 0)
  expect(lines).toHaveLength(launches)
  for (const line of lines) expect(line.split(',')).toHaveLength(headings!.split(',').length)
  const named = { ...bench, cells: [{ ...bench.cells[0]!, subject: 'say "a,b"' }] }
  expect(renderBenchCsv(named)).toContain('\r\n"say ""a,b""",')
})

test('histograms come out as they went in', () => {
  const cell = bench.cells.find(({ histogram }) => histogram !== null)!
  const files = percentileFiles([cell])
  // A sweep has many of a scenario.
  const load = '64-B-messages-one-in-flight-1-connection'
  expect(cell.scenario).toBe('ping-pong')
  expect(files.map(({ name }) => name)).toEqual([
    `1-${cell.subject}-ping-pong-${load}-latency.hgrm`,
    `1-${cell.subject}-ping-pong-${load}-service.hgrm`,
  ])
  const { totalCount } = decodeFromCompressedBase64(cell.histogram!)
  expect(files[0]!.text).toContain(`Total count    = ${String(totalCount).padStart(12)}`)
})

const nagle = (writes: 'joined' | 'separate', p50: number): BenchCell => {
  const cell = bench.cells.find(({ latencyNs }) => latencyNs !== null)!
  return {
    ...cell,
    scenario: 'nagle',
    parameters: { messageBytes: 64, connections: 1, depth: 1, writes },
    latencyNs: { ...cell.latencyNs!, p50 },
  }
}
const explained = (joinedNs: number, separateNs: number): string =>
  nagleParagraphs([nagle('joined', joinedNs), nagle('separate', separateNs)], () => 'it').join()

test('the delayed acknowledgement is told apart from everything else', () => {
  expect(explained(60_000, 41e6)).toContain('683 times as long')
  expect(explained(60_000, 41e6)).toContain('Nagle’s algorithm holds')
  expect(explained(60_000, 90_000)).toContain('is not to be seen')
  expect(explained(41e6, 82e6)).toContain('the server itself sends its replies in two')
  expect(nagleParagraphs([nagle('joined', 1)], () => 'it')).toEqual([])
  const cells = [nagle('joined', 60_000), nagle('separate', 41e6)]
  expect(renderBenchMarkdown({ ...bench, cells })).toContain('## What small writes cost')
})
