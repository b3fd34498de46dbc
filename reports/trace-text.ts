/** The evidence of one case as a text file: everything needed to see what went wrong. */
import type { ConnectionEvidence, DecodedFrames, Evidence } from '../conformance/evidence.ts'
import type { CaseResult, SubjectRecord } from '../conformance/result.ts'
import { symptomWords } from './symptom-words.ts'

/** What the suite says of the case. */
export interface CaseWords {
  sends: string
  expects: string
  /** Each clause with its sentence. */
  clauses: readonly string[]
}

const BYTES_A_ROW = 16

export function renderTrace(
  subject: SubjectRecord,
  result: CaseResult,
  evidence: Evidence,
  words: CaseWords,
): string {
  const { id, outcome, symptom, seed, detail, repro, schedule } = result
  const meaning = symptom === null ? '' : `: ${symptom} (${symptomWords(symptom)})`
  const framing = subject.responseFraming
    ? `${subject.framing}, replies ${subject.responseFraming}`
    : subject.framing
  const lines = [
    `${id}  ${outcome}${meaning}`,
    `subject   ${subject.name} (${framing}, ${subject.transport}, service ${subject.service})`,
    `sent      ${words.sends}`,
    `expected  ${words.expects}`,
    `seen      ${detail || 'as expected'}`,
    ...words.clauses.map((clause) => `clause    ${clause}`),
    `schedule  ${schedule}`,
    `seed      ${seed}`,
    `repeat    ${repro}`,
    ...evidence.connections.flatMap(connectionLines),
    '',
    '== what the subject printed',
    evidence.output.trimEnd() || '(nothing)',
  ]
  return `${lines.join('\n')}\n`
}

function connectionLines(connection: ConnectionEvidence, index: number): string[] {
  const { local, subject, events, sentBytes, receivedBytes, ended, endedBy, socket } = connection
  const how = ended === null ? 'open' : ended === 'fin' ? 'ended with FIN' : 'reset'
  const sizes = (direction: string) =>
    events.filter((event) => event.direction === direction).map(({ bytes }) => bytes)
  const state = socket
    ? `${socket.state}, ${socket.receiveQueueBytes} bytes unread, ${socket.sendQueueBytes} unsent`
    : 'not to be seen'
  return [
    '',
    `== connection ${index + 1}: ${local} to ${subject}`,
    `subject's end  ${how}; who ended first: ${endedBy}; its socket: ${state}`,
    `writes         ${listOf(sizes('sent'))}; ${sentBytes} bytes in all`,
    `reads          ${listOf(sizes('received'))}; ${receivedBytes} bytes in all`,
    ...framesLines('frames sent', connection.sent),
    ...framesLines('frames back', connection.received),
    ...events.flatMap(({ atMs, direction, bytes, hex }) => [
      `${atMs.toFixed(3).padStart(12)} ms  ${ARROWS[direction]}${bytesWords(direction, bytes)}`,
      ...hexRows(hex, bytes),
    ]),
  ]
}

const ARROWS = {
  sent: '-> sent',
  received: '<- received',
  ended: '<- end of stream',
  finished: '-> end of stream',
  reset: '-> reset',
} as const

/** An end has no bytes; an empty datagram has none either, and says so. */
const bytesWords = (direction: keyof typeof ARROWS, bytes: number): string =>
  direction === 'sent' || direction === 'received' ? ` ${bytes} bytes` : ''

/** `4, 5 ×10, 1`: long runs of one size are told once. */
function listOf(sizes: readonly number[]): string {
  const runs: { size: number; times: number }[] = []
  for (const size of sizes) {
    const last = runs.at(-1)
    if (last?.size === size) last.times++
    else runs.push({ size, times: 1 })
  }
  const RUNS_MAX = 20
  const shown = runs.slice(0, RUNS_MAX).map(({ size, times }) => {
    return times === 1 ? `${size}` : `${size} ×${times}`
  })
  const more = runs.length > RUNS_MAX ? ` … (${sizes.length} in all)` : ''
  return shown.length === 0 ? 'none' : `${shown.join(', ')}${more}`
}

const NO_FRAME = 'that make no whole frame'
const NOT_DECODED = 'that were not decoded'

function framesLines(title: string, frames: DecodedFrames): string[] {
  const { messages, restBytes, isCut, malformed } = frames
  const FRAMES_MAX = 10
  const shown = messages.slice(0, FRAMES_MAX)
  const more = messages.length - shown.length
  return [
    `${title.padEnd(13)}  ${messages.length}`,
    ...shown.map(({ bytes, hex }, at) => `  ${at + 1}: ${bytes} bytes  ${spaced(hex)}`),
    ...(more > 0 ? [`  and ${more} more`] : []),
    ...(malformed === null ? [] : [`  then something that is no frame: ${malformed}`]),
    ...(restBytes > 0 ? [`  then ${restBytes} bytes ${isCut ? NOT_DECODED : NO_FRAME}`] : []),
  ]
}

const spaced = (hex: string): string => {
  const SHOWN_HEX = 64
  const rest = hex.length > SHOWN_HEX ? ' …' : ''
  return `${hex.slice(0, SHOWN_HEX).replace(/../g, '$& ').trim()}${rest}`
}

/** Rows of hex and text, as `hexdump -C` shows them. */
function hexRows(hex: string, bytesAll: number): string[] {
  const ROWS_MAX = 16
  const rows: string[] = []
  for (let at = 0; at < hex.length && rows.length < ROWS_MAX; at += 2 * BYTES_A_ROW) {
    const part = hex.slice(at, at + 2 * BYTES_A_ROW)
    const bytes = part.match(/../g)!.map((pair) => Number.parseInt(pair, 16))
    const text = bytes.map((byte) =>
      byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.',
    )
    const offset = (at / 2).toString(16).padStart(8, '0')
    rows.push(`      ${offset}  ${part.replace(/../g, '$& ').padEnd(48)} |${text.join('')}|`)
  }
  const shown = Math.min(hex.length / 2, ROWS_MAX * BYTES_A_ROW)
  return shown < bytesAll ? [...rows, `      … ${bytesAll - shown} bytes more`] : rows
}
