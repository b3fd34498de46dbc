/**
 * One connection of the file server: frames in, one request after the other, replies out in order.
 *
 * Memory is bounded: one frame is gathered, reads stop while requests wait, and no request is
 * begun before the reply to the one before is with the kernel.
 */
import type { Socket } from 'bun'
import { FRAME, MALFORMED } from '../../wire/framing.ts'
import { JsonHeaderDecoder } from '../../wire/json-header.ts'
import { FileError, fileErrorFrom } from './file-error.ts'
import { readKeys } from './headers.ts'
import { ReplyWriter } from './reply-writer.ts'
import type { Reply, Requests } from './requests.ts'

/** Reading stops while this much waits to be decoded. */
const ARRIVED_BYTES_MAX = 1024 * 1024
/** A peer that keeps sending after our FIN is cut off behind this much or this long. */
const LINGER_BYTES_MAX = 64 * 1024 * 1024
const LINGER_MS_MAX = 5_000
/** A frame may take this many times as long as a pause within it. */
const FRAME_STALLS_MAX = 4
/** And so many, a connection on which nobody asks for anything. */
const IDLE_STALLS_MAX = 10

export interface FileConnectionOptions {
  requests: Requests
  pieceBytesMax: number
  /** A peer that stops in the middle of something gets this long. */
  stallMs: number
  onClose(connection: FileConnection): void
}

export class FileConnection {
  readonly #socket: Socket<FileConnection>
  readonly #options: FileConnectionOptions
  readonly #decoder: JsonHeaderDecoder
  readonly #writer: ReplyWriter
  #arrived: Uint8Array[] = []
  #arrivedBytes = 0
  #isPaused = false
  #isBusy = false
  #isAsked = false
  #isOver = false
  #phase: 'serving' | 'finishing' | 'lingering' | 'closed' = 'serving'
  #peerEnded = false
  /** Replies to pieces that are still being written. */
  #replies: Promise<void> = Promise.resolve()
  #lingerBytes = 0
  /** When the peer last sent something, or took something. */
  #movedMs = performance.now()
  #frameMs = performance.now()

  constructor(socket: Socket<FileConnection>, options: FileConnectionOptions) {
    this.#socket = socket
    this.#options = options
    this.#writer = new ReplyWriter(socket)
    this.#decoder = new JsonHeaderDecoder(options.pieceBytesMax)
  }

  // --- what the event loop tells ---

