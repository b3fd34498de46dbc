/** Packets of NTP version 4 (RFC 5905, figure 8) as far as asking for the time needs them. Pure. */

export const NTP_BYTES = 48
const VERSION = 4
const MODE_CLIENT = 3
const MODE_SERVER = 4
/** "Leap indicator" of a server that does not know the time. */
const LEAP_UNKNOWN = 3
/** Of a server that takes its own clock for right, as others call `local stratum 10`. */
const STRATUM_LOCAL = 10
/** A millionth of a second, as a power of two. */
const PRECISION = -20
const REFERENCE_LOCAL = 'LOCL'
/** Seconds from 1900 to 1970, and after how many they begin again. */
const EPOCH_S = 2_208_988_800
const ERA_S = 2 ** 32

const AT = { reference: 16, origin: 24, receive: 32, transmit: 40 } as const

/** A question; `cookie` comes back with its answer. */
export function askTime(cookie: bigint): Uint8Array {
  const bytes = new Uint8Array(NTP_BYTES)
  bytes[0] = (VERSION << 3) | MODE_CLIENT
  new DataView(bytes.buffer).setBigUint64(AT.transmit, cookie)
  return bytes
}

/** What a server says to a question that came at `receivedMs`; null for what is no question. */
export function tellTime(
  question: Uint8Array,
  receivedMs: number,
  now: () => number,
): Uint8Array | null {
  if (question.length < NTP_BYTES || (question[0]! & 7) !== MODE_CLIENT) return null
  const bytes = new Uint8Array(NTP_BYTES)
  bytes[0] = (question[0]! & 0b00_111_000) | MODE_SERVER
  bytes.set([STRATUM_LOCAL, question[2]!, PRECISION & 0xff], 1)
  bytes.set(new TextEncoder().encode(REFERENCE_LOCAL), 12)
  bytes.set(question.subarray(AT.transmit, AT.transmit + 8), AT.origin)
  writeTime(bytes, AT.reference, receivedMs)
  writeTime(bytes, AT.receive, receivedMs)
  writeTime(bytes, AT.transmit, now())
  return bytes
}

export interface ToldTime {
  receivedMs: number
  sentMs: number
}

/** Null for what is no answer to that question. Throws where the server says that it knows none. */
export function readTime(answer: Uint8Array, cookie: bigint, nearMs: number): ToldTime | null {
  if (answer.length < NTP_BYTES || (answer[0]! & 7) !== MODE_SERVER) return null
  const view = new DataView(answer.buffer, answer.byteOffset)
  if (view.getBigUint64(AT.origin) !== cookie) return null
  if (answer[1] === 0) {
    const code = new TextDecoder().decode(answer.subarray(12, 16))
    throw new Error(`it does not want to be asked (${code})`)
  }
  if (answer[0]! >> 6 === LEAP_UNKNOWN) throw new Error('its own clock is not synchronised')
  return {
    receivedMs: timeAt(view, AT.receive, nearMs),
    sentMs: timeAt(view, AT.transmit, nearMs),
  }
}

function writeTime(bytes: Uint8Array, at: number, ms: number): void {
  const view = new DataView(bytes.buffer)
  const seconds = Math.floor(ms / 1e3)
  view.setUint32(at, (seconds + EPOCH_S) % ERA_S)
  view.setUint32(at + 4, Math.floor((ms / 1e3 - seconds) * 2 ** 32))
}

/** Seconds have begun anew in 2036: of all times that are meant, the nearest is. */
function timeAt(view: DataView, at: number, nearMs: number): number {
  const seconds = view.getUint32(at) - EPOCH_S
  const eras = Math.round((nearMs / 1e3 - seconds) / ERA_S)
  return (seconds + eras * ERA_S) * 1e3 + (view.getUint32(at + 4) / 2 ** 32) * 1e3
}
