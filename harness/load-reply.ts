/** What is wrong with a reply, in one word of the closed list and a sentence. */
import type { LoadFailure, LoadSymptom } from './load.ts'
import { type LoadTape, readStamp } from './load-tape.ts'

/** The reply that is due: which of the connection's messages, and where it stands on the tape. */
export interface Due {
  tape: LoadTape
  connection: number
  /** Messages answered before it on this connection. */
  answered: number
  /** Messages sent that have not been answered, this one included. */
  inFlight: number
}

const SHOWN_BYTES_MAX = 24
/** So many bytes of the next frame are no coincidence: its head and, mostly, its stamp. */
const FOLLOWING_BYTES = 12

export const failure = (symptom: LoadSymptom, detail: string): LoadFailure => ({
  kind: 'failed',
  symptom,
  detail,
})

/** The kernel could not connect for so long. */
export const notConnected = (afterMs: number): LoadFailure =>
  failure('hung', `it did not take a connection for ${afterMs / 1000} s`)

/** For a reply that differs from the message that is due. */
export function wrongReply(due: Due, reply: Uint8Array): LoadFailure {
  const { tape, answered } = due
  const place = answered % tape.places
  const message = tape.message(place)
  const which = `the reply to message ${answered + 1}`
  const length = `${which} has ${reply.length} bytes, the message ${message.length}`
  const common = Math.min(reply.length, message.length)
  const alike = Buffer.compare(reply.subarray(0, common), message.subarray(0, common)) === 0
  if (alike && reply.length > message.length) return failure('merged', length)
  if (alike && reply.length < message.length) return failure('split', length)
  if (reply.length !== message.length) return failure('corrupted', length)
  return displaced(due, reply) ?? failure('corrupted', difference(which, message, reply))
}

/** Null unless the reply is, byte for byte, another message of ours. */
function displaced(due: Due, reply: Uint8Array): LoadFailure | null {
  const { tape, answered, inFlight } = due
  const stamp = readStamp(reply)
  if (stamp === null || stamp.place >= tape.places) return null
  const where = `where the reply to message ${answered + 1} was due`
  if (stamp.connection !== due.connection) {
    const detail = `a message of connection ${stamp.connection + 1} came ${where}`
    return failure('cross-talk', `${detail} on connection ${due.connection + 1}`)
  }
  if (!tape.holds(stamp.place, reply, 0, reply.length)) return null
  const ahead = (stamp.place - (answered % tape.places) + tape.places) % tape.places
  if (ahead < inFlight) {
    return failure('reordered', `the reply to message ${answered + 1 + ahead} came ${where}`)
  }
  const again = answered + 1 - (tape.places - ahead)
  return failure('duplicated', `the reply to message ${again} came again ${where}`)
}

/**
 * For a read that leaves the tape: a failure when the reply that is due breaks off and the next one
 * follows, which is what an ignored short write looks like. Null when it is anything else.
 */
export function brokenOff(due: Due, readBytes: number, chunk: Uint8Array): LoadFailure | null {
  const { tape, answered, inFlight } = due
  const frame = tape.frame(answered % tape.places).subarray(readBytes)
  const at = frame.findIndex((byte, index) => byte !== chunk[index])
  if (readBytes + at === 0 || at < 0 || inFlight < 2) return null
  const next = tape.frame((answered + 1) % tape.places).subarray(0, FOLLOWING_BYTES)
  const following = chunk.subarray(at, at + next.length)
  if (following.length < next.length || Buffer.compare(following, next) !== 0) return null
  const where = `byte ${readBytes + at} of ${frame.length + readBytes}`
  const detail = `the reply to message ${answered + 1} breaks off at ${where} of its frame`
  return failure('lost-bytes', `${detail}, and the next one follows`)
}

/** For a reply when none is owed. */
export function unasked(due: Due, reply: Uint8Array): LoadFailure {
  const { tape, answered } = due
  const last = (answered - 1) % tape.places
  if (answered > 0 && tape.holds(last, reply, 0, reply.length)) {
    return failure('duplicated', `the reply to message ${answered} came twice`)
  }
  const detail = `${reply.length} bytes came behind the reply to message ${answered}`
  return failure('extra-bytes', `${detail}, when nothing was owed`)
}

function difference(which: string, message: Uint8Array, reply: Uint8Array): string {
  const at = message.findIndex((byte, index) => byte !== reply[index])
  const shown = (bytes: Uint8Array) =>
    JSON.stringify(text(bytes.subarray(at, at + SHOWN_BYTES_MAX)))
  return `${which} differs from byte ${at} on: ${shown(reply)}, not ${shown(message)}`
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')
