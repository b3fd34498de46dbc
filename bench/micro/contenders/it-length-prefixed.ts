import { type Pass, weigh } from '../contender.ts'
import { cut, type Tape } from '../tape.ts'
import { sourceOf } from './framegate.ts'

/** What it hands out is a list of pieces; this is the cheapest look at it. */
interface List {
  readonly byteLength: number
  get(index: number): number
  subarray(): Uint8Array
}

const weighList = (list: List): number => list.byteLength + (list.byteLength > 0 ? list.get(0) : 0)

/** Over an array, its faster form. */
export async function decodeItLengthPrefixed({ chunks }: Tape): Promise<Pass> {
  const { decode } = await import('it-length-prefixed')
  return (kept) => {
    let sum = 0
    for (const list of decode(chunks)) {
      if (kept === null) sum += weighList(list)
      else kept.push(list.subarray())
    }
    return sum
  }
}

export async function encodeItLengthPrefixed({ messages }: Tape): Promise<Pass> {
  const { encode } = await import('it-length-prefixed')
  return (kept) => {
    let sum = 0
    for (const piece of encode(messages)) {
      if (kept === null) sum += weigh(piece)
      else kept.push(piece)
    }
    return sum
  }
}

export async function exchangeItLengthPrefixed({ messages, chunkBytes }: Tape): Promise<Pass> {
  const { decode, encode } = await import('it-length-prefixed')
  return (kept) => {
    const stream = Buffer.concat([...encode(messages)])
    const lists = [...decode(cut(stream, chunkBytes))]
    kept?.push(...lists.map((list) => list.subarray()))
    return lists.reduce((sum, list) => sum + weighList(list), 0)
  }
}

export async function iterateItLengthPrefixed({ chunks }: Tape): Promise<Pass> {
  const { decode } = await import('it-length-prefixed')
  return async (kept) => {
    let sum = 0
    for await (const list of decode(sourceOf(chunks))) {
      if (kept === null) sum += weighList(list)
      else kept.push(list.subarray())
    }
    return sum
  }
}
