/**
 * What the load generator is asked for, and what it says.
 *
 * The generator runs in a process of its own (generator-main.ts), so that its work and its pauses
 * are not those of whoever started it. It takes one LoadPlan and prints one LoadEvent a line.
 */
import type { Address } from '../posix/address.ts'
import type { Usage } from './process-tree.ts'

/** How long a phase goes on sending. What is in flight at its end is waited for. */
export type Extent = { durationMs: number } | { messages: number }

/** A reply decides when the next message is sent. */
export interface ClosedLoop {
  kind: 'closed'
  /** Messages in flight on each connection. */
  depth: number
}

/**
 * The clock decides: messages are due at fixed times, on all connections in turn. Latency runs from
 * when a message was due, so whoever is slow cannot hide it by being sent less.
 */
export interface OpenLoop {
  kind: 'open'
  /** Messages on all connections together. */
  ratePerSecond: number
}

/** Messages are due at fixed times and may be lost: they are counted, and nobody waits for one. */
export interface DatagramLoop {
  kind: 'datagrams'
  ratePerSecond: number
}

/** The subject takes and never answers: bytes per second one way. Its end is proven by a FIN. */
export interface SinkLoop {
  kind: 'sink'
}

/** Whole files to a server that keeps them, or from it (docs/files.md). */
export interface FileLoop {
  kind: 'files'
  transfer: 'put' | 'get'
}

/** Departures from plain connections; what is left out is plain. */
export interface LoadManner {
  /** Bytes of one write at most. */
  writeBytesMax?: number
  /** `separate`: head and rest of a frame as two writes, Nagle's algorithm on. */
  writes?: 'joined' | 'separate'
  /** Nagle's algorithm holds small writes back while earlier ones are not acknowledged. */
  nagle?: boolean
  /** Each message on a connection of its own; latency includes connecting. */
  reconnect?: boolean
  /** Connections beside those under load that say nothing. */
  idle?: number
  /** Connections beside those under load that send as much as is taken, and do not read. */
  unread?: number
}

export interface LoadPlan {
  address: Address
  /** As wire/registry.ts reads it. */
  framing: string
  /** Largest message that a reply may have, in bytes. */
  messageBytesMax: number
  messageBytes: number
  connections: number
  loop: ClosedLoop | OpenLoop | SinkLoop | DatagramLoop | FileLoop
  manner?: LoadManner
  /** Without it only messages are counted: what the histograms cost is measured so. */
  keepsLatency?: boolean
  /** Not counted: code gets compiled, buffers grow. */
  warmUp: Extent
  measured: Extent
  /** Nothing sent and nothing received for this long: the subject hangs. */
  stallMs: number
  /** Everything together has to be done within this time. */
  deadlineMs: number
  /** Whose CPU, memory and switches are read around the measured phase; null: nobody's. */
  subjectProcessGroup: number | null
  seed: number
  /** Nothing measured goes out before it, by `wallMs`: generators that begin together. */
  startAtMs?: number
}

/** The words of conformance/result.ts that fit what a server can do wrong under load. */
export type LoadSymptom =
  | 'merged'
  | 'split'
  | 'corrupted'
  | 'reordered'
  | 'duplicated'
  | 'cross-talk'
  | 'extra-bytes'
  | 'malformed-reply'
  | 'rejected'
  | 'lost-bytes'
  | 'closed-early'
  | 'hung'

/** The subject is not right for this workload: there is no number. */
export interface LoadFailure {
  kind: 'failed'
  symptom: LoadSymptom
  /** What was seen, for a person. */
  detail: string
}

/** What the subject used between the first measured message and the last reply. */
export interface UsageDelta
  extends Pick<Usage, 'cpuNs' | 'runQueueNs' | 'rssBytesMax' | 'contextSwitches'> {
  /** Of the CPU time, 0 to 1; null in a phase shorter than a tick of the kernel. */
  systemShare: number | null
}

/** Sent = received + lost. */
export interface DatagramCounts {
  sent: number
  /** Replies to different messages. */
  received: number
  lost: number
  duplicated: number
  /** Came behind a later one. */
  reordered: number
  /** Of the lost ones, dropped by the kernel because the subject did not read in time. */
  droppedAtSubject: number | null
  /** Dropped on their way back because the generator did not: no fault of the subject. */
  droppedAtGenerator: number | null
}

/** The measured phase, from an idle connection to an idle connection. */
export interface LoadFigures {
  kind: 'measured'
  messages: number
  /** From just before the first message to the last byte of the last reply. */
  durationNs: number
  /** Of these, answered in the first half of the time; null for an extent in messages. */
  messagesFirstHalf: number | null
  /**
   * HDR V2, compressed, base64. Nanoseconds to the read that brings the last byte of the reply;
   * open loop: from when the message was due; closed loop: from just before it is written, or
   * before its connection is opened. What the kernel does not take at once waits at its expense.
   */
  histogram: string
  /** The same from when the message was written: in a plain closed loop nothing else. */
  serviceHistogram: string
  /** CPU time of the generator over the time of the phase; helper threads may take it over 1. */
  generatorCpuShare: number
  /** Open loop: how late messages went to the writer, the subject not being the reason. */
  scheduleLagNsP99: number | null
  /** Open loop: messages per second that were due. */
  offeredPerSecond: number | null
  /** Open loop: messages that were due and never sent, because the subject was too far behind. */
  unsentMessages: number
  subject: UsageDelta | null
  /** Resident bytes that each idle connection added; null where there is none, or none is seen. */
  idleRssBytes: number | null
  /** Bytes that connections which do not read got rid of before they read; null without any. */
  unreadTakenBytes: number | null
  datagrams: DatagramCounts | null
  /** When it began, by `wallMs`; only where the plan says when it has to. */
  startedAtMs?: number
  /** A search found no rate that keeps its bound: this is what came nearest. */
  isOverBound?: true
}

export type LoadOutcome = LoadFigures | LoadFailure

/** The warm-up was over so long after the moment to start at: nothing is measured then. */
export interface LateStart {
  kind: 'late'
  byMs: number
}

/** A line on the generator's standard output; the outcome is the last. */
export type LoadEvent = { kind: 'measuring' } | LateStart | LoadOutcome
