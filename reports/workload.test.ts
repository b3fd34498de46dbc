import { expect, test } from 'bun:test'
import type { BenchCell } from '../bench/result.ts'
import { EXAMPLE_WORKLOADS, exampleCell } from './testdata/example-bench.ts'
import { size } from './units.ts'
import { headlineWorkloads, parametersInWords, workloadsOf } from './workload.ts'

const template = exampleCell({
  subject: 'one',
  framing: 'i32le',
  workload: EXAMPLE_WORKLOADS[0]!,
  throughputPerSecond: 100,
  latencyNsP50: 50_000,
  cpuNsPerMessage: 5000,
  overheadBytes: 4,
  spreadShare: 0.02,
})

const cellOf = (scenario: string, messageBytes: number, depth = 1, subject = 'one'): BenchCell => ({
  ...template,
  subject,
  scenario,
  parameters: { messageBytes, connections: 1, depth },
})

const headlines = (cells: BenchCell[]) =>
  headlineWorkloads(cells).map(
    (one) => `${one.scenario}, ${size(one.parameters.messageBytes)} × ${one.parameters.depth}`,
  )

test('cells are grouped by workload, scenarios in order of appearance', () => {
  const cells = [cellOf('b', 64), cellOf('a', 64), cellOf('b', 1024), cellOf('b', 64, 1, 'two')]
  const groups = workloadsOf(cells).map(({ scenario, parameters, cells: group }) => [
    scenario,
    parameters.messageBytes,
    group.length,
  ])
  expect(groups).toEqual([
    ['b', 64, 2],
    ['b', 1024, 1],
    ['a', 64, 1],
  ])
})

test('the size nearest to 64 B and then the greatest depth stand for a scenario', () => {
  expect(
    headlines([cellOf('pipelined', 16), cellOf('pipelined', 100), cellOf('pipelined', 1024)]),
  ).toEqual(['pipelined, 100\u00a0B × 1'])
  expect(headlines([cellOf('pipelined', 64, 16), cellOf('pipelined', 64, 256)])).toEqual([
    'pipelined, 64\u00a0B × 256',
  ])
})

test('bulk is represented by its largest messages', () => {
  expect(headlines([cellOf('bulk', 1024 ** 2), cellOf('bulk', 1024 ** 3)])).toEqual([
    'bulk, 1\u00a0GiB × 1',
  ])
})

test('a workload measured on more subjects is preferred', () => {
  const cells = [
    cellOf('pipelined', 64),
    cellOf('pipelined', 1024),
    cellOf('pipelined', 1024, 1, 'two'),
  ]
  expect(headlines(cells)).toEqual(['pipelined, 1\u00a0KiB × 1'])
})

test('parameters read like a sentence', () => {
  const [workload] = workloadsOf([cellOf('pipelined', 64, 4096)])
  expect(parametersInWords(workload!).replaceAll('\u00a0', ' ')).toBe(
    '64 B messages, 4,096 in flight, 1 connection',
  )
})
