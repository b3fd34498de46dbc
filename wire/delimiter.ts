import { NO_BYTES, toHex } from './bytes.ts'
import { type DecoderState, DIRECT, GATHERING, HANDED_OUT, REFUSED } from './decoder-state.ts'
import {
  type Decoder,
  type DecodeStep,
  FRAME,
  type Framing,
  FramingError,
  type FramingErrorReason,
  MALFORMED,
  NEED_MORE,
} from './framing.ts'
import { Gather } from './gather.ts'
import { HeadedEncoder } from './headed-encoder.ts'

/** DL-1: the longest delimiter, in bytes. */
export const DELIMITER_BYTES_MAX = 8

/** DL-1 … DL-4: the message, then the 1 to 8 bytes of `mark`. */
export function delimiter(id: string, messageBytesMax: number, mark: Uint8Array): Framing {
  return {
    id,
    summary: `the message, then the bytes ${toHex(mark)}`,
    messageBytesMax,
    carriesEmpty: true,
    cannotCarry: `a message in or after which ${toHex(mark)} would be found too early`,
    overheadBytes: () => mark.length,
    decoder: () => new DelimiterDecoder(messageBytesMax, mark),
    encoder: () => new DelimiterEncoder(messageBytesMax, mark),
  }
}

export class DelimiterDecoder implements Decoder {
  buffer: Uint8Array = NO_BYTES
  start = 0
  end = 0
  error: FramingError | null = null
  readonly gather: Gather
  private readonly messageBytesMax: number
  private readonly mark: Uint8Array
  private readonly lastByte: number
  private chunk: Uint8Array = NO_BYTES
  private at = 0
  private state: DecoderState = DIRECT

  constructor(messageBytesMax: number, mark: Uint8Array) {
    this.messageBytesMax = messageBytesMax
    this.mark = mark
    this.lastByte = mark.at(-1)!
    this.gather = new Gather(messageBytesMax + mark.length)
  }

  push(chunk: Uint8Array): void {
    this.chunk = chunk
    this.at = 0
    if (this.state === DIRECT) this.buffer = chunk
  }

  /** Frames that lie in the chunk and are right; whatever else there is goes to `advance`. */
  next(): DecodeStep {
    if (this.state !== DIRECT) return this.advance()
    const from = this.at
    const last = this.chunk.indexOf(this.lastByte, from)
    const end = last + 1 - this.mark.length
    if (end < from || end - from > this.messageBytesMax || !this.endsAt(last)) return this.advance()
    this.start = from
    this.end = end
    this.at = last + 1
    return FRAME
  }

  private advance(): DecodeStep {
    if (this.state === REFUSED) return MALFORMED
    if (this.state === HANDED_OUT) {
      this.gather.clear()
      this.state = DIRECT
      this.buffer = this.chunk
    }
    const from = this.at
    const chunk = this.chunk
    if (from === chunk.length) return this.release()
    let last = chunk.indexOf(this.lastByte, from)
    while (last >= 0 && !this.endsAt(last)) last = chunk.indexOf(this.lastByte, last + 1)
    return last < 0 ? this.keep(from) : this.handOut(from, last + 1)
  }

  take(): Uint8Array {
    return this.gather.take(this.buffer, this.start, this.end)
  }

  finish(): FramingError | null {
    if (this.state === GATHERING) this.refuse('truncated', 'the stream ends inside a frame')
    return this.error
  }

  private handOut(from: number, to: number): DecodeStep {
    const messageBytes = this.gather.length + to - from - this.mark.length
    if (messageBytes > this.messageBytesMax) return this.refuseLength()
    this.at = to
    if (this.state === DIRECT) {
      this.start = from
      this.end = from + messageBytes
      return FRAME
    }
    this.gather.append(this.chunk, from, to)
    this.buffer = this.gather.bytes
    this.start = 0
    this.end = messageBytes
    this.state = HANDED_OUT
    return FRAME
  }

  /** No mark in sight: all but a beginning of it is message. */
  private keep(from: number): DecodeStep {
    const bytes = this.gather.length + this.chunk.length - from
    if (bytes - (this.mark.length - 1) > this.messageBytesMax) return this.refuseLength()
    this.gather.append(this.chunk, from, this.chunk.length)
    this.state = GATHERING
    return this.release()
  }

  /** The chunk is used up: hold on to nothing that was borrowed. */
  private release(): DecodeStep {
    this.chunk = NO_BYTES
    this.buffer = NO_BYTES
    this.at = 0
    return NEED_MORE
  }

  /** Whether the mark's bytes before the last one stand before `chunk[last]`, over the seam too. */
  private endsAt(last: number): boolean {
    const gather = this.gather
    for (let back = 1; back < this.mark.length; back++) {
      const at = last - back
      const byte = at >= this.at ? this.chunk[at] : gather.bytes[gather.length + at - this.at]
      // Before the frame's first byte there is undefined, which no byte equals.
      if (byte !== this.mark[this.mark.length - 1 - back]) return false
    }
    return true
  }

  private refuseLength(): DecodeStep {
    return this.refuse('length-over-max', `no end within ${this.messageBytesMax} bytes of message`)
  }

  private refuse(reason: FramingErrorReason, message: string): DecodeStep {
    this.error = new FramingError(reason, message)
    this.state = REFUSED
    return MALFORMED
  }
}

export class DelimiterEncoder extends HeadedEncoder {
  private readonly mark: Uint8Array
  /** Shifts by which the mark overlaps itself: after such a tail it would be found early. */
  private readonly shifts: readonly number[]

  constructor(messageBytesMax: number, mark: Uint8Array) {
    super(messageBytesMax, mark)
    this.mark = mark
    const all = Array.from({ length: mark.length - 1 }, (_, i) => i + 1)
    this.shifts = all.filter((shift) => matches(mark, shift, mark, 0, mark.length - shift))
  }

  protected override headBytes(): number {
    return 0
  }

  protected override writeHead(): void {}

  protected override check(message: Uint8Array): void {
    super.check(message)
    const { mark } = this
    const early =
      contains(message, mark) ||
      this.shifts.some((shift) => matches(message, message.length - shift, mark, 0, shift))
    if (!early) return
    throw new FramingError('message-not-carried', `message with the delimiter ${toHex(mark)} in it`)
  }
}

function contains(bytes: Uint8Array, mark: Uint8Array): boolean {
  const first = mark[0]!
  let at = bytes.indexOf(first)
  while (at >= 0 && !matches(bytes, at, mark, 0, mark.length)) at = bytes.indexOf(first, at + 1)
  return at >= 0
}

/** Whether `a` at `aFrom` and `b` at `bFrom` have the same next `length` bytes. */
function matches(
  a: Uint8Array,
  aFrom: number,
  b: Uint8Array,
  bFrom: number,
  length: number,
): boolean {
  for (let i = 0; i < length; i++) if (a[aFrom + i] !== b[bFrom + i]) return false
  return true
}
