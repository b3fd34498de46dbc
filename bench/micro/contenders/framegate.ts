/** The codecs and streams of wire/, each as it is meant to be used. */
import { Duplex } from 'node:stream'
import { type Decoder, decoderStream, FRAME, messageDuplex, messages } from '../../../wire/index.ts'
import { type Pass, weigh } from '../contender.ts'
import { cut, type Tape } from '../tape.ts'

/** Looks at each message where it lies. */
export function decodeRanges({ framing, chunks }: Tape): Pass {
  const decoder = framing.decoder()
  return (kept) => {
    let sum = 0
    for (const chunk of chunks) {
      decoder.push(chunk)
      while (decoder.next() === FRAME) {
        const { buffer, start, end } = decoder
        if (kept === null) sum += end - start + (buffer[start] ?? 0)
        else kept.push(Uint8Array.prototype.slice.call(buffer, start, end))
      }
    }
    return sum
  }
}

/** Takes each message, to keep it. */
export function decodeTaken({ framing, chunks }: Tape): Pass {
  const decoder = framing.decoder()
  return (kept) => {
    let sum = 0
    for (const chunk of chunks) {
      decoder.push(chunk)
      while (decoder.next() === FRAME) {
        const message = decoder.take()
        if (kept === null) sum += weigh(message)
        else kept.push(message)
      }
    }
    return sum
  }
}

/** Frames behind each other in memory that is there already. */
export function encodeInto({ framing, messages, stream }: Tape): Pass {
  const encoder = framing.encoder()
  const target = Buffer.alloc(stream.length)
  return (kept) => {
    let end = 0
    for (const message of messages) end = encoder.encodeInto(message, target, end)
    kept?.push(target.subarray(0, end))
    return end + target[0]!
  }
}

/** A piece of memory a frame. */
export function encodeEach({ framing, messages }: Tape): Pass {
  const encoder = framing.encoder()
  return (kept) => {
    let sum = 0
    for (const message of messages) {
      const frame = encoder.encode(message)
      if (kept === null) sum += weigh(frame)
      else kept.push(frame)
    }
    return sum
  }
}

/** Everything is encoded, cut into chunks, decoded, and collected; each message a copy. */
export const exchangeTaken = (tape: Tape): Pass => exchange(tape, (decoder) => decoder.take())

/** The chunks are nobody else's, so a view of one will do. */
export const exchangeViews = (tape: Tape): Pass =>
  exchange(tape, (decoder, chunk) => {
    const { buffer, start, end } = decoder
    return buffer === chunk ? buffer.subarray(start, end) : decoder.take()
  })

function exchange(
  { framing, messages, chunkBytes }: Tape,
  keep: (decoder: Decoder, chunk: Uint8Array) => Uint8Array,
): Pass {
  const encoder = framing.encoder()
  const decoder = framing.decoder()
  return (kept) => {
    const collected: Uint8Array[] = kept ?? []
    const bytes = messages.reduce((sum, { length }) => sum + encoder.frameBytesMax(length), 0)
    const target = Buffer.allocUnsafe(bytes)
    let end = 0
    for (const message of messages) end = encoder.encodeInto(message, target, end)
    for (const chunk of cut(target.subarray(0, end), chunkBytes)) {
      decoder.push(chunk)
      while (decoder.next() === FRAME) collected.push(keep(decoder, chunk))
    }
    return collected.reduce((sum, message) => sum + weigh(message), 0)
  }
}

/** `for await` over a source of chunks. */
export function iterate({ framing, chunks }: Tape): Pass {
  return (kept) => drain(messages(sourceOf(chunks), framing), kept)
}

export function iterateWebStream({ framing, chunks }: Tape): Pass {
  return (kept) => {
    const rest = chunks.values()
    const source = new ReadableStream<Uint8Array>({
      pull(controller) {
        const { value } = rest.next()
        if (value) controller.enqueue(value)
        else controller.close()
      },
    })
    return drain(source.pipeThrough(decoderStream(framing)), kept)
  }
}

export function iterateDuplex({ framing, chunks }: Tape): Pass {
  return (kept) => {
    const rest = chunks.values()
    const source = new Duplex({
      read() {
        this.push(rest.next().value ?? null)
      },
      write(_chunk, _encoding, callback) {
        callback()
      },
    })
    const framed = messageDuplex(source, framing)
    framed.end()
    return drain(framed, kept)
  }
}

export async function* sourceOf(chunks: readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* chunks
}

export async function drain(
  source: AsyncIterable<Uint8Array>,
  kept: Uint8Array[] | null,
): Promise<number> {
  let sum = 0
  for await (const message of source) {
    if (kept === null) sum += weigh(message)
    else kept.push(message)
  }
  return sum
}
