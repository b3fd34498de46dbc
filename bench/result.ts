/** What a bench says, as versioned JSON. Other programs rely on these names. */
import type { Environment } from '../harness/environment.ts'
import type { ExactCounts } from '../harness/exact-counts.ts'
import type { DatagramCounts } from '../harness/load.ts'

export const BENCH_SCHEMA = 'framegate.bench/1'

/** Nanoseconds, from merged HDR histograms with three significant digits. */
export interface LatencyNs {
  p50: number
  p90: number
  p99: number
  p999: number
  max: number
  mean: number
}

/** One fresh process of subject and generator: the unit of measurement. */
export interface Launch {
  messages: number
  durationNs: number
  throughputPerSecond: number
  /** Null where there are no replies. */
  latencyNsP50: number | null
  latencyNsP99: number | null
  cpuNsPerMessage: number | null
  /** Where a start was agreed on: when it began, ms since 1970 by the clock of its machine. */
  startedAtMs?: number
}

/** Lowest and highest launch around the quoted value. */
export interface Spread {
  low: number
  high: number
}

export interface Struck {
  symptom: string
  detail: string
  /** It is known to be so: a ledger says it, or the framing cannot carry the workload at all. */
  expected: boolean
}

/** A workload in numbers; what is left out is plain. */
export interface CellParameters {
  messageBytes: number
  connections: number
  /** Messages in flight on each connection; in an open loop nothing but a bound. */
  depth: number
  /** Open loop: messages on all connections together. */
  ratePerSecond?: number
  /** Open loop: as a share of what a closed loop reached in the same launch. */
  rateShare?: number
  /** The highest rate is sought that keeps the 99th percentile at this or below. */
  latencyNsP99Max?: number
  /** Bytes of one write at most. */
  writeBytesMax?: number
  /** Nagle's algorithm on, head and message of a frame in one write or in two. */
  writes?: 'joined' | 'separate'
  /** Each message on a connection of its own. */
  reconnect?: true
  /** Connections beside those under load that say nothing. */
  idle?: number
  /** Connections beside those under load that send and do not read. */
  unread?: number
  /** Files, of `messageBytes` each, that are sent or fetched. */
  transfer?: 'put' | 'get'
}

/** One of several generators that loaded a subject together, on a machine of its own. */
export interface JointGenerator {
  /** `2/4`. */
  shard: string
  /** What the clock that all went by showed more than its own, and how far that may be wrong. */
  clockOffsetMs: number
  clockErrorMs: number
  /** By that clock: from the agreed start to its first message, and to its last reply. */
  beganAfterMs: number
  endedAfterMs: number
  messages: number
  throughputPerSecond: number
  latencyNsP50: number | null
  latencyNsP99: number | null
  cpuShare: number
  /** Whether it may be this generator that was measured. */
  bound: boolean
}

/** One subject under one workload. Every number is null where the cell was struck. */
export interface BenchCell {
  subject: string
  framing: string
  scenario: string
  parameters: CellParameters
  /** Messages in all measured launches together. */
  messages: number | null
  /** Median of the launches; so are the other figures unless they say otherwise. */
  throughputPerSecond: number | null
  throughputSpread: Spread | null
  /** Bytes of messages (not frames) per second, one direction. */
  bytesPerSecond: number | null
  /** Open loop: what was asked of it, messages per second. */
  offeredPerSecond: number | null
  /** Open loop: messages that were due and never sent, because it was too far behind. */
  unsentMessages: number | null
  /**
   * Of all launches merged, to the whole reply. Closed loop: from when the message was sent, or its
   * connection begun; open loop: from when it was due, whether it could be sent or not.
   */
  latencyNs: LatencyNs | null
  /** From when the message was written: in a plain closed loop the same. */
  serviceNs: LatencyNs | null
  latencyNsP50Spread: Spread | null
  latencyNsP99Spread: Spread | null
  /** HDR V2, compressed, base64: all launches merged. */
  histogram: string | null
  serviceHistogram: string | null
  /** CPU of the subject's process tree, user and system; null where it cannot be seen. */
  cpuNsPerMessage: number | null
  cpuNsPerMessageSpread: Spread | null
  /** The share of it that the kernel spent on the subject's behalf, 0 to 1. */
  cpuSystemShare: number | null
  runQueueNsPerMessage: number | null
  rssBytesMax: number | null
  contextSwitches: number | null
  /** Resident memory that one idle connection added, bytes. */
  idleRssBytesPerConnection: number | null
  /** What a connection that does not read could send before it was stopped, bytes. */
  unreadTakenBytes: number | null
  datagrams: DatagramCounts | null
  /** Our own servers in memory, per 1,000 messages: nothing left to chance, so equal or changed. */
  counts: ExactCounts | null
  /** Bytes that the framing adds to one message of that size; a file may be several messages. */
  overheadBytesPerMessage: number
  generator: { cpuShare: number; scheduleLagNsP99: number | null; bound: boolean } | null
  /** Only where there were several; the figures are of all together. */
  generators?: JointGenerator[]
  launches: Launch[]
  /** False where the subject is not right for this workload: such a cell gets no number. */
  conformant: boolean
  /** Why there is no number: the symptom, and the case or check that showed it. */
  struck: Struck | null
  warnings: string[]
}

export interface BenchResult {
  schema: typeof BENCH_SCHEMA
  partial: boolean
  environment: Environment
  cells: BenchCell[]
}
