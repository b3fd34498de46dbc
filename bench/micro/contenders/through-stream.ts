/** Drives a Transform of Node as its user would, and with as little around it as possible. */
import type { Transform } from 'node:stream'
import { type Pass, weigh } from '../contender.ts'
import { cut, type Tape } from '../tape.ts'

/** What streams of packages hand out. */
type Delivered = Uint8Array | string

const toBytes = (delivered: Delivered): Uint8Array =>
  typeof delivered === 'string' ? Buffer.from(delivered) : delivered

const weighDelivered = (delivered: Delivered): number =>
  typeof delivered === 'string'
    ? delivered.length + (delivered.charCodeAt(0) || 0)
    : weigh(delivered)

/**
 * Writes the chunks without waiting for `drain`, which is to the stream's advantage, and is done
 * when `deliveries` have come out.
 */
export function throughStream(
  stream: Transform,
  chunks: readonly Uint8Array[],
  deliveries: number,
): Pass {
  let keeping: Uint8Array[] | null = null
  let [seen, sum] = [0, 0]
  let done = (): void => {}
  stream.on('data', (delivered: Delivered) => {
    if (keeping === null) sum += weighDelivered(delivered)
    else keeping.push(toBytes(delivered))
    if (++seen === deliveries) done()
  })
  return async (kept) => {
    const finished = new Promise<void>((resolve) => {
      done = resolve
    })
    ;[keeping, seen, sum] = [kept, 0, 0]
    for (const chunk of chunks) stream.write(chunk)
    await finished
    return sum
  }
}

/** Everything through one stream; then joined, cut, and through the other; collected. */
export function exchangeThrough(
  encode: (messages: readonly Buffer[]) => Promise<Uint8Array[]>,
  decoder: Transform,
  { messages, chunkBytes }: Tape,
): Pass {
  let collected: Delivered[] = []
  let done = (): void => {}
  decoder.on('data', (delivered: Delivered) => {
    if (collected.push(delivered) === messages.length) done()
  })
  return async (kept) => {
    collected = []
    const finished = new Promise<void>((resolve) => {
      done = resolve
    })
    const stream = Buffer.concat(await encode(messages))
    for (const chunk of cut(stream, chunkBytes)) decoder.write(chunk)
    await finished
    kept?.push(...collected.map(toBytes))
    return collected.reduce((sum, delivered) => sum + weighDelivered(delivered), 0)
  }
}

/** The pieces that an encoding stream makes of the messages, `pieces` of each. */
export function encodeThrough(
  encoder: Transform,
  pieces: number,
): (messages: readonly Buffer[]) => Promise<Uint8Array[]> {
  let made: Uint8Array[] = []
  let wanted = 0
  let done = (): void => {}
  encoder.on('data', (piece: Uint8Array) => {
    if (made.push(piece) === wanted) done()
  })
  return async (messages) => {
    made = []
    wanted = messages.length * pieces
    const finished = new Promise<void>((resolve) => {
      done = resolve
    })
    for (const message of messages) encoder.write(message)
    await finished
    return made
  }
}
