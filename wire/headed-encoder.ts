import { copyRange, NO_BYTES } from './bytes.ts'
import { type Encoder, FramingError } from './framing.ts'

/** What all framings share whose frame is a head, the message as it is, and a trailer. */
export abstract class HeadedEncoder implements Encoder {
  private readonly messageBytesMax: number
  private readonly trailer: Uint8Array
  /** It looks at more of a message than its length, and needs a view of it for that. */
  private readonly looksInside: boolean

  constructor(messageBytesMax: number, trailer: Uint8Array = NO_BYTES) {
    this.messageBytesMax = messageBytesMax
    this.trailer = trailer
    this.looksInside = this.check !== HeadedEncoder.prototype.check
  }

  frameBytesMax(messageBytes: number): number {
    return this.headBytes(messageBytes) + messageBytes + this.trailer.length
  }

  encodeInto(message: Uint8Array, target: Uint8Array, offset: number): number {
    return this.encodeRangeInto(message, 0, message.length, target, offset)
  }

  encodeRangeInto(
    source: Uint8Array,
    start: number,
    end: number,
    target: Uint8Array,
    offset: number,
  ): number {
    const messageBytes = end - start
    if (this.looksInside) this.check(source.subarray(start, end))
    else refuseOver(this.messageBytesMax, messageBytes)
    const frameEnd = offset + this.frameBytesMax(messageBytes)
    if (frameEnd > target.length) {
      throw new RangeError(`frame ends at ${frameEnd}, target has ${target.length} bytes`)
    }
    const at = offset + this.headBytes(messageBytes)
    this.writeHead(messageBytes, target, offset)
    copyRange(source, start, end, target, at)
    if (this.trailer.length > 0) {
      copyRange(this.trailer, 0, this.trailer.length, target, at + messageBytes)
    }
    return frameEnd
  }

  encodeInPlace(buffer: Uint8Array, start: number, end: number, from: number): number {
    const messageBytes = end - start
    const at = start - this.headBytes(messageBytes)
    if (at < from || this.trailer.length > 0) return -1
    if (this.looksInside) this.check(buffer.subarray(start, end))
    else refuseOver(this.messageBytesMax, messageBytes)
    this.writeHead(messageBytes, buffer, at)
    return at
  }

  encode(message: Uint8Array): Uint8Array {
    this.check(message)
    const frame = new Uint8Array(this.frameBytesMax(message.length))
    this.encodeInto(message, frame, 0)
    return frame
  }

  pieces(message: Uint8Array): Uint8Array[] {
    this.check(message)
    const head = new Uint8Array(this.headBytes(message.length))
    this.writeHead(message.length, head, 0)
    return [head, message, this.trailer].filter((piece) => piece.length > 0)
  }

  /** Exact bytes in front of a message of `messageBytes` bytes. */
  protected abstract headBytes(messageBytes: number): number

  /** Writes the head; there is room for it. */
  protected abstract writeHead(messageBytes: number, target: Uint8Array, offset: number): void

  /** Refuses what the framing cannot carry. Overridden where more than the length counts. */
  protected check(message: Uint8Array): void {
    refuseOver(this.messageBytesMax, message.length)
  }
}

/**
 * ALL-10: refuses a message that is over the limit.
 *
 * @throws FramingError `message-not-carried`
 */
export function refuseOver(messageBytesMax: number, messageBytes: number): void {
  if (messageBytes <= messageBytesMax) return
  throw new FramingError(
    'message-not-carried',
    `message of ${messageBytes} bytes, at most ${messageBytesMax} are carried`,
  )
}
