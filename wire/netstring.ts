import { DIGIT_0, decimalBytes, writeDecimal } from './decimal.ts'
import { DIRECT } from './decoder-state.ts'
import { type DecodeStep, FRAME, type Framing } from './framing.ts'
import { HeadedEncoder } from './headed-encoder.ts'
import { LengthDecoder } from './length-decoder.ts'

const COLON = 0x3a
const COMMA = 0x2c

/** NS-1 … NS-4: decimal length, colon, message, comma. */
export function netstring(id: string, messageBytesMax: number): Framing {
  return {
    id,
    summary: 'decimal length, a colon, the message, a comma',
    messageBytesMax,
    carriesEmpty: true,
    cannotCarry: '',
    overheadBytes: (messageBytes) => decimalBytes(messageBytes) + 2,
    decoder: () => new NetstringDecoder(messageBytesMax),
    encoder: () => new NetstringEncoder(messageBytesMax),
  }
}

class NetstringDecoder extends LengthDecoder {
  private readonly messageBytesMax: number

  constructor(messageBytesMax: number) {
    super(1)
    this.messageBytesMax = messageBytesMax
  }

  /** Frames that lie in the chunk and are right; whatever else there is goes to `advance`. */
  override next(): DecodeStep {
    if (this.state !== DIRECT) return this.advance()
    const chunk = this.chunk
    const limit = this.limit
    let at = this.at
    let length = 0
    while (at < limit) {
      const digit = chunk[at]! - DIGIT_0
      if (digit < 0 || digit > 9) break
      length = length * 10 + digit
      at++
      // A zero in front is either wrong or the whole length: not for here.
      if (length === 0 || length > this.messageBytesMax) return this.advance()
    }
    const end = at + 1 + length
    if (length === 0 || end >= limit || chunk[at] !== COLON || chunk[end] !== COMMA) {
      return this.advance()
    }
    this.start = at + 1
    this.end = end
    this.at = end + 1
    return FRAME
  }

  protected override readHead(bytes: Uint8Array, from: number, to: number): number {
    let length = 0
    for (let at = from; at < to; at++) {
      const byte = bytes[at]!
      if (byte === COLON && at > from) {
        this.headBytes = at + 1 - from
        this.bodyBytes = length
        return 0
      }
      const digit = byte - DIGIT_0
      if (digit < 0 || digit > 9) {
        return this.refuse('length-malformed', `byte ${byte} where a digit or colon belongs`)
      }
      if (at > from && length === 0) {
        return this.refuse('length-malformed', 'length with a leading zero')
      }
      length = length * 10 + digit
      if (length > this.messageBytesMax) {
        return this.refuse(
          'length-over-max',
          `length ${length} or more, limit ${this.messageBytesMax}`,
        )
      }
    }
    return 1
  }

  protected override accept(): boolean {
    if (this.buffer[this.end] === COMMA) return true
    this.refuse('terminator-missing', `byte ${this.buffer[this.end]} where the comma belongs`)
    return false
  }
}

class NetstringEncoder extends HeadedEncoder {
  constructor(messageBytesMax: number) {
    super(messageBytesMax, Uint8Array.of(COMMA))
  }

  protected override headBytes(messageBytes: number): number {
    return decimalBytes(messageBytes) + 1
  }

  protected override writeHead(messageBytes: number, target: Uint8Array, offset: number): void {
    target[writeDecimal(messageBytes, target, offset)] = COLON
  }
}
