import { NO_BYTES } from './bytes.ts'
import { type DecoderState, DIRECT, GATHERING, HANDED_OUT, HELD, REFUSED } from './decoder-state.ts'
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

/** Of a frame that is left where it lies: copying less costs less than another write. */
const HELD_BYTES_MIN = 16 * 1024
/** Memory that is held is at most so many times what has come of the frame. */
const HELD_SLACK_FACTOR = 4

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
  held: Uint8Array = NO_BYTES
  heldStart = 0
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
    const isInside = this.state === GATHERING || this.state === HELD
    if (isInside) this.refuse('truncated', 'the stream ends inside a frame')
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
    if (this.state === HELD) {
      if (this.at === this.limit) return this.release()
      this.gatherHeld()
    }
    return this.state === GATHERING ? this.resume() : MALFORMED
  }

  holdRest(): void {
    const restBytes = this.limit - this.at
    if (this.state !== DIRECT || restBytes < HELD_BYTES_MIN) return
    // The whole chunk is kept for it.
    if (restBytes * HELD_SLACK_FACTOR < this.chunk.buffer.byteLength) return
    if (this.readHead(this.chunk, this.at, this.limit) !== 0) return
    this.held = this.chunk
    this.heldStart = this.at
    this.at = this.limit
    this.state = HELD
  }

  /** 1 when the frame that is held ends in this chunk; decoding goes on behind it. */
  protected stepOverHeld(): number {
    if (this.state !== HELD) return 0
    const end = this.frameBytes - (this.held.length - this.heldStart)
    if (end > this.limit) return 0
    this.held = NO_BYTES
    this.at = end
    this.buffer = this.chunk
    this.state = DIRECT
    return 1
  }

  /** It comes in more than two pieces, or is wanted in one. */
  private gatherHeld(): void {
    this.expectFrame()
    this.gather.append(this.held, this.heldStart, this.held.length)
    this.held = NO_BYTES
    this.headNeed = 0
    this.state = GATHERING
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
    const need = this.frameBytes - gather.length
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

  /** Once `readHead` has answered 0. */
  private get frameBytes(): number {
    return this.headBytes + this.bodyBytes + this.trailerBytes
  }

  private expectFrame(): void {
    this.gather.lengthKnown = this.frameBytes
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
