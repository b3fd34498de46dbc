import { requireBytes } from './bytes.ts'
import { type Deferred, deferred } from './deferred.ts'
import { type Decoder, FRAME, type Framing, type FramingError, MALFORMED } from './framing.ts'

/** One demand is answered with up to this much: a promise for each short message costs more. */
const BATCH_MESSAGES_MAX = 64
const BATCH_BYTES_MAX = 64 * 1024

/**
 * Bytes in, messages out, for `pipeThrough`. Each message is the reader's own.
 *
 * Nothing is decoded before somebody reads. A write is done when the messages of its chunk have
 * been asked for, so whoever waits for it writes as fast as the reader reads, and may use the
 * chunk's memory again. A stream that is refused or cut off fails with a FramingError, behind the
 * messages before it.
 *
 * A pair of streams rather than an instance of TransformStream, because that throws away what has
 * not been read yet when it fails.
 */
export function decoderStream(framing: Framing): TransformStream<Uint8Array, Uint8Array> {
  const decoding = new Decoding(framing.decoder())
  const readable = new ReadableStream<Uint8Array>(
    {
      start: (output) => decoding.setOutput(output),
      pull: () => decoding.pull(),
      cancel: (reason) => decoding.cancel(reason),
    },
    { highWaterMark: 0 },
  )
  const writable = new WritableStream<Uint8Array>({
    start: (input) => decoding.setInput(input),
    write: (chunk) => decoding.write(chunk),
    close: () => decoding.close(),
    abort: (reason) => decoding.abort(reason),
  })
  return { readable, writable }
}

/** Messages in, frames out: one chunk a frame. A message that is not carried makes it fail. */
export function encoderStream(framing: Framing): TransformStream<Uint8Array, Uint8Array> {
  const encoder = framing.encoder()
  return new TransformStream<Uint8Array, Uint8Array>({
    transform: (message, output) => output.enqueue(encoder.encode(requireBytes(message))),
  })
}

/** What happens between the two streams of a decoder. */
class Decoding {
  readonly #decoder: Decoder
  #output: ReadableStreamDefaultController<Uint8Array> | null = null
  #input: WritableStreamDefaultController | null = null
  /** Settled when the decoder is through with the chunk: the write is done. */
  #chunk: Deferred<void> | null = null
  /** Settled when a reader that waits has something new to look at. */
  #news: Deferred<void> | null = null
  #isOver = false
  #failure: FramingError | null = null

  constructor(decoder: Decoder) {
    this.#decoder = decoder
  }

  setOutput(output: ReadableStreamDefaultController<Uint8Array>): void {
    this.#output = output
  }

  setInput(input: WritableStreamDefaultController): void {
    this.#input = input
  }

  /** Called when nothing is queued and somebody reads, so a failure throws away no message. */
  async pull(): Promise<void> {
    while (!this.#deliver() && !this.#isOver) {
      if (this.#failure !== null) throw this.#failure
      this.#news = deferred()
      await this.#news.promise
    }
  }

  async write(chunk: Uint8Array): Promise<void> {
    try {
      this.#decoder.push(requireBytes(chunk))
    } catch (error) {
      this.abort(error)
      throw error
    }
    this.#chunk = deferred()
    this.#news?.resolve()
    await this.#chunk.promise
  }

  /** All chunks are used up by now; messages that are queued can still be read. */
  close(): void {
    this.#failure = this.#decoder.finish()
    if (this.#failure === null) this.#end(() => this.#output?.close())
    this.#news?.resolve()
    if (this.#failure !== null) throw this.#failure
  }

  abort(reason: unknown): void {
    this.#end(() => this.#output?.error(reason))
  }

  cancel(reason: unknown): void {
    this.#end(() => this.#input?.error(reason))
    this.#chunk?.resolve()
  }

  #end(how: () => void): void {
    this.#isOver = true
    how()
    this.#news?.resolve()
  }

  /** Queues the next messages. False when there is none before the next chunk. */
  #deliver(): boolean {
    let messages = 0
    let bytes = 0
    while (this.#chunk !== null && messages < BATCH_MESSAGES_MAX && bytes < BATCH_BYTES_MAX) {
      const step = this.#decoder.next()
      if (step === FRAME) {
        const message = this.#decoder.take()
        this.#output?.enqueue(message)
        messages++
        bytes += message.length
      } else if (step === MALFORMED) {
        this.#failure = this.#decoder.error
        this.#chunk.reject(this.#failure)
        this.#chunk = null
      } else {
        this.#chunk.resolve()
        this.#chunk = null
      }
    }
    return messages > 0
  }
}
