import { requireBytes } from './bytes.ts'
import { deferred } from './deferred.ts'
import { FRAME, type Framing, MALFORMED } from './framing.ts'

export interface MessagesOptions {
  /** Ends the iteration with the signal's reason, and lets go of the source. */
  signal?: AbortSignal
}

type Bytes = ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>

/** Where the chunks come from, whatever kind of stream it is. */
interface Source {
  read(): Promise<{ done?: boolean | undefined; value?: Uint8Array | undefined }>
  /** Lets go of a source that came to its end. */
  release(): void
  /** Lets go of one that did not, and tells it so. */
  cancel(reason: unknown): Promise<unknown>
}

/**
 * The messages of a stream of bytes. Each is the caller's own.
 *
 * The source is read only when all messages so far have been taken. Stopping early cancels it, as
 * in every `for await`.
 *
 * @throws FramingError behind the last whole message, when the stream is refused or cut off
 */
export async function* messages(
  bytes: Bytes,
  framing: Framing,
  { signal }: MessagesOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const decoder = framing.decoder()
  const source = sourceOf(bytes)
  let isOpen = true
  try {
    for (;;) {
      const { done, value } = await unlessAborted(() => source.read(), signal)
      if (done) break
      decoder.push(requireBytes(value))
      let step = decoder.next()
      while (step === FRAME) {
        yield decoder.take()
        signal?.throwIfAborted()
        step = decoder.next()
      }
      if (step === MALFORMED) throw decoder.error
    }
    isOpen = false
    source.release()
    const error = decoder.finish()
    if (error !== null) throw error
  } catch (error) {
    // What went wrong first is what the caller hears of, and without waiting for a slow source.
    if (isOpen) source.cancel(error).catch(() => {})
    isOpen = false
    throw error
  } finally {
    if (isOpen) await source.cancel(undefined)
  }
}

function sourceOf(bytes: Bytes): Source {
  if ('getReader' in bytes) {
    const reader = bytes.getReader()
    return {
      read: () => reader.read(),
      release: () => reader.releaseLock(),
      cancel(reason) {
        const cancelled = reader.cancel(reason)
        reader.releaseLock()
        return cancelled
      },
    }
  }
  const iterator = bytes[Symbol.asyncIterator]()
  return {
    read: () => iterator.next(),
    release() {},
    async cancel() {
      // An iterator over a stream of Node hears of nothing while it waits for bytes.
      if (isDestroyable(bytes)) bytes.destroy()
      else await iterator.return?.()
    },
  }
}

function isDestroyable(bytes: object): bytes is { destroy(): void } {
  return 'destroy' in bytes && typeof bytes.destroy === 'function'
}

/** Calls and waits, but not past the signal. */
async function unlessAborted<T>(call: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  if (signal === undefined) return call()
  signal.throwIfAborted()
  const aborted = deferred<never>()
  const abort = (): void => aborted.reject(signal.reason)
  signal.addEventListener('abort', abort)
  try {
    return await Promise.race([call(), aborted.promise])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
