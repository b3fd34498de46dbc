/** MADE-UP EXAMPLE DATA FOR TESTS. Nothing in here was measured, on no machine. */
import type { BenchCell } from '../../bench/result.ts'
import type { CaseResult, ConformRun, SubjectRecord, Summary } from '../../conformance/result.ts'
import type { Environment } from '../../harness/environment.ts'
import { isOpen, isWrong } from '../case-mark.ts'
import type { CompareResult, CompareSubject } from '../report.ts'
import {
  EXAMPLE_WORKLOADS,
  type ExampleCell,
  type ExampleWorkload,
  exampleCell,
  struckCell,
} from './example-bench.ts'
import {
  type Departure,
  EXAMPLE_CASES,
  exampleCaseResult,
  RAW_FAULTS,
  SEND_FAULTS,
} from './example-cases.ts'

const ENVIRONMENT: Environment = {
  framegate: '0.1.0',
  bun: '1.4.5',
  platform: 'linux x64',
  kernel: '6.1.0-example',
  cpuModel: 'Example CPU (made-up data for tests)',
  cores: 2,
  memoryBytes: 8 * 1024 ** 3,
  commit: '0123456789abcdef0123456789abcdef01234567',
  dirty: false,
  load1: 0.12,
  stealShare: 0.001,
  timeScale: 1,
  startedAt: '2026-01-01T00:00:00.000Z',
  seed: 7,
}

const subject = (
  name: string,
  framing: string,
  summary: string,
  overheadBytes64: number,
): CompareSubject => ({
  name,
  framing,
  summary,
  cannotCarry: '',
  overheadBytes64,
  overheadBytes1MiB: overheadBytes64 > 4 ? overheadBytes64 + 5 : overheadBytes64,
})

const SUBJECTS: readonly CompareSubject[] = [
  subject('naive-recv', 'raw', 'Takes one recv for one message', 0),
  subject('naive-recv-send', 'raw', 'Takes one recv for one message and ignores short writes', 0),
  subject('length-prefixed', 'i32le', 'Fixed-width length, then the message', 4),
  subject('length-prefixed-send', 'i32le', 'Fixed-width length, but ignores short writes', 4),
  subject('json-header', 'json-header', 'A JSON header with size and md5, then the message', 65),
  subject('json-header-send', 'json-header', 'A JSON header, but ignores short writes', 65),
]

const FAULTS: Readonly<Record<string, Readonly<Record<string, Departure>>>> = {
  'naive-recv': RAW_FAULTS,
  'naive-recv-send': { ...SEND_FAULTS, ...RAW_FAULTS },
  'length-prefixed-send': SEND_FAULTS,
  'json-header-send': SEND_FAULTS,
}

export const summaryOf = (cases: readonly CaseResult[]): Summary => ({
  passed: cases.filter((one) => one.outcome === 'pass').length,
  failed: cases.filter((one) => isWrong(one) && !one.expected).length,
  warned: cases.filter((one) => one.outcome === 'lenient').length,
  skipped: cases.filter((one) => one.outcome === 'unsupported').length,
  inconclusive: cases.filter(isOpen).length,
  expectedFailures: cases.filter((one) => isWrong(one) && one.expected).length,
  unexpectedPasses: cases.filter((one) => one.outcome === 'pass' && !one.expected).length,
})

const runOf = (
  name: string,
  framing: string,
  transport: SubjectRecord['transport'],
): ConformRun => {
  const faults = FAULTS[name] ?? {}
  const cases = EXAMPLE_CASES.map((one, index) => exampleCaseResult(one, name, faults, index))
  return {
    subject: { name, framing, service: 'echo', maxFrame: 16 * 1024 ** 2, transport },
    summary: summaryOf(cases),
    cases,
    problems: [],
  }
}

/** Messages per second, median round trip and CPU per message of each framing's reader. */
const SPEEDS: Readonly<Record<string, readonly [number, number, number][]>> = {
  raw: [
    [18_900, 52_100, 6_900],
    [2_410_000, 101_000, 410],
    [171_000, 372_000, 5_700],
    [22.4, 44_600_000, 31_400_000],
  ],
  i32le: [
    [18_700, 52_600, 7_100],
    [1_912_000, 131_000, 512],
    [168_000, 381_000, 5_800],
    [21.9, 45_600_000, 31_900_000],
  ],
  'json-header': [
    [16_200, 60_900, 9_400],
    [388_000, 655_000, 2_480],
    [61_300, 1_040_000, 15_600],
    [9.1, 109_000_000, 101_000_000],
  ],
}

/** The check that a faulty subject does not pass, by scenario. */
const struckBy = (name: string, workload: ExampleWorkload): [string, string] | null => {
  if (name.startsWith('naive') && workload.scenario !== 'ping-pong') {
    return workload.scenario === 'pipelined'
      ? ['merged', '4,096 messages sent, 77 replies came back']
      : ['split', '1 message sent, 1,024 replies came back']
  }
  if (name.endsWith('-send') && workload.scenario === 'bulk') {
    return ['lost-bytes', '67,108,864 B sent, 2,621,440 B came back']
  }
  return null
}

const cellsOf = ({ name, framing, overheadBytes64 }: CompareSubject): BenchCell[] =>
  EXAMPLE_WORKLOADS.map((workload, index) => {
    const [throughputPerSecond, latencyNsP50, cpuNsPerMessage] = SPEEDS[framing]![index]!
    // The faulty twins do less, which makes them a little faster and no better.
    const twin = name.endsWith('-send') ? 1.012 : 1
    const example: ExampleCell = {
      subject: name,
      framing,
      workload,
      throughputPerSecond: throughputPerSecond * twin,
      latencyNsP50: latencyNsP50 / twin,
      cpuNsPerMessage: cpuNsPerMessage / twin,
      overheadBytes: overheadBytes64,
      spreadShare: 0.022,
    }
    const struck = struckBy(name, workload)
    return struck === null ? exampleCell(example) : struckCell(example, ...struck)
  })

const FURTHER_RUNS: readonly [string, string, SubjectRecord['transport']][] = [
  ['length-prefixed', 'i32le', 'unix'],
  ['length-prefixed', 'u8', 'tcp'],
  ['length-prefixed', 'u16be', 'tcp'],
  ['length-prefixed', 'u32be', 'tcp'],
  ['json-header', 'json-header?digest=none', 'tcp'],
]

const build = (): CompareResult => ({
  schema: 'framegate.compare/1',
  partial: false,
  subjects: [...SUBJECTS],
  conform: {
    schema: 'framegate.conform/1',
    partial: false,
    environment: ENVIRONMENT,
    runs: [
      ...SUBJECTS.map(({ name, framing }) => runOf(name, framing, 'tcp')),
      ...FURTHER_RUNS.map((run) => runOf(...run)),
    ],
  },
  bench: {
    schema: 'framegate.bench/1',
    partial: false,
    environment: ENVIRONMENT,
    cells: SUBJECTS.flatMap(cellsOf),
  },
  repro: 'npm start -- --seed 7',
})

let built: CompareResult | undefined

/**
 * What `framegate compare` might say: six subjects, three scenarios, all as their ledgers expect.
 * Built once, for its histograms take a while; a copy of its own for every caller.
 */
export const exampleCompareResult = (): CompareResult => {
  built ??= build()
  return structuredClone(built)
}
