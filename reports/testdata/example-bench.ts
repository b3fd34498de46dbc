/**
 * MADE-UP EXAMPLE DATA FOR TESTS. Nothing in here was measured.
 *
 * Latencies come from a fixed pseudo-random sequence with a tail, so that histograms look like
 * histograms and goldens never change.
 */
import { build, encodeIntoCompressedBase64 } from 'hdr-histogram-js'
import type { BenchCell, LatencyNs, Launch, Spread } from '../../bench/result.ts'

export interface ExampleWorkload {
  scenario: string
  parameters: BenchCell['parameters']
}

export const EXAMPLE_WORKLOADS: readonly ExampleWorkload[] = [
  { scenario: 'ping-pong', parameters: { messageBytes: 64, connections: 1, depth: 1 } },
  { scenario: 'pipelined', parameters: { messageBytes: 64, connections: 1, depth: 256 } },
  { scenario: 'pipelined', parameters: { messageBytes: 16_384, connections: 1, depth: 64 } },
  { scenario: 'bulk', parameters: { messageBytes: 67_108_864, connections: 1, depth: 1 } },
]

export interface ExampleCell {
  subject: string
  framing: string
  workload: ExampleWorkload
  throughputPerSecond: number
  latencyNsP50: number
  cpuNsPerMessage: number
  overheadBytes: number
  /** How far launches lie apart, as a share of the value. */
  spreadShare: number
}

/** A linear congruential generator: the same numbers on every machine. */
const sequence = (seed: number) => {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

/** Mostly near the median, and slower the rarer it is. */
const histogramOf = (latencyNsP50: number, seed: number) => {
  const next = sequence(seed)
  const histogram = build({ highestTrackableValue: 60e9, numberOfSignificantValueDigits: 3 })
  for (let index = 0; index < 20_000; index += 1) {
    const body = 0.88 + 0.16 * next()
    const wait = 0.03 * (1 - next()) ** -0.55
    histogram.recordValue(Math.round(latencyNsP50 * (body + wait)))
  }
  return histogram
}

const latencyOf = (histogram: ReturnType<typeof histogramOf>): LatencyNs => ({
  p50: histogram.getValueAtPercentile(50),
  p90: histogram.getValueAtPercentile(90),
  p99: histogram.getValueAtPercentile(99),
  p999: histogram.getValueAtPercentile(99.9),
  max: histogram.maxValue,
  mean: Math.round(histogram.mean),
})

const around = (value: number, share: number): Spread => ({
  low: value * (1 - share),
  high: value * (1 + share * 0.8),
})

export const exampleCell = (example: ExampleCell): BenchCell => {
  const { subject, framing, workload, throughputPerSecond, cpuNsPerMessage, spreadShare } = example
  const seed = [...`${subject}${workload.scenario}`].reduce(
    (sum, character) => (Math.imul(sum, 31) + character.charCodeAt(0)) >>> 0,
    workload.parameters.depth,
  )
  const histogram = histogramOf(example.latencyNsP50, seed)
  const latencyNs = latencyOf(histogram)
  const throughputSpread = around(throughputPerSecond, spreadShare)
  const launches = [1, throughputSpread.low / throughputPerSecond, 1 + spreadShare * 0.8].map(
    (factor): Launch => ({
      messages: Math.round(throughputPerSecond * factor * 2),
      durationNs: 2e9,
      throughputPerSecond: throughputPerSecond * factor,
      latencyNsP50: latencyNs.p50 / factor,
      latencyNsP99: latencyNs.p99 / factor,
      cpuNsPerMessage: cpuNsPerMessage / factor,
    }),
  )
  return {
    subject,
    framing,
    ...workload,
    messages: launches.reduce((sum, { messages }) => sum + messages, 0),
    throughputPerSecond,
    throughputSpread,
    bytesPerSecond: throughputPerSecond * workload.parameters.messageBytes,
    offeredPerSecond: null,
    unsentMessages: 0,
    latencyNs,
    serviceNs: latencyNs,
    latencyNsP50Spread: around(latencyNs.p50, spreadShare),
    latencyNsP99Spread: around(latencyNs.p99, spreadShare * 3),
    histogram: encodeIntoCompressedBase64(histogram),
    serviceHistogram: encodeIntoCompressedBase64(histogram),
    cpuNsPerMessage,
    cpuNsPerMessageSpread: around(cpuNsPerMessage, spreadShare),
    runQueueNsPerMessage: cpuNsPerMessage * 0.04,
    rssBytesMax: workload.scenario === 'bulk' ? 412 * 1024 ** 2 : 61.4 * 1024 ** 2,
    cpuSystemShare: 0.8,
    contextSwitches: 1200,
    idleRssBytesPerConnection: null,
    unreadTakenBytes: null,
    datagrams: null,
    counts: null,
    overheadBytesPerMessage: example.overheadBytes,
    generator: { cpuShare: 0.71, scheduleLagNsP99: null, bound: false },
    launches,
    conformant: true,
    struck: null,
    warnings: [],
  }
}

/** The same cell without its numbers. */
export const struckCell = (example: ExampleCell, symptom: string, detail: string): BenchCell => ({
  ...exampleCell(example),
  messages: null,
  throughputPerSecond: null,
  throughputSpread: null,
  bytesPerSecond: null,
  latencyNs: null,
  serviceNs: null,
  latencyNsP50Spread: null,
  latencyNsP99Spread: null,
  histogram: null,
  serviceHistogram: null,
  cpuNsPerMessage: null,
  cpuNsPerMessageSpread: null,
  runQueueNsPerMessage: null,
  rssBytesMax: null,
  cpuSystemShare: null,
  contextSwitches: null,
  generator: null,
  launches: [],
  conformant: false,
  struck: { symptom, detail, expected: true },
})
