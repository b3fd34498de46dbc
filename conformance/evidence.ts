/** What happened on the wire in one case, for people: both directions, decoded, and the ends. */
import { nowMs } from '../harness/clock.ts'
import type { WireEvent } from '../harness/peer.ts'
import { formatAddress } from '../posix/address.ts'
import type { SubjectTraits } from './case.ts'
import type { Dialogue } from './dialogue.ts'
import { concat, type ReferenceFraming, ReplyMalformed } from './reference/framing.ts'
import type { CaseResult, Outcome } from './result.ts'
import type { Trial } from './trial.ts'

/** Bytes of one direction, read as frames by the suite's own reading of the framing. */
export interface DecodedFrames {
  /** Bytes of each message, where its frame ends in the stream, and its beginning in hex. */
  messages: { bytes: number; endsAt: number; hex: string }[]
  /** Bytes behind the last of these frames. */
  restBytes: number
  /** True where the evidence ends before the stream does: there may be frames in the rest. */
  isCut: boolean
  /** What is wrong behind the last whole frame; null where nothing is. */
  malformed: string | null
}

export interface ConnectionEvidence {
  local: string
  subject: string
  /** Each write of ours and each read, with milliseconds since the first of the case. */
  events: { atMs: number; direction: WireEvent['direction']; bytes: number; hex: string }[]
  sentBytes: number
  receivedBytes: number
  sent: DecodedFrames
  received: DecodedFrames
  endedBy: 'subject' | 'harness' | 'nobody'
  ended: 'fin' | 'rst' | null
  /** The subject's end of it when the case ended, where the kernel could be asked. */
  socket: { state: string; receiveQueueBytes: number; sendQueueBytes: number } | null
}

/** Who wants to have it, and of what. */
export interface EvidenceKeeper {
  /** Of cases that passed as well. */
  ofPasses: boolean
  keep(result: CaseResult, evidence: Evidence): void
}

/** True when it is worth collecting: for a pass it costs more than the case. */
export const isWanted = (keeper: EvidenceKeeper | undefined, outcome: Outcome): boolean =>
  keeper !== undefined && (keeper.ofPasses || (outcome !== 'pass' && outcome !== 'unsupported'))

export interface Evidence {
  connections: ConnectionEvidence[]
  /** The end of what the subject has printed. */
  output: string
}

/** Frames that are decoded of one direction. */
const MESSAGES_MAX = 100
const MESSAGE_BYTES_SHOWN = 64

/** To be collected before the connections are closed. */
export function evidenceOf(trial: Trial): Evidence {
  const { dialogues, options, process } = trial
  return evidenceFrom(dialogues, options.traits, process?.output.text() ?? '')
}

/** The same of connections with whomever: we may have been the server on them. */
export function evidenceFrom(talks: readonly Talk[], framings: Framings, output: string): Evidence {
  const events = talks.flatMap(({ peer }) => peer.events)
  const startMs = events.reduce((least, { atMs }) => Math.min(least, atMs), nowMs())
  return { connections: talks.map((talk) => connectionOf(talk, framings, startMs)), output }
}

type Talk = Pick<Dialogue, 'peer' | 'wire'>
/** `replyFraming`: of what we receive, where that is not as what we send. */
type Framings = Pick<SubjectTraits, 'framing' | 'replyFraming'>

function connectionOf(
  { peer, wire }: Talk,
  { framing, replyFraming }: Framings,
  startMs: number,
): ConnectionEvidence {
  const framesOf = (wanted: 'sent' | 'received', read: ReferenceFraming): DecodedFrames => {
    const events = peer.events.filter(({ direction }) => direction === wanted)
    const bytesAll = wanted === 'sent' ? peer.sentBytes : peer.receivedBytes
    const isMarked = read.family !== 'raw' && read.family !== 'datagram'
    return isMarked ? decoded(events, bytesAll, read) : oneEach(events, bytesAll)
  }
  const state = peer.closed ? null : (wire.queue?.() ?? null)
  return {
    local: formatAddress(peer.localAddress),
    subject: formatAddress(peer.subjectAddress),
    events: peer.events.map(({ atMs, direction, bytes, head }) => ({
      atMs: Math.round((atMs - startMs) * 1000) / 1000,
      direction,
      bytes,
      hex: hexOf(head),
    })),
    sentBytes: peer.sentBytes,
    receivedBytes: peer.receivedBytes,
    sent: framesOf('sent', framing),
    received: framesOf('received', replyFraming ?? framing),
    endedBy: peer.endedBy,
    ended: peer.ended,
    socket: state && {
      state: state.state,
      receiveQueueBytes: state.receiveQueueBytes,
      sendQueueBytes: state.sendQueueBytes,
    },
  }
}

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

/** Where nothing marks the end of a message, each write is one, and each read. */
function oneEach(events: readonly WireEvent[], bytesAll: number): DecodedFrames {
  let endsAt = 0
  const messages = events.slice(0, MESSAGES_MAX).map(({ bytes, head }) => {
    endsAt += bytes
    return { bytes, endsAt, hex: hexOf(head.subarray(0, MESSAGE_BYTES_SHOWN)) }
  })
  const restBytes = bytesAll - endsAt
  return { messages, restBytes, isCut: restBytes > 0, malformed: null }
}

function decoded(
  events: readonly WireEvent[],
  bytesAll: number,
  framing: ReferenceFraming,
): DecodedFrames {
  const bytes = concat(events.map(({ head }) => head))
  const messages: DecodedFrames['messages'] = []
  let at = 0
  let malformed: string | null = null
  try {
    while (at < bytes.length && messages.length < MESSAGES_MAX) {
      const parsed = framing.parse(bytes, at)
      if (parsed === 'need-more') break
      const { message, next } = parsed
      const hex = hexOf(message.subarray(0, MESSAGE_BYTES_SHOWN))
      messages.push({ bytes: message.length, endsAt: next, hex })
      at = next
    }
  } catch (error) {
    if (!(error instanceof ReplyMalformed)) throw error
    malformed = error.message
  }
  const isCut = bytes.length < bytesAll || messages.length === MESSAGES_MAX
  return { messages, restBytes: bytesAll - at, isCut: isCut && malformed === null, malformed }
}
