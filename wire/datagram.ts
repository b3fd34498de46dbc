import { copyOf, NO_BYTES } from './bytes.ts'
import {
  type Decoder,
  type DecodeStep,
  FRAME,
  type Framing,
  FramingError,
  MALFORMED,
  NEED_MORE,
} from './framing.ts'
import { HeadedEncoder } from './headed-encoder.ts'

/** Largest payload of a UDP datagram over IPv4: 65,535 less 20 and 8 bytes of headers. */
const DATAGRAM_BYTES_MAX = 65_507

/** DG-1 … DG-3: one push is one datagram is one message; an empty one is an empty message. */
export function datagram(id: string, messageBytesMax: number): Framing {
  const bytesMax = Math.min(messageBytesMax, DATAGRAM_BYTES_MAX)
  return {
    id,
    summary: 'one UDP datagram; the boundaries are the transport’s',
    messageBytesMax: bytesMax,
    carriesEmpty: true,
    cannotCarry: bytesMax < messageBytesMax ? `more than ${bytesMax} bytes` : '',
    overheadBytes: () => 0,
    decoder: () => new WholePushDecoder(bytesMax, true),
    encoder: () => new BareEncoder(bytesMax),
  }
}

/** Takes what one push hands over for one message. */
export class WholePushDecoder implements Decoder {
  buffer: Uint8Array = NO_BYTES
  readonly start = 0
  end = 0
  error: FramingError | null = null
  private readonly messageBytesMax: number
  private readonly emptyIsMessage: boolean
  private waiting = false

  constructor(messageBytesMax: number, emptyIsMessage: boolean) {
    this.messageBytesMax = messageBytesMax
    this.emptyIsMessage = emptyIsMessage
  }

  push(chunk: Uint8Array): void {
    this.buffer = chunk
    this.end = chunk.length
    this.waiting = this.emptyIsMessage || chunk.length > 0
  }

  next(): DecodeStep {
    if (this.error !== null) return MALFORMED
    if (!this.waiting) return NEED_MORE
    this.waiting = false
    if (this.end <= this.messageBytesMax) return FRAME
    const detail = `${this.end} bytes at once, limit ${this.messageBytesMax}`
    this.error = new FramingError('length-over-max', detail)
    return MALFORMED
  }

  take(): Uint8Array {
    return copyOf(this.buffer, this.start, this.end)
  }

  finish(): FramingError | null {
    return this.error
  }
}

/** The frame is the message. */
export class BareEncoder extends HeadedEncoder {
  protected override headBytes(): number {
    return 0
  }

  protected override writeHead(): void {}
}
