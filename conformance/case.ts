/** The contract of a conformance case. A new one is an entry in a `*.case.ts` file. */
import { networkInterfaces } from 'node:os'
import type { Transport } from '../posix/address.ts'
import type { ReferenceFraming } from './reference/framing.ts'
import type { Level } from './result.ts'
import type { Exchange } from './service.ts'
import type { Trial } from './trial.ts'

/** What is known of the subject before a case runs. */
export interface SubjectTraits {
  framing: ReferenceFraming
  transport: Transport
  service: string
  /** Largest message the subject promises to take, the framing's own bound included, in bytes. */
  messageBytesMax: number
  /** True when it was started by us: it can be frozen, signalled, and its memory seen. */
  started: boolean
  /** True when it can be told the address to listen at, not just the port. */
  takesHost?: boolean
  /** True for an implementation of ours: every clause is a MUST for it. */
  ours: boolean
  /** How replies are framed, where that is not as requests are. */
  replyFraming?: ReferenceFraming
  /** For the service `exchanges`: the only requests that it answers, with their replies. */
  exchanges?: readonly Exchange[]
  /** True: it serves one connection at a time, and may end after it. */
  singleConnection?: boolean
  /** False: it takes the next request only after the reply to the one before. */
  pipelining?: boolean
}

/** What a case is to people, whoever it judges: a server, or a client (clients/client-case.ts). */
export interface CaseWords {
  /** Words, never positions: `boundary/two-frames-one-write`. */
  id: string
  /** Level for a foreign subject; for our own implementations a SHOULD is a MUST (SPEC.md). */
  level: Level
  /** Clauses of wire/SPEC.md that it checks. */
  clauses: readonly string[]
  /** What is sent, for a person. */
  sends: string
  /** What has to come back, for a person. */
  expects: string
  /** Why it matters: the mistake that it finds. */
  finds: string
}

export interface Case extends CaseWords {
  /** What it needs to speak to: a stream that answers each message, unless it says otherwise. */
  over?: 'datagrams' | 'files' | 'lessons'
  /** `alone` when it measures CPU time or memory, or fills the machine: nothing runs beside it. */
  lane?: 'alone'
  /** Null when it can run against this subject, otherwise the reason why it cannot. */
  unsupported?(subject: SubjectTraits): string | null
  /** Judges by throwing CaseFailure or Inconclusive; returning is a pass. */
  run(trial: Trial): Promise<void>
}

/** Identity, for the types. */
export const defineCases = (cases: readonly Case[]): readonly Case[] => cases

/** Reasons that many cases share. */
export const needs = {
  framing: ({ framing }: SubjectTraits) =>
    framing.family === 'raw' ? 'raw has no frames that could be cut' : null,
  announcedLength: ({ framing }: SubjectTraits) =>
    framing.announce(1n) === null ? `${framing.id} announces no length` : null,
  empty: ({ framing }: SubjectTraits) =>
    framing.carriesEmpty ? null : `${framing.id} cannot carry an empty message`,
  /** One that ends with its connection is started anew for each: not for hundreds of them. */
  manyConnections: ({ singleConnection }: SubjectTraits) =>
    singleConnection ? 'needs many connections; the subject serves one at a time' : null,
  started: ({ started }: SubjectTraits) =>
    started ? null : 'the subject was not started by framegate (--connect)',
  /** Started where the case says: on another address, or on the port of one before. */
  takesHost: ({ takesHost }: SubjectTraits) =>
    takesHost ? null : 'the command has no {host}: it cannot be told where to listen',
  linux: () => (process.platform === 'linux' ? null : 'only Linux has all of 127.0.0.0/8'),
  ipv6: () =>
    Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'))
      ? null
      : 'this machine has no IPv6',
  time: ({ service }: SubjectTraits) =>
    service === 'time' ? null : 'the service of the subject is not `time`',
  /** Replies as long as requests: receipts are too short to fill a buffer. */
  longReplies: ({ service }: SubjectTraits) =>
    service === 'receipt' ? 'receipts are too short to fill a buffer' : null,
  tcp: ({ transport }: SubjectTraits) => (transport === 'tcp' ? null : 'only TCP has this'),
  jsonHeader: ({ framing }: SubjectTraits) =>
    framing.family === 'json-header' ? null : 'only json-header has this',
  messageBytes: (bytes: number) => (subject: SubjectTraits) =>
    subject.messageBytesMax >= bytes
      ? null
      : `needs messages of ${bytes} bytes; this subject carries at most ${subject.messageBytesMax}`,
}

type Need = (subject: SubjectTraits) => string | null

/** The first reason against it, if any. */
export const allOf =
  (...reasons: readonly Need[]): Need =>
  (subject) => {
    for (const reason of reasons) {
      const against = reason(subject)
      if (against) return against
    }
    return null
  }
