/** Messages and cuts that many cases use. */
import { concat } from '../reference/framing.ts'

export { text } from '../reference/framing.ts'

/** What they count is the same again behind so many bytes. */
const PERIOD_BYTES = 65_536
const pattern = Uint8Array.from({ length: PERIOD_BYTES }, (_, i) => (i + (i >> 8)) & 0xff)
/** Large floods are made of these: copying is many times as fast as counting. */
const patterns = new Map<number, Uint8Array>()

function patternFrom(first: number): Uint8Array {
  const known = patterns.get(first & 0xff)
  if (known) return known
  const made = pattern.map((byte) => byte + first)
  patterns.set(first & 0xff, made)
  return made
}

/** `length` bytes that count up, so that a shifted or swapped byte shows. */
export function counting(length: number, first = 0): Uint8Array {
  const from = patternFrom(first)
  if (length <= PERIOD_BYTES) return from.slice(0, length)
  const bytes = new Uint8Array(length)
  bytes.set(from)
  for (let at = PERIOD_BYTES; at < length; at *= 2) {
    bytes.copyWithin(at, 0, Math.min(at, length - at))
  }
  return bytes
}

/** `length` bytes that count up behind the ordinal: no two messages of a series are equal. */
export function counted(ordinal: number, length: number): Uint8Array {
  const bytes = counting(length, ordinal)
  bytes.set(numbered(ordinal).subarray(0, length))
  return bytes
}

/** `length` times the same printable letter. */
export const letters = (length: number, letter = 'a'): Uint8Array =>
  new Uint8Array(length).fill(letter.charCodeAt(0))

/** A number as four bytes, to tell messages apart. */
export function numbered(ordinal: number, length = 4): Uint8Array {
  const bytes = new Uint8Array(Math.max(4, length))
  new DataView(bytes.buffer).setUint32(0, ordinal)
  return bytes.length === length ? bytes : bytes.slice(4 - length)
}

/** The bytes cut at these offsets. */
export function cutAt(bytes: Uint8Array, ...offsets: readonly number[]): Uint8Array[] {
  const edges = [0, ...offsets, bytes.length]
  return edges.slice(1).map((end, index) => bytes.subarray(edges[index], end))
}

/** The bytes in chunks of `size`. */
export function* chopped(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

/** The bytes in chunks whose sizes `next()` chooses. */
export function* choppedBy(bytes: Uint8Array, next: () => number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; ) {
    const size = Math.max(1, next())
    yield bytes.subarray(at, at + size)
    at += size
  }
}

export const hex = (spelled: string): Uint8Array =>
  Uint8Array.from(spelled.trim().split(/\s+/), (pair) => Number.parseInt(pair, 16))

export const repeat = (count: number, make: (index: number) => Uint8Array): Uint8Array[] =>
  Array.from({ length: count }, (_, index) => make(index))

export const joined = (...parts: readonly Uint8Array[]): Uint8Array => concat(parts)
