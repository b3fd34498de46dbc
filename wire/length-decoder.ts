import { NO_BYTES } from './bytes.ts'
import { type DecoderState, DIRECT, GATHERING, HANDED_OUT, REFUSED } from './decoder-state.ts'
import {
  type Decoder,
  type DecodeStep,
  FRAME,
  FramingError,
  type FramingErrorReason,
  MALFORMED,
  NEED_MORE,
} from './framing.ts'
import { Gather } from './gather.ts'

/** What `readHead` answers when it has found the stream wrong. */
export const HEAD_REFUSED = -1

/**
 * What all framings with a length in front share: a head, a body of `bodyBytes`, a trailer.
 *
 * A frame that lies in one chunk is handed out where it lies. Only the one that straddles chunks is
 * copied (`gather`), and decoding goes on in the chunk as soon as that one is complete. A framing
 * adds `readHead`, and for speed a `next` of its own that falls back to `advance`.
 */
export abstract class LengthDecoder implements Decoder {
  buffer: Uint8Array = NO_BYTES
  start = 0
  end = 0
  error: FramingError | null = null
  readonly gather = new Gather()

  protected chunk: Uint8Array = NO_BYTES
  protected at = 0
  protected limit = 0
  protected state: DecoderState = DIRECT
  /** Set by `readHead` when it answers 0. */
  protected headBytes = 0
  protected bodyBytes = 0
  protected readonly trailerBytes: number
  /** Bytes the head still needs at least, while gathering; 0 once it is known. */
  private headNeed = 0

  constructor(trailerBytes = 0) {
    this.trailerBytes = trailerBytes
  }

  push(chunk: Uint8Array): void {
    if (this.at < this.limit && this.state !== REFUSED) {
      throw new TypeError('push() before next() has answered NEED_MORE')
    }
    this.chunk = chunk
    this.at = 0
    this.limit = chunk.length
    if (this.state === DIRECT) this.buffer = chunk
  }

  next(): DecodeStep {
    return this.advance()
  }

  take(): Uint8Array {
    return this.gather.take(this.buffer, this.start, this.end)
  }

  finish(): FramingError | null {
    if (this.state === GATHERING) this.refuse('truncated', 'the stream ends inside a frame')
    return this.error
  }

  /**
   * Looks at the head of the frame that begins at `from`; the bytes end at `to`.
   *
   * @returns 0 when the head is complete (`headBytes` and `bodyBytes` are set), else how many bytes
   *   it needs at least beyond `to`, or HEAD_REFUSED after `refuse()`
   */
  protected abstract readHead(bytes: Uint8Array, from: number, to: number): number

  /** Last look at a complete frame, `buffer[start, end)` and trailer. False after `refuse()`. */
  protected accept(): boolean {
    return true
  }

  /** Ends the stream (ALL-5). Answers HEAD_REFUSED for `readHead` to return. */
  protected refuse(reason: FramingErrorReason, message: string): typeof HEAD_REFUSED {
    this.error = new FramingError(reason, message)
    this.state = REFUSED
    return HEAD_REFUSED
  }

  /** What was put together has been looked at: decoding goes on in the chunk. */
  protected takeBack(): void {
    if (this.state !== HANDED_OUT) return
    this.gather.clear()
    this.state = DIRECT
    this.buffer = this.chunk
  }

  /** Every case of `next`, fast or not. */
  protected advance(): DecodeStep {
    this.takeBack()
    if (this.state === DIRECT) return this.begin()
    return this.state === GATHERING ? this.resume() : MALFORMED
  }

  private begin(): DecodeStep {
    const from = this.at
    if (from === this.limit) return this.release()
    const need = this.readHead(this.chunk, from, this.limit)
    if (need === HEAD_REFUSED) return MALFORMED
    if (need === 0) {
      const start = from + this.headBytes
      const end = start + this.bodyBytes
      if (end + this.trailerBytes <= this.limit) {
        this.at = end + this.trailerBytes
        this.start = start
        this.end = end
        return this.accept() ? FRAME : MALFORMED
      }
    }
    if (need === 0) this.expectFrame()
    this.gather.append(this.chunk, from, this.limit)
    this.headNeed = need
    this.state = GATHERING
    return this.release()
  }

  private resume(): DecodeStep {
    const gather = this.gather
    while (this.headNeed > 0) {
      this.headNeed -= this.move(this.headNeed)
      if (this.headNeed > 0) return this.release()
      const need = this.readHead(gather.bytes, 0, gather.length)
      if (need === HEAD_REFUSED) return MALFORMED
      this.headNeed = need
      if (need === 0) this.expectFrame()
    }
    const need = this.headBytes + this.bodyBytes + this.trailerBytes - gather.length
    if (this.move(need) < need) return this.release()
    this.buffer = gather.bytes
    this.start = this.headBytes
    this.end = this.headBytes + this.bodyBytes
    this.state = HANDED_OUT
    return this.accept() ? FRAME : MALFORMED
  }

  /** The chunk is used up: an idle connection does not hold on to what its last read returned. */
  private release(): DecodeStep {
    this.chunk = NO_BYTES
    this.buffer = NO_BYTES
    this.at = 0
    this.limit = 0
    return NEED_MORE
  }

  private expectFrame(): void {
    this.gather.lengthKnown = this.headBytes + this.bodyBytes + this.trailerBytes
  }

  /** Moves at most `bytes` from the chunk to the gathered frame; answers how many there were. */
  private move(bytes: number): number {
    const from = this.at
    const to = Math.min(from + bytes, this.limit)
    this.gather.append(this.chunk, from, to)
    this.at = to
    return to - from
  }
}
