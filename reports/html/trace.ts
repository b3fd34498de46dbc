/** Evidence as the page shows it: what happened on all connections in one order, and bounded. */
import type { ConnectionEvidence, DecodedFrames, Evidence } from '../../conformance/evidence.ts'
import { plural } from '../units.ts'

/** One thing that happened on a connection. */
export interface TraceEvent {
  /** Milliseconds since the case began. */
  atMs: number
  /** From 1. */
  connection: number
  kind: 'sent' | 'received' | 'closed' | 'note'
  /** The bytes, or the first of them. */
  hex: string
  /** How many there were. */
  bytes: number
  /** Decoded frames, or what happened, in words. */
  text: string
}

/** What went over the wire in one case. */
export interface Trace {
  caseId: string
  events: readonly TraceEvent[]
  /** The end of what the subject has printed. */
  output: string
}

/** The beginning and the end of a long case; the JSON of a page with a thousand stays small. */
const FIRST_EVENTS = 80
const LAST_EVENTS = 20
const HEX_BYTES_EVENT_MAX = 256
const HEX_BYTES_MAX = 2_048
const FRAMES_EVENT_MAX = 4
const MESSAGE_BYTES_SHOWN = 24
const CONNECTIONS_NOTED_MAX = 8
const OUTPUT_CHARACTERS_MAX = 4_000

export function traceOf(caseId: string, { connections, output }: Evidence): Trace {
  const happened = connections
    .flatMap((connection, index) => eventsOf(connection, index + 1))
    .toSorted((left, right) => left.atMs - right.atMs)
  const endMs = happened.at(-1)?.atMs ?? 0
  const notes = connections
    .slice(0, CONNECTIONS_NOTED_MAX)
    .flatMap((connection, index) => socketNote(connection, index + 1, endMs))
  const events = withinHexBudget([...shortened(happened), ...notes])
  return { caseId, events, output: output.trimEnd().slice(-OUTPUT_CHARACTERS_MAX) }
}

function eventsOf(evidence: ConnectionEvidence, connection: number): TraceEvent[] {
  const offset = { sent: 0, received: 0 }
  return evidence.events.map(({ atMs, direction, bytes, hex }): TraceEvent => {
    if (direction === 'sent' || direction === 'received') {
      const from = offset[direction]
      offset[direction] += bytes
      const text = framesBetween(evidence[direction], from, offset[direction])
      return { atMs, connection, kind: direction, hex, bytes, text }
    }
    const end = { ended: endOfSubject(evidence), finished: 'our FIN', reset: 'our reset (RST)' }
    return { atMs, connection, kind: 'closed', hex: '', bytes: 0, text: end[direction] }
  })
}

const endOfSubject = ({ ended }: ConnectionEvidence): string =>
  ended === 'rst' ? 'reset (RST) by the subject' : 'FIN by the subject'

/** The frames of which bytes lie between two offsets of the stream, in words. */
function framesBetween(frames: DecodedFrames, from: number, to: number): string {
  const { messages, malformed, isCut } = frames
  const touched = messages.flatMap((message, index) => {
    const startsAt = messages[index - 1]?.endsAt ?? 0
    const { endsAt } = message
    const isTouched =
      to === from ? startsAt === from && endsAt === to : startsAt < to && endsAt > from
    if (!isTouched) return []
    const name = `frame ${index + 1}`
    if (endsAt > to) return [startsAt < from ? `inside ${name}` : `${name} begins`]
    return [`${name}${startsAt < from ? ' ends' : ''}: ${messageWords(message)}`]
  })
  const left = touched.length - FRAMES_EVENT_MAX
  const decodedTo = messages.at(-1)?.endsAt ?? 0
  const rest = to > decodedTo && to > from ? [restWords(malformed, isCut)] : []
  return [
    ...touched.slice(0, FRAMES_EVENT_MAX),
    ...(left > 0 ? [`and ${plural(left, 'more frame')}`] : []),
    ...rest,
  ].join('\n')
}

const restWords = (malformed: string | null, isCut: boolean): string => {
  if (malformed !== null) return `no frame: ${malformed}`
  return isCut ? 'not decoded' : 'of a frame that never became whole'
}

/** `5 bytes "hello"`, or hex where it is no text. */
function messageWords({ bytes, hex }: DecodedFrames['messages'][number]): string {
  const count = plural(bytes, 'byte')
  if (bytes === 0) return count
  const pairs = hex.slice(0, 2 * MESSAGE_BYTES_SHOWN).match(/../g) ?? []
  const more = bytes > pairs.length ? '…' : ''
  const codes = pairs.map((pair) => Number.parseInt(pair, 16))
  const isText = codes.every((code) => code >= 0x20 && code < 0x7f)
  if (isText) return `${count} "${String.fromCharCode(...codes)}${more}"`
  return `${count} ${[...pairs, more].join(' ').trim()}`
}

/** How the kernel saw the subject's end when the case was over. */
function socketNote(
  { socket }: ConnectionEvidence,
  connection: number,
  atMs: number,
): TraceEvent[] {
  if (socket === null) return []
  const { state, receiveQueueBytes, sendQueueBytes } = socket
  const text =
    `in the end the subject's socket is ${state}, ` +
    `${plural(receiveQueueBytes, 'byte')} unread, ${sendQueueBytes.toLocaleString('en-US')} unsent`
  return [{ atMs, connection, kind: 'note', hex: '', bytes: 0, text }]
}

function shortened(events: readonly TraceEvent[]): readonly TraceEvent[] {
  const left = events.length - FIRST_EVENTS - LAST_EVENTS
  if (left <= 0) return events
  const { atMs, connection } = events[FIRST_EVENTS]!
  const text = `${plural(left, 'event')} left out here`
  return [
    ...events.slice(0, FIRST_EVENTS),
    { atMs, connection, kind: 'note', hex: '', bytes: 0, text },
    ...events.slice(-LAST_EVENTS),
  ]
}

/** Bytes are shown until there have been enough; sizes and frames are told of all. */
function withinHexBudget(events: readonly TraceEvent[]): TraceEvent[] {
  let left = HEX_BYTES_MAX
  return events.map((event) => {
    const bytes = Math.min(event.hex.length / 2, HEX_BYTES_EVENT_MAX, left)
    left -= bytes
    return { ...event, hex: event.hex.slice(0, 2 * bytes) }
  })
}