  data(chunk: Uint8Array): void {
    this.#movedMs = performance.now()
    if (this.#phase === 'lingering') return this.#discard(chunk.length)
    if (this.#phase !== 'serving') return
    this.#arrived.push(chunk)
    this.#arrivedBytes += chunk.length
    if (this.#arrivedBytes > ARRIVED_BYTES_MAX) this.#pause()
    this.#work()
  }

  drain(): void {
    this.#movedMs = performance.now()
    this.#writer.drain()
  }

  /** The peer's FIN: every whole request is answered, a partial one is never looked at (ALL-6). */
  end(): void {
    this.#peerEnded = true
    if (this.#phase === 'lingering') return this.abort()
    this.finish()
  }

  closed(): void {
    this.#phase = 'closed'
    this.#arrived = []
    this.#writer.close()
    this.#work()
  }

  /** Takes no further bytes; answers the requests that are here, then closes. */
  finish(): void {
    if (this.#phase === 'serving') this.#phase = 'finishing'
    this.#work()
  }

  abort(): void {
    this.#socket.terminate()
  }

  /** Called every now and then: a peer that stalls is told, and let go. */
  checkProgress(nowMs: number): void {
    const { stallMs } = this.#options
    const silentMs = nowMs - this.#movedMs
    if (this.#phase === 'lingering' && silentMs > LINGER_MS_MAX) return this.abort()
    // Whoever goes on sending, and reads nothing, has stalled all the same.
    const isDeaf = this.#writer.isWaiting && nowMs - this.#writer.takenMs > stallMs
    if (isDeaf) return this.abort()
    if (this.#isBusy || this.#phase !== 'serving') return
    const isInFrame = this.#decoder.gather.length > 0
    const isStalled = isInFrame
      ? silentMs > stallMs || nowMs - this.#frameMs > FRAME_STALLS_MAX * stallMs
      : silentMs > IDLE_STALLS_MAX * stallMs
    if (!isStalled) return
    const where = isInFrame ? 'inside a frame' : 'between requests'
    const waitedMs = Math.round(isInFrame ? nowMs - this.#frameMs : silentMs)
    this.#sendError(new FileError('stalled', `Nothing more came for ${waitedMs} ms, ${where}.`))
    this.#phase = 'finishing'
    this.#work()
  }

  // --- requests ---

  /** Goes through what has arrived; when that is being done already, then once more. */
  #work(): void {
    this.#isAsked = true
    if (this.#isBusy) return
    this.#isBusy = true
    void this.#serveWhileAsked().catch((error: Error) => {
      // A fault of ours in one connection: say so, end that one, serve the others.
      console.error(`framegate: a connection was ended by an internal error: ${error.stack}`)
      this.abort()
    })
  }

  async #serveWhileAsked(): Promise<void> {
    try {
      while (this.#isAsked) {
        this.#isAsked = false
        await this.#serve()
      }
    } finally {
      this.#isBusy = false
    }
  }

  async #serve(): Promise<void> {
    while (this.#phase === 'serving' || this.#phase === 'finishing') {
      const step = this.#decoder.next()
      if (step === FRAME) {
        await this.#answer()
        await this.#writer.flushed()
      } else if (step === MALFORMED) {
        await this.#refuse()
      } else if (!this.#takeNext()) break
    }
    if (this.#phase === 'serving') return
    await this.#replies
    await this.#writer.flushed()
    if (this.#isClosed) await this.#clear()
    else this.#sayGoodbye()
  }

  /** Hands the decoder what has arrived; false when there is nothing. */
  #takeNext(): boolean {
    const chunk = this.#arrived.shift()
    if (!chunk) return false
    this.#arrivedBytes -= chunk.length
    if (this.#decoder.gather.length === 0) this.#frameMs = performance.now()
    this.#decoder.push(chunk)
    if (this.#isPaused && this.#arrivedBytes <= ARRIVED_BYTES_MAX / 2) this.#resume()
    return true
  }

  async #answer(): Promise<void> {
    const { requests } = this.#options
    try {
      const { header, headerText, buffer, start, end } = this.#decoder
      const answer = await requests.handle({
        keys: readKeys(headerText),
        fileName: header!.fileName,
        hasMd5: header!.md5 !== null,
        message: buffer.subarray(start, end),
      })
      if ('later' in answer) return this.#replyLater(answer.later)
      await this.#replies
      this.#writer.send(answer)
    } catch (error) {
      await this.#replies
      this.#sendError(fileErrorFrom(error, 'The request failed'))
    }
  }

  #replyLater(reply: Promise<Reply>): void {
    // Not handled twice: the reply is waited for behind those before it, and may fail earlier.
    const settled = Promise.allSettled([reply])
    this.#replies = this.#replies.then(async () => {
      const [result] = await settled
      if (result.status === 'fulfilled') this.#writer.send(result.value)
      else this.#sendError(fileErrorFrom(result.reason, 'The request failed'))
    })
  }

  /** A frame that cannot be understood: says why, then ends the connection (ALL-5). */
  async #refuse(): Promise<void> {
    await this.#replies
    const { reason, message } = this.#decoder.error!
    const hint =
      reason === 'length-over-max'
        ? ` Larger files are sent in pieces of at most ${this.#options.pieceBytesMax} bytes.`
        : ''
    this.#sendError(new FileError(reason, `The frame is refused: ${message}.${hint}`))
    this.#arrived = []
    this.#phase = 'finishing'
    await this.#writer.flushed()
    this.#sayGoodbye()
  }

  // --- replies ---

  #sendError({ code, message }: FileError): void {
    this.#writer.send({ keys: { error: code }, message: new TextEncoder().encode(message) })
  }

  // --- the end ---

  #sayGoodbye(): void {
    if (this.#phase !== 'finishing') return
    if (this.#peerEnded) {
      this.#socket.end()
      return
    }
    this.#phase = 'lingering'
    this.#resume()
    this.#socket.shutdown()
  }

  #discard(bytes: number): void {
    this.#lingerBytes += bytes
    if (this.#lingerBytes > LINGER_BYTES_MAX) this.abort()
  }

  get #isClosed(): boolean {
    return this.#phase === 'closed'
  }

  async #clear(): Promise<void> {
    if (this.#isOver) return
    this.#isOver = true
    await this.#options.requests.end()
    this.#options.onClose(this)
  }

  #pause(): void {
    if (this.#isPaused) return
    this.#isPaused = true
    this.#socket.pause()
  }

  #resume(): void {
    if (!this.#isPaused) return
    this.#isPaused = false
    this.#socket.resume()
  }
}
