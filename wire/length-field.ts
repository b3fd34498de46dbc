import { type Framing, FramingError } from './framing.ts'
import { HeadedEncoder } from './headed-encoder.ts'
import {
  INTEGER_CODES,
  INTEGER_MAX,
  type IntegerKind,
  readInteger,
  writeInteger,
} from './integer.ts'
import { LengthDecoder } from './length-decoder.ts'

export const LENGTH_FIELD_WIDTHS = ['1', '2', '3', '4', '8'] as const

/** Same meaning as in Netty's LengthFieldBasedFrameDecoder (LF-1). Bytes throughout. */
export interface LengthFieldLayout {
  /** Where the field begins in the frame. */
  offset: number
  /** 1, 2, 3, 4 or 8. */
  width: number
  endian: 'be' | 'le'
  /** Frame bytes behind the field = value + adjust. */
  adjust: number
  /** Bytes of the frame that do not belong to the message. */
  strip: number
}

/** LF-1 … LF-5: an unsigned length anywhere in a header of fixed size. */
export function lengthField(
  id: string,
  messageBytesMax: number,
  layout: LengthFieldLayout,
): Framing {
  const { offset, width, endian, adjust, strip } = layout
  const headBytes = offset + width
  const frameBytesMax = INTEGER_MAX[kindOf(layout)] + adjust + headBytes
  const carried = Math.min(messageBytesMax, Math.max(0, frameBytesMax - strip))
  const limits = [
    ...(carried < messageBytesMax ? [`more than ${carried} bytes`] : []),
    ...(strip < headBytes ? ['a message whose own header bytes say another length'] : []),
    ...(strip < headBytes || strip < headBytes + adjust ? ['too short a message'] : []),
  ]
  return {
    id,
    summary:
      `${width}-byte ${endian === 'be' ? 'big' : 'little'}-endian length at offset ${offset}, ` +
      `adjusted by ${adjust}, ${strip} bytes stripped`,
    messageBytesMax: carried,
    carriesEmpty: strip >= headBytes && strip >= headBytes + adjust,
    cannotCarry: limits.join(', '),
    overheadBytes: () => strip,
    decoder: () => new LengthFieldDecoder(carried, layout),
    encoder: () => new LengthFieldEncoder(carried, layout),
  }
}

function kindOf({ width, endian }: LengthFieldLayout): IntegerKind {
  return width === 1 ? 'u8' : (`u${width * 8}${endian}` as IntegerKind)
}

class LengthFieldDecoder extends LengthDecoder {
  private readonly messageBytesMax: number
  private readonly layout: LengthFieldLayout
  private readonly code: number
  private readonly fieldEnd: number

  constructor(messageBytesMax: number, layout: LengthFieldLayout) {
    super()
    this.messageBytesMax = messageBytesMax
    this.layout = layout
    this.code = INTEGER_CODES[kindOf(layout)]
    this.fieldEnd = layout.offset + layout.width
  }

  protected override readHead(bytes: Uint8Array, from: number, to: number): number {
    const { offset, adjust, strip } = this.layout
    if (to - from < this.fieldEnd) return this.fieldEnd - (to - from)
    const value = readInteger(bytes, from + offset, this.code)
    if (value > Number.MAX_SAFE_INTEGER) {
      return this.refuse('length-unsafe', 'length beyond 2^53-1')
    }
    const frameBytes = value + adjust + this.fieldEnd
    if (frameBytes < this.fieldEnd || frameBytes < strip) {
      return this.refuse('length-mismatch', `length ${value} makes a frame of ${frameBytes} bytes`)
    }
    const messageBytes = frameBytes - strip
    if (messageBytes > this.messageBytesMax) {
      const detail = `message of ${messageBytes} bytes, limit ${this.messageBytesMax}`
      return this.refuse('length-over-max', detail)
    }
    this.headBytes = strip
    this.bodyBytes = messageBytes
    return 0
  }
}

/**
 * Puts zeros where bytes are stripped, but for the length itself. Header bytes that are not
 * stripped are the message's own, and have to say the right length already (LF-4).
 */
class LengthFieldEncoder extends HeadedEncoder {
  private readonly layout: LengthFieldLayout
  private readonly code: number
  private readonly fieldEnd: number

  constructor(messageBytesMax: number, layout: LengthFieldLayout) {
    super(messageBytesMax)
    this.layout = layout
    this.code = INTEGER_CODES[kindOf(layout)]
    this.fieldEnd = layout.offset + layout.width
  }

  protected override headBytes(): number {
    return this.layout.strip
  }

  protected override writeHead(messageBytes: number, target: Uint8Array, offset: number): void {
    const { strip } = this.layout
    if (this.fieldEnd > strip) {
      target.set(this.headOf(messageBytes).subarray(0, strip), offset)
      return
    }
    target.fill(0, offset, offset + strip)
    writeInteger(this.valueFor(messageBytes), target, offset + this.layout.offset, this.code)
  }

  protected override check(message: Uint8Array): void {
    super.check(message)
    const { offset, strip } = this.layout
    const value = this.valueFor(message.length)
    if (
      strip + message.length < this.fieldEnd ||
      value < 0 ||
      value > INTEGER_MAX[kindOf(this.layout)]
    ) {
      const detail = `message of ${message.length} bytes makes a length of ${value}`
      throw new FramingError('message-not-carried', detail)
    }
    if (this.fieldEnd <= strip) return
    const head = this.headOf(message.length)
    for (let at = Math.max(offset, strip); at < this.fieldEnd; at++) {
      if (message[at - strip] === head[at]) continue
      throw new FramingError('message-not-carried', 'message with another length in its header')
    }
  }

  /** The header up to the field's end, zeros around the length. */
  private headOf(messageBytes: number): Uint8Array {
    const head = new Uint8Array(this.fieldEnd)
    writeInteger(this.valueFor(messageBytes), head, this.layout.offset, this.code)
    return head
  }

  private valueFor(messageBytes: number): number {
    return this.layout.strip + messageBytes - this.fieldEnd - this.layout.adjust
  }
}
