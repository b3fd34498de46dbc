/** What `makefile` gives: a file over a socket, buffered both ways, for protocols of lines. */

/** The part of a socket that a file needs. */
interface Stream {
  recv(bytesMax: number): Uint8Array
  sendall(bytes: Uint8Array): void
}

const MODES = ['r', 'w', 'rw', 'rb', 'wb', 'rwb'] as const
export type FileMode = (typeof MODES)[number]
/** Text in UTF-8, or bytes where the mode has a `b`. */
export type FileOf<M extends FileMode> = M extends `${string}b`
  ? SocketFile<Uint8Array>
  : SocketFile<string>

const CHUNK_BYTES = 8_192
const LINE_FEED = 0x0a

export function openFile<M extends FileMode>(
  stream: Stream,
  mode: M,
  onClose: () => void,
): FileOf<M> {
  if (!MODES.includes(mode)) {
    throw new RangeError(`There is no file mode "${mode}". There are: ${MODES.join(', ')}.`)
  }
  const binary = new SocketFile<Uint8Array>(stream, mode, onClose, same, same)
  if (mode.endsWith('b')) return binary as FileOf<M>
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  const encoder = new TextEncoder()
  return new SocketFile<string>(
    stream,
    mode,
    onClose,
    (bytes) => decoder.decode(bytes),
    (text) => encoder.encode(text),
  ) as FileOf<M>
}

const same = (bytes: Uint8Array): Uint8Array => bytes

class SocketFile<T extends Uint8Array | string> implements Iterable<T> {
  readonly #stream: Stream
  readonly #mode: string
  readonly #onClose: () => void
  readonly #decoded: (bytes: Uint8Array) => T
  readonly #encoded: (content: T) => Uint8Array
  /** Read and not asked for yet. */
  #ahead: Uint8Array = new Uint8Array(0)
  #written: Uint8Array[] = []
  #writtenBytes = 0
  #isClosed = false

  constructor(
    stream: Stream,
    mode: string,
    onClose: () => void,
    decoded: (bytes: Uint8Array) => T,
    encoded: (content: T) => Uint8Array,
  ) {
    this.#stream = stream
    this.#mode = mode
    this.#onClose = onClose
    this.#decoded = decoded
    this.#encoded = encoded
  }

  /** Exactly `bytes` of them, fewer only at the end of the stream; all up to it when not given. */
  read(bytes = Number.POSITIVE_INFINITY): T {
    return this.#take((chunk, before) => (before + chunk.length >= bytes ? bytes : null))
  }

  /** Up to the line feed, which is part of it; empty at the end of the stream. */
  readline(bytesMax = Number.POSITIVE_INFINITY): T {
    return this.#take((chunk, before) => {
      const end = chunk.indexOf(LINE_FEED) + 1
      if (end > 0) return Math.min(before + end, bytesMax)
      return before + chunk.length >= bytesMax ? bytesMax : null
    })
  }

  *[Symbol.iterator](): IterableIterator<T> {
    for (let line = this.readline(); line.length > 0; line = this.readline()) yield line
  }

  /**
   * Reads until `endIn` says how many bytes to give, of all so far, or the stream ends: then all.
   * It is shown every chunk once, with how many bytes came before it.
   */
  #take(endIn: (chunk: Uint8Array, before: number) => number | null): T {
    this.#throwUnless('r', 'read')
    const chunks: Uint8Array[] = []
    let chunk = this.#ahead
    let before = 0
    let end: number | null = null
    for (;;) {
      chunks.push(chunk)
      end = endIn(chunk, before)
      before += chunk.length
      if (end !== null) break
      chunk = this.#stream.recv(CHUNK_BYTES)
      if (chunk.length === 0) break
    }
    const all = joined(chunks)
    const given = all.subarray(0, end ?? all.length)
    this.#ahead = all.subarray(given.length)
    return this.#decoded(given)
  }

  /** Kept until there is a chunk of it, `flush` or `close`. Returns the bytes. */
  write(content: T): number {
    this.#throwUnless('w', 'write')
    // A copy: the caller may use its buffer again before we write.
    const bytes = this.#encoded(content).slice()
    this.#written.push(bytes)
    this.#writtenBytes += bytes.length
    if (this.#writtenBytes >= CHUNK_BYTES) this.flush()
    return bytes.length
  }

  flush(): void {
    const bytes = joined(this.#written)
    this.#written = []
    this.#writtenBytes = 0
    if (bytes.length > 0) this.#stream.sendall(bytes)
  }

  close(): void {
    if (this.#isClosed) return
    try {
      this.flush()
    } finally {
      this.#isClosed = true
      this.#onClose()
    }
  }

  [Symbol.dispose](): void {
    this.close()
  }

  #throwUnless(direction: string, what: string): void {
    if (this.#isClosed) throw new Error(`Cannot ${what}: the file is closed.`)
    if (this.#mode.includes(direction)) return
    throw new Error(`Cannot ${what}: the file was made with the mode "${this.#mode}".`)
  }
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  if (pieces.length === 1) return pieces[0]!
  const bytes = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const piece of pieces) {
    bytes.set(piece, at)
    at += piece.length
  }
  return bytes
}
