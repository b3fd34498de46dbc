import { Duplex } from 'node:stream'
import { requireBytes } from './bytes.ts'
import {
  type Decoder,
  type Encoder,
  FRAME,
  type Framing,
  FramingError,
  MALFORMED,
} from './framing.ts'

export interface MessageDuplexOptions {
  /** Destroys both streams, with the signal's reason. */
  signal?: AbortSignal
}

/** One demand is answered with up to this many messages. */
const BATCH_MESSAGES_MAX = 64

type Callback = (error?: Error | null) => void

/**
 * A stream of messages over a stream of bytes, say a socket: an object-mode Duplex of Uint8Array.
 *
 * While nobody reads messages no bytes are read, and a write is done when the bytes have gone out.
 * Each direction ends by itself: the end of the bytes is the end of the messages, and `end()` ends
 * the byte stream's writing. A stream that is refused or cut off is destroyed with a FramingError,
 * behind the messages before it and what was written until then (ALL-5).
 */
export function messageDuplex(
  bytes: Duplex,
  framing: Framing,
  { signal }: MessageDuplexOptions = {},
): Duplex {
  return new MessageDuplex(bytes, framing, signal)
}

class MessageDuplex extends Duplex {
  readonly #bytes: Duplex
  readonly #decoder: Decoder
  readonly #encoder: Encoder
  readonly #signal: AbortSignal | undefined
  /** Somebody reads, and nothing is queued. */
  #isWanted = false
  /** The decoder is not through with its chunk. */
  #hasChunk = false
  #hasEnded = false
  /** Known, but not told before everything that was written has gone out. */
  #failure: FramingError | null = null

  constructor(bytes: Duplex, framing: Framing, signal: AbortSignal | undefined) {
    // With nothing queued ahead of the reader, a failure throws away no message.
    super({ objectMode: true, readableHighWaterMark: 0, allowHalfOpen: bytes.allowHalfOpen })
    this.#bytes = bytes
    this.#decoder = framing.decoder()
    this.#encoder = framing.encoder()
    this.#signal = signal
    bytes.pause()
    bytes.on('data', this.#onData).on('end', this.#onEnd).on('close', this.#onClose)
    bytes.on('error', (error) => this.destroy(error))
    signal?.addEventListener('abort', this.#onAbort)
    if (signal?.aborted) this.#onAbort()
  }

  override _read(): void {
    this.#isWanted = true
    this.#deliver()
  }

  override _write(chunk: unknown, _encoding: string, callback: Callback): void {
    this._writev([{ chunk }], callback)
  }

  override _writev(entries: readonly { chunk: unknown }[], callback: Callback): void {
    const bytes = this.#bytes
    const written: Callback = (error) => {
      callback(error)
      this.#failWhenWritten()
    }
    bytes.cork()
    try {
      const frames = entries.length
      for (const [index, { chunk }] of entries.entries()) {
        const frame = this.#encoder.encode(requireBytes(chunk))
        bytes.write(frame, index === frames - 1 ? written : undefined)
      }
    } catch (error) {
      callback(error as Error)
    } finally {
      bytes.uncork()
    }
  }

  override _final(callback: Callback): void {
    this.#bytes.end(callback)
  }

  override _destroy(error: Error | null, callback: Callback): void {
    const bytes = this.#bytes
    this.#signal?.removeEventListener('abort', this.#onAbort)
    bytes.off('data', this.#onData).off('end', this.#onEnd).off('close', this.#onClose)
    if (error instanceof FramingError) {
      // The other side is owed what was written; what it still sends is thrown away.
      bytes.resume()
      bytes.end(() => bytes.destroy())
    } else {
      bytes.destroy()
    }
    callback(error)
  }

  readonly #onData = (chunk: unknown): void => {
    try {
      this.#decoder.push(requireBytes(chunk))
    } catch (error) {
      this.destroy(error as Error)
      return
    }
    this.#hasChunk = true
    this.#deliver()
    if (this.#hasChunk || this.#failure !== null) this.#bytes.pause()
  }

  readonly #onEnd = (): void => {
    this.#hasEnded = true
    this.#deliver()
  }

  readonly #onClose = (): void => {
    if (this.#hasEnded && !this.readableEnded) this.once('end', () => this.destroy())
    else this.destroy(this.#hasChunk ? undefined : (this.#decoder.finish() ?? undefined))
  }

  readonly #onAbort = (): void => {
    const reason: unknown = this.#signal?.reason
    this.destroy(reason instanceof Error ? reason : new Error('aborted', { cause: reason }))
  }

  #deliver(): void {
    if (!this.#isWanted) return
    let messages = 0
    while (this.#hasChunk && messages < BATCH_MESSAGES_MAX && !this.destroyed) {
      const step = this.#decoder.next()
      if (step === FRAME) {
        messages++
        this.#isWanted = false
        this.push(this.#decoder.take())
      } else {
        this.#hasChunk = false
        if (step === MALFORMED) this.#failure = this.#decoder.error
      }
    }
    if (messages > 0) return
    if (this.#hasEnded) this.#failure ??= this.#decoder.finish()
    if (this.#failure !== null) this.#failWhenWritten()
    else if (this.#hasEnded) this.push(null)
    else this.#bytes.resume()
  }

  #failWhenWritten(): void {
    if (this.#failure === null || !this.#isWanted || this.writableLength > 0) return
    this.destroy(this.#failure)
  }
}
