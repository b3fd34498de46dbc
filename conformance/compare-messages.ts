/** Expected messages against received ones: the same, or which symptom? Pure. */
import type { Symptom } from './result.ts'

export interface Difference {
  symptom: Symptom
  detail: string
}

export const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a === b || (a.length === b.length && Buffer.compare(a, b) === 0)

/** What things are called. */
interface Names {
  /** One of the messages. */
  noun?: string
  /** What is no more than the beginning of a message: of a stream the rest may still come. */
  cut?: Symptom
}

/** Null when all is as expected so far: `received` may be shorter. */
export function firstDifference(
  expected: readonly Uint8Array[],
  received: readonly Uint8Array[],
  names: Names = {},
): Difference | null {
  for (const [index, message] of received.entries()) {
    const wanted = expected[index]
    if (wanted && sameBytes(wanted, message)) continue
    return classify(expected, received, index, names)
  }
  return null
}

function classify(
  expected: readonly Uint8Array[],
  received: readonly Uint8Array[],
  index: number,
  { noun = 'reply', cut = 'split' }: Names,
): Difference {
  const message = received[index]!
  const wanted = expected[index]
  const where = `${noun} ${index + 1}`
  if (!wanted) {
    const again = expected.some((other) => sameBytes(other, message))
    const symptom = again ? 'duplicated' : 'extra-bytes'
    return { symptom, detail: `${where} was not owed to anybody: ${show(message)}.` }
  }
  const seen = `${where} should be ${show(wanted)} and is ${show(message)}.${hidden(wanted, message)}`
  if (isAlone(expected, received, index)) {
    // What stands behind it is right: it is this one that is wrong, whatever else it looks like.
    if (wanted.length === message.length) return { symptom: 'corrupted', detail: seen }
    const isCut = index + 1 < received.length && startsWith(wanted, message)
    if (isCut) return { symptom: cut === 'split' ? 'lost-bytes' : cut, detail: seen }
    if (startsWith(message, wanted)) return { symptom: 'extra-bytes', detail: seen }
  }
  const together = runLength(expected.slice(index), message)
  if (together > 1) {
    return { symptom: 'merged', detail: `${seen} That is ${together} messages stuck together.` }
  }
  const parts = runLength(received.slice(index), wanted)
  if (parts > 1) return { symptom: 'split', detail: `${seen} The message came in ${parts} parts.` }
  const before = expected[index - 1]
  const next = received[index + 1]
  if (before && next && sameBytes(before, message) && sameBytes(next, wanted)) {
    return { symptom: 'duplicated', detail: `${seen} It is the one before, again.` }
  }
  if (expected.slice(index + 1).some((other) => sameBytes(other, message))) {
    const cameLater = received.slice(index + 1).some((other) => sameBytes(other, wanted))
    return cameLater
      ? { symptom: 'reordered', detail: `${seen} The right one came later.` }
      : { symptom: 'lost-messages', detail: `${seen} The right one never came.` }
  }
  if (before && sameBytes(before, message)) {
    return { symptom: 'duplicated', detail: `${seen} It is the one before, again.` }
  }
  if (wanted.length === message.length) return { symptom: 'corrupted', detail: seen }
  if (received.slice(index + 1).some((other) => sameBytes(other, wanted))) {
    return { symptom: 'extra-bytes', detail: `${seen} The right one came behind it.` }
  }
  if (startsWith(message, wanted)) return { symptom: 'merged', detail: seen }
  if (startsWith(wanted, message)) return { symptom: cut, detail: seen }
  return { symptom: 'corrupted', detail: seen }
}

/** True when what follows this reply is in its place: nothing was moved or stuck together. */
function isAlone(
  expected: readonly Uint8Array[],
  received: readonly Uint8Array[],
  index: number,
): boolean {
  const behind = received[index + 1]
  if (!behind) return received.length === expected.length && index > 0
  const owed = expected[index + 1]
  return owed !== undefined && sameBytes(behind, owed) && !sameBytes(behind, expected[index]!)
}

/**
 * How many of `parts`, from the first on, make up `whole` exactly; 0 when they do not. Empty ones
 * do not count: they make up nothing.
 */
function runLength(parts: readonly Uint8Array[], whole: Uint8Array): number {
  let at = 0
  let count = 0
  for (const part of parts) {
    if (!sameBytes(part, whole.subarray(at, at + part.length))) return 0
    at += part.length
    if (part.length > 0) count++
    if (at === whole.length) return count
    if (at > whole.length) return 0
  }
  return 0
}

const startsWith = (whole: Uint8Array, start: Uint8Array): boolean =>
  start.length > 0 &&
  start.length < whole.length &&
  sameBytes(whole.subarray(0, start.length), start)

const SHOWN_BYTES = 16

/** Where two messages differ whose shown beginnings are alike; empty where these show it. */
function hidden(wanted: Uint8Array, message: Uint8Array): string {
  const length = Math.min(wanted.length, message.length)
  let first = length
  let count = 0
  for (let at = 0; at < length; at++) {
    if (wanted[at] === message[at]) continue
    if (count === 0) first = at
    count++
  }
  if (first < SHOWN_BYTES) return ''
  const from = ` They differ from offset ${first.toLocaleString('en')} on`
  const [owed, came] = [wanted, message].map((bytes) => hexOf(bytes.subarray(first, first + 4)))
  const instead = `${came || 'the end'} instead of ${owed || 'the end'}`
  if (wanted.length !== message.length) return `${from}: ${instead}.`
  const many = `${count.toLocaleString('en')} byte${count === 1 ? '' : 's'} in all`
  return `${from} (${many}): ${instead}.`
}

const hexOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes).toString('hex').replace(/../g, '$& ').trim()

/** `5 bytes "hello"`, `1,048,576 bytes 00 01 02 …`. */
function show(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'an empty message'
  const head = bytes.subarray(0, SHOWN_BYTES)
  const printable = head.every((byte) => byte >= 0x20 && byte < 0x7f)
  const more = bytes.length > SHOWN_BYTES ? ' …' : ''
  const body = printable ? `"${new TextDecoder().decode(head)}${more}"` : `${hexOf(head)}${more}`
  return `${bytes.length.toLocaleString('en')} byte${bytes.length === 1 ? '' : 's'} ${body}`
}
