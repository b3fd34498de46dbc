/** Messages and cuts that many cases use. */
import { concat } from '../reference/framing.ts'

export { text } from '../reference/framing.ts'

/** `length` bytes that count up, so that a shifted or swapped byte shows. */
export function counting(length: number, first = 0): Uint8Array {
  const bytes = new Uint8Array(length)
  for (let i = 0; i < length; i++) bytes[i] = (first + i + (i >> 8)) & 0xff
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
