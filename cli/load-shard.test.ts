/** Parts of a load, made by hand: what they are together, and every reason not to put them so. */
import { describe, expect, test } from 'bun:test'
import { encodeIntoCompressedBase64 } from 'hdr-histogram-js'
import { measuredCell, struckCell } from '../bench/cell.ts'
import { findScenario } from '../bench/registry.ts'
import { type WorkloadParameters, workloadOf } from '../bench/scenario.ts'
import { decodeHistogram } from '../bench/stats/latency.ts'
import { ShardError } from '../conformance/shard.ts'
import { detectEnvironment } from '../harness/environment.ts'
import type { LoadFigures } from '../harness/load.ts'
import { createLatencyHistogram } from '../harness/load-histogram.ts'
import { clockProblem, LOAD_SHARD_SCHEMA, type LoadShard, mergeLoad } from './load-shard.ts'

const START = Date.UTC(2026, 4, 1, 12)
const SUBJECT = {
  name: '10.0.0.9:7000',
  framing: 'u32be',
  messageBytesMax: 1024,
  target: { kind: 'connect', address: { transport: 'tcp', host: '10.0.0.9', port: 7000 } },
} as const
const environment = detectEnvironment(1)

interface Made {
  /** Of each message, nanoseconds. */
  latencies?: readonly number[]
  /** After the agreed start, by the clock of all. */
  beganMs?: number
  durationMs?: number
  /** How much more the clock of all shows than this machine's. */
  offsetMs?: number
  afterMs?: number
  errorMs?: number
  asked?: Partial<WorkloadParameters>
  scenario?: string
}

function histogramOf(values: readonly number[]): string {
  const histogram = createLatencyHistogram()
  for (const value of values) histogram.recordValue(value)
  return encodeIntoCompressedBase64(histogram)
}

const workloadFor = ({ scenario = 'pipelined', asked }: Made) =>
  workloadOf(findScenario(scenario)!, 'full', asked)

/** A generator that sent one message for each latency. */
function figuresOf(made: Made): LoadFigures {
  const { latencies = [1_000, 2_000], beganMs = 0, durationMs = 1_000, offsetMs = 0 } = made
  const histogram = histogramOf(latencies)
  return {
    kind: 'measured',
    messages: latencies.length,
    durationNs: durationMs * 1e6,
    messagesFirstHalf: null,
    histogram,
    serviceHistogram: histogram,
    generatorCpuShare: 0.5,
    scheduleLagNsP99: null,
    offeredPerSecond: workloadFor(made).parameters.ratePerSecond ?? null,
    unsentMessages: 3,
    subject: null,
    idleRssBytes: null,
    unreadTakenBytes: null,
    datagrams: null,
    startedAtMs: START + beganMs - offsetMs,
  }
}

function shard(index: number, count: number, made: Made = {}): LoadShard {
  const { offsetMs = 0, errorMs = 0.1, afterMs = offsetMs } = made
  return {
    schema: LOAD_SHARD_SCHEMA,
    shard: {
      ...{ index, count },
      plan: {
        version: '0.1.0',
        commit: 'abc',
        seed: 1,
        subject: '10.0.0.9:7000 u32be tcp',
        load: 'pipelined',
        startAt: new Date(START).toISOString(),
        clock: '10.0.0.5:7123',
      },
    },
    clock: { before: { offsetMs, errorMs }, after: { offsetMs: afterMs, errorMs } },
    result: {
      ...{ schema: 'framegate.bench/1', partial: false, environment },
      cells: [measuredCell(SUBJECT, workloadFor(made), [figuresOf(made)], 1)],
    },
  }
}

describe('together', () => {
  test('histograms are pooled value by value, rates and connections added up', () => {
    const [mine, other] = [
      [1_000, 1_000, 5_000],
      [2_000, 9_000_000],
    ]
    const parts = [
      shard(2, 2, { latencies: other!, durationMs: 500 }),
      shard(1, 2, { latencies: mine!, durationMs: 500 }),
    ]
    const [cell, ...others] = mergeLoad(parts).cells
    expect(others).toEqual([])
    expect(cell!.parameters.connections).toBe(2)
    expect(cell!.messages).toBe(5)
    expect(cell!.throughputPerSecond).toBe(6 + 4)
    expect(cell!.unsentMessages).toBe(6)
    expect(cell!.histogram).toBe(histogramOf([...mine!, ...other!]))
    expect(decodeHistogram(cell!.serviceHistogram!).totalCount).toBe(5)
    expect(cell!.latencyNs!.p50).toBe(2_000)
    expect(cell!.generators!.map((one) => [one.shard, one.messages])).toEqual([
      ['1/2', 3],
      ['2/2', 2],
    ])
  })

  test('who was not there all the time: the rate of all from the first to the last stands beside it', () => {
    const parts = [shard(1, 2, { beganMs: 0 }), shard(2, 2, { beganMs: 50 })]
    const { throughputPerSecond, throughputSpread, launches } = mergeLoad(parts).cells[0]!
    expect(throughputPerSecond).toBe(4)
    expect(throughputSpread!.low).toBeCloseTo(4 / 1.05, 9)
    expect(launches[0]!.durationNs).toBeCloseTo(1.05e9, 0)
  })

  test('a rate that was divided is whole again', () => {
    const asked = { ratePerSecond: 1_000 / 3 }
    const parts = [1, 2, 3].map((index) => shard(index, 3, { scenario: 'open-loop', asked }))
    const { parameters, offeredPerSecond } = mergeLoad(parts).cells[0]!
    expect(parameters.ratePerSecond).toBe(1_000)
    expect(offeredPerSecond).toBeCloseTo(1_000, 9)
  })

  test('clocks that differ are put right: both began at once by the clock of all', () => {
    const parts = [shard(1, 2, { offsetMs: 700 }), shard(2, 2, { offsetMs: -300 })]
    const { generators } = mergeLoad(parts).cells[0]!
    for (const { beganAfterMs } of generators!) expect(beganAfterMs).toBeCloseTo(0, 3)
    expect(generators!.map(({ clockOffsetMs }) => clockOffsetMs)).toEqual([700, -300])
  })

  test('wrong to one of them: no number, and the reason', () => {
    const wrong = shard(2, 2)
    const struck = { symptom: 'corrupted', detail: 'a byte was changed', expected: false }
    wrong.result.cells = [struckCell(SUBJECT, workloadFor({}), struck)]
    const [cell] = mergeLoad([shard(1, 2), wrong]).cells
    expect([cell!.conformant, cell!.throughputPerSecond]).toEqual([false, null])
    expect(cell!.struck!.detail).toBe('to generator 2/2: a byte was changed')
    expect(cell!.parameters.connections).toBe(2)
  })
})

