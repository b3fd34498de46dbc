import { DIRECT } from './decoder-state.ts'
import { type DecodeStep, FRAME, type Framing } from './framing.ts'
import { HeadedEncoder } from './headed-encoder.ts'
import { LengthDecoder } from './length-decoder.ts'

/** VI-2: what 64 bits need at seven bits a byte. */
const VARINT_BYTES_MAX = 10
const MORE = 0x80

/** VI-1 … VI-4: unsigned LEB128 length in its shortest spelling, then the message. */
export function varint(id: string, messageBytesMax: number): Framing {
  return {
    id,
    summary: 'length as unsigned LEB128 varint, then the message',
    messageBytesMax,
    carriesEmpty: true,
    cannotCarry: '',
    overheadBytes: varintBytes,
    decoder: () => new VarintDecoder(messageBytesMax),
    encoder: () => new VarintEncoder(messageBytesMax),
  }
}

class VarintDecoder extends LengthDecoder {
  private readonly messageBytesMax: number

  constructor(messageBytesMax: number) {
    super()
    this.messageBytesMax = messageBytesMax
  }

  /** Lengths of one or two bytes here, all others in `advance`. */
  override next(): DecodeStep {
    let start = this.at + 1
    if (this.state !== DIRECT || start >= this.limit) return this.advance()
    let length = this.chunk[this.at]!
    if (length >= MORE) {
      const second = this.chunk[start]!
      if (second === 0 || second >= MORE) return this.advance()
      length += (second - 1) << 7
      start++
    }
    const end = start + length
    if (end > this.limit || length > this.messageBytesMax) return this.advance()
    this.start = start
    this.end = end
    this.at = end
    return FRAME
  }

  protected override readHead(bytes: Uint8Array, from: number, to: number): number {
    let length = 0
    let unit = 1
    for (let i = 0; i < VARINT_BYTES_MAX; i++) {
      if (from + i === to) return 1
      const byte = bytes[from + i]!
      // Beyond 2^53 the sum is rounded, but never back below it.
      length += (byte % MORE) * unit
      unit *= MORE
      if (byte < MORE) {
        if (byte === 0 && i > 0) {
          return this.refuse('length-overlong', `varint of ${i + 1} bytes ends in a zero byte`)
        }
        return this.settle(length, i + 1)
      }
    }
    return this.refuse('length-overlong', `varint of more than ${VARINT_BYTES_MAX} bytes`)
  }

  private settle(length: number, headBytes: number): number {
    if (length > Number.MAX_SAFE_INTEGER) {
      return this.refuse('length-unsafe', 'length beyond 2^53-1')
    }
    if (length > this.messageBytesMax) {
      return this.refuse('length-over-max', `length ${length}, limit ${this.messageBytesMax}`)
    }
    this.headBytes = headBytes
    this.bodyBytes = length
    return 0
  }
}

class VarintEncoder extends HeadedEncoder {
  protected override headBytes(messageBytes: number): number {
    return varintBytes(messageBytes)
  }

  protected override writeHead(messageBytes: number, target: Uint8Array, offset: number): void {
    let rest = messageBytes
    let at = offset
    while (rest >= MORE) {
      target[at++] = (rest % MORE) + MORE
      rest = Math.floor(rest / MORE)
    }
    target[at] = rest
  }
}

function varintBytes(value: number): number {
  let bytes = 1
  for (let rest = value; rest >= MORE; rest = Math.floor(rest / MORE)) bytes++
  return bytes
}
