/** Requests and replies that many client cases use. Replies differ from requests: no echo. */
import { text } from '../../reference/framing.ts'

export const HELLO = text('hello')
export const WORLD = text('world')
export const FIRST = text('first reply')
export const SECOND = text('the second')
export const THIRD = text('third')

/** `count` requests that can be told apart. */
export const requests = (count: number): Uint8Array[] =>
  Array.from({ length: count }, (_, index) => text(`request ${index + 1}`))

/** Such lengths of these as the client carries, without two that are equal. */
export const lengthsUpTo = (bytesMax: number, lengths: readonly number[]): number[] => [
  ...new Set(lengths.filter((length) => length <= bytesMax)),
]

/** Around the places where a length takes another byte, or another digit. */
export const WIDTH_EDGES = [
  1, 9, 10, 99, 100, 127, 128, 129, 254, 255, 256, 257, 258, 16_383, 16_384, 65_535, 65_536,
] // biome-ignore format: a table