function changed(part: LoadShard, change: (part: LoadShard) => void): LoadShard {
  change(part)
  return part
}

const planned = (change: Partial<LoadShard['shard']['plan']>): LoadShard =>
  changed(shard(2, 2), (part) => Object.assign(part.shard.plan, change))

describe('refused', () => {
  test.each<[string, LoadShard[], RegExp]>([
    ['one missing', [shard(1, 3), shard(3, 3)], /^Shard 2\/3 is missing\.$/],
    ['one double', [shard(1, 2), shard(2, 2), shard(2, 2)], /^Shard 2\/2 is there 2 times\.$/],
    ['another count', [shard(1, 2), shard(2, 3)], /shard 1\/2 does not go with shard 2\/3/],
    ['another commit', [shard(1, 2), planned({ commit: 'def' })], /different commits: .* def\.$/],
    ['another version', [shard(1, 2), planned({ version: '9' })], /different versions/],
    ['another seed', [shard(1, 2), planned({ seed: 2 })], /different seeds/],
    ['another subject', [shard(1, 2), planned({ subject: 'x' })], /different subjects/],
    ['another load', [shard(1, 2), planned({ load: 'bulk' })], /different loads/],
    ['another clock', [shard(1, 2), planned({ clock: 'x' })], /different clocks/],
    [
      'another start, as of a run before',
      [shard(1, 2), planned({ startAt: '2026-05-01T11:00:00.000Z' })],
      /different start times: shard 1\/2 has 2026-05-01T12:00:00.000Z; shard 2\/2 has .*11:00/,
    ],
    [
      'interrupted',
      [shard(1, 2), changed(shard(2, 2), ({ result }) => (result.partial = true))],
      /Shard 2\/2 was interrupted/,
    ],
    [
      'no cell',
      [shard(1, 2), changed(shard(2, 2), ({ result }) => (result.cells = []))],
      /Shard 2\/2 has 0 cells/,
    ],
    [
      'one too late',
      [shard(1, 2), shard(2, 2, { beganMs: 150 })],
      /not at it together: 2\/2 began 150\.0 ms after .* 1\/2 ended 1000\.0 ms .* only 849\.8 ms/,
    ],
    ['never together', [shard(1, 2), shard(2, 2, { beganMs: 5_000 })], /only 0\.0 ms are of all/],
    [
      'a clock that is far off',
      [shard(1, 2), shard(2, 2, { offsetMs: 1_500 })],
      /Shard 2\/2 cannot be used: its clock is 1\.5 s behind the one that all go by/,
    ],
    [
      'a clock that nobody knows well',
      [shard(1, 2), shard(2, 2, { errorMs: 60 })],
      /its clock is known to 60\.0 ms, too little for 1000 ms of load/,
    ],
    [
      'a clock that was set while it ran',
      [shard(1, 2), shard(2, 2, { afterMs: -400 })],
      /its clock is known to 400\.1 ms/,
    ],
  ])('%s', (_, parts, reason) => {
    expect(() => mergeLoad(parts)).toThrow(ShardError)
    expect(() => mergeLoad(parts)).toThrow(reason)
  })

  test('doubts of clocks count against the time that all were there', () => {
    const late = (errorMs: number) => [shard(1, 2), shard(2, 2, { beganMs: 80, errorMs })]
    expect(() => mergeLoad(late(1))).not.toThrow()
    expect(() => mergeLoad(late(30))).toThrow('not at it together')
  })
})

test('a generator takes its own clock as the merge would', () => {
  expect(clockProblem({ offsetMs: 900, errorMs: 1 }, 250)).toBeNull()
  expect(clockProblem({ offsetMs: -1_100, errorMs: 1 }, 250)).toContain('1.1 s ahead of')
  expect(clockProblem({ offsetMs: 0, errorMs: 13 }, 250)).toContain('measure longer')
})
