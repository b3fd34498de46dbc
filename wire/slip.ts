import { NO_BYTES } from './bytes.ts'
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
import { StuffingEncoder } from './stuffing-encoder.ts'

const END = 0xc0
const ESC = 0xdb
const ESC_END = 0xdc
const ESC_ESC = 0xdd

/** SL-1 … SL-5: RFC 1055, with an END before the message and one behind it. */
export function slip(id: string, messageBytesMax: number): Framing {
  return {
    id,
    summary: 'the message with END and ESC escaped, between two END bytes (RFC 1055)',
    messageBytesMax,
    carriesEmpty: false,
    cannotCarry: 'an empty message',
    overheadBytes: () => 2,
    decoder: () => new SlipDecoder(messageBytesMax),
    encoder: () => new SlipEncoder(messageBytesMax),
  }
}

class SlipDecoder implements Decoder {
  buffer: Uint8Array = NO_BYTES
  start = 0
  end = 0
  error: FramingError | null = null
  /** The message so far, where it straddles chunks or has escapes. */
  readonly gather: Gather
  private readonly messageBytesMax: number
  private chunk: Uint8Array = NO_BYTES
  private at = 0
  /** The last byte was ESC. */
  private escaping = false
  private handedOut = false

  constructor(messageBytesMax: number) {
    this.messageBytesMax = messageBytesMax
    this.gather = new Gather(messageBytesMax)
  }

  push(chunk: Uint8Array): void {
    this.chunk = chunk
    this.at = 0
  }

  next(): DecodeStep {
    if (this.error !== null) return MALFORMED
    if (this.handedOut) {
      this.gather.clear()
      this.handedOut = false
    }
    while (this.at < this.chunk.length) {
      const step = this.escaping ? this.readEscaped() : this.readPlain()
      if (step !== NEED_MORE) return step
    }
    // Used up: hold on to nothing that was borrowed.
    this.chunk = NO_BYTES
    this.buffer = NO_BYTES
    this.at = 0
    return NEED_MORE
  }

  take(): Uint8Array {
    return this.gather.take(this.buffer, this.start, this.end)
  }

  finish(): FramingError | null {
    const inFrame = this.escaping || (!this.handedOut && this.gather.length > 0)
    if (this.error === null && inFrame) this.refuse('truncated', 'the stream ends inside a frame')
    return this.error
  }

  /** Bytes up to the next special one or the end of the chunk. */
  private readPlain(): DecodeStep {
    const chunk = this.chunk
    const limit = chunk.length
    const from = this.at
    let to = from
    while (to < limit && chunk[to] !== END && chunk[to] !== ESC) to++
    if (this.gather.length + to - from > this.messageBytesMax) return this.refuseLength()
    this.at = Math.min(to + 1, limit)
    if (to < limit && chunk[to] === END) return this.endFrame(from, to)
    this.gather.append(chunk, from, to)
    this.escaping = to < limit
    return NEED_MORE
  }

  private endFrame(from: number, to: number): DecodeStep {
    if (this.gather.length > 0) {
      this.gather.append(this.chunk, from, to)
      this.buffer = this.gather.bytes
      this.start = 0
      this.end = this.gather.length
      this.handedOut = true
      return FRAME
    }
    // Nothing between two END: not a message.
    if (from === to) return NEED_MORE
    this.buffer = this.chunk
    this.start = from
    this.end = to
    return FRAME
  }

  private readEscaped(): DecodeStep {
    const byte = this.chunk[this.at++]
    if (byte !== ESC_END && byte !== ESC_ESC) {
      return this.refuse('escape-malformed', `byte ${byte} behind ESC`)
    }
    if (this.gather.length === this.messageBytesMax) return this.refuseLength()
    this.gather.appendByte(byte === ESC_END ? END : ESC)
    this.escaping = false
    return NEED_MORE
  }

  private refuseLength(): DecodeStep {
    return this.refuse('length-over-max', `no end within ${this.messageBytesMax} bytes of message`)
  }

  private refuse(reason: FramingErrorReason, message: string): DecodeStep {
    this.error = new FramingError(reason, message)
    return MALFORMED
  }
}

class SlipEncoder extends StuffingEncoder {
  override frameBytesMax(messageBytes: number): number {
    return 2 * messageBytes + 2
  }

  protected override check(message: Uint8Array): void {
    super.check(message)
    if (message.length > 0) return
    throw new FramingError('message-not-carried', 'an empty message is nothing between two END')
  }

  protected override stuff(message: Uint8Array, target: Uint8Array, offset: number): number {
    let at = offset
    target[at++] = END
    for (let i = 0; i < message.length; i++) {
      const byte = message[i]!
      if (byte === END || byte === ESC) {
        target[at++] = ESC
        target[at++] = byte === END ? ESC_END : ESC_ESC
      } else {
        target[at++] = byte
      }
    }
    target[at++] = END
    return at
  }
}
