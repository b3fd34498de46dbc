import { DIGIT_0, decimalBytes, writeDecimal } from './decimal.ts'
import type { Framing } from './framing.ts'
import { HeadedEncoder } from './headed-encoder.ts'
import { HEAD_REFUSED, LengthDecoder } from './length-decoder.ts'

/** CL-5: the largest header block, empty line included, in bytes. */
export const HEADER_BLOCK_BYTES_MAX = 8192
const CR = 0x0d
const LF = 0x0a
const TAB = 0x09
const SPACE = 0x20
const COLON = 0x3a
const DELETE = 0x7f
/** Bit that tells a small ASCII letter from its capital. */
const SMALL = 0x20
const NAME = new TextEncoder().encode('content-length')
const FIELD_START = new TextEncoder().encode('Content-Length: ')
const NO_LENGTH = -1

/** CL-1 … CL-6: header lines, an empty line, the message; as in the Language Server Protocol. */
export function contentLength(id: string, messageBytesMax: number): Framing {
  return {
    id,
    summary: 'header lines with Content-Length, an empty line, then the message',
    messageBytesMax,
    carriesEmpty: true,
    cannotCarry: '',
    overheadBytes: blockBytes,
    decoder: () => new ContentLengthDecoder(messageBytesMax),
    encoder: () => new ContentLengthEncoder(messageBytesMax),
  }
}

class ContentLengthDecoder extends LengthDecoder {
  private readonly messageBytesMax: number
  /** Offsets from the start of the block: a block in pieces is looked at once (ALL-11). */
  private scannedTo = 0
  private lineFrom = 0
  private length = NO_LENGTH

  constructor(messageBytesMax: number) {
    super()
    this.messageBytesMax = messageBytesMax
  }

  protected override readHead(bytes: Uint8Array, from: number, to: number): number {
    const scanTo = Math.min(to, from + HEADER_BLOCK_BYTES_MAX)
    for (let at = from + this.scannedTo; at < scanTo; at++) {
      const afterCr = at > from && bytes[at - 1] === CR
      if ((bytes[at] === LF) !== afterCr) {
        return this.refuse('header-malformed', 'a CR without LF, or a LF without CR')
      }
      if (!afterCr) continue
      const lineAt = from + this.lineFrom
      if (lineAt === at - 1) return this.endBlock(at + 1 - from)
      if (!this.readLine(bytes, lineAt, at - 1)) return HEAD_REFUSED
      this.lineFrom = at + 1 - from
    }
    this.scannedTo = scanTo - from
    if (this.scannedTo < HEADER_BLOCK_BYTES_MAX) return 1
    return this.refuse('header-over-max', `no end within ${HEADER_BLOCK_BYTES_MAX} bytes of header`)
  }

  private endBlock(headBytes: number): number {
    if (this.length === NO_LENGTH) {
      return this.refuse('length-missing', 'header block without Content-Length')
    }
    this.headBytes = headBytes
    this.bodyBytes = this.length
    this.scannedTo = 0
    this.lineFrom = 0
    this.length = NO_LENGTH
    return 0
  }

  /** One line without its CR LF. False after `refuse()`. */
  private readLine(bytes: Uint8Array, from: number, to: number): boolean {
    let colon = from
    while (colon < to && bytes[colon] !== COLON) {
      const byte = bytes[colon]!
      if (byte <= SPACE || byte >= DELETE) break
      colon++
    }
    if (colon === from || colon === to || bytes[colon] !== COLON) {
      this.refuse('header-malformed', 'header line without a name and a colon')
      return false
    }
    return !isContentLength(bytes, from, colon) || this.readValue(bytes, colon + 1, to)
  }

  private readValue(bytes: Uint8Array, valueFrom: number, valueTo: number): boolean {
    let from = valueFrom
    let to = valueTo
    while (from < to && isBlank(bytes[from]!)) from++
    while (to > from && isBlank(bytes[to - 1]!)) to--
    let length = from === to ? Number.NaN : 0
    for (let at = from; at < to; at++) {
      const digit = bytes[at]! - DIGIT_0
      length = digit < 0 || digit > 9 ? Number.NaN : length * 10 + digit
    }
    if (Number.isNaN(length)) {
      this.refuse('length-malformed', 'Content-Length is not digits')
    } else if (this.length !== NO_LENGTH && this.length !== length) {
      this.refuse('length-repeated', `Content-Length ${this.length} and ${length}`)
    } else if (length > Number.MAX_SAFE_INTEGER) {
      this.refuse('length-unsafe', 'Content-Length beyond 2^53-1')
    } else if (length > this.messageBytesMax) {
      this.refuse('length-over-max', `Content-Length ${length}, limit ${this.messageBytesMax}`)
    }
    this.length = length
    return this.error === null
  }
}

function isBlank(byte: number): boolean {
  return byte === SPACE || byte === TAB
}

function isContentLength(bytes: Uint8Array, from: number, to: number): boolean {
  if (to - from !== NAME.length) return false
  for (let i = 0; i < NAME.length; i++) if ((bytes[from + i]! | SMALL) !== NAME[i]) return false
  return true
}

class ContentLengthEncoder extends HeadedEncoder {
  protected override headBytes(messageBytes: number): number {
    return blockBytes(messageBytes)
  }

  protected override writeHead(messageBytes: number, target: Uint8Array, offset: number): void {
    target.set(FIELD_START, offset)
    let at = writeDecimal(messageBytes, target, offset + FIELD_START.length)
    for (const byte of [CR, LF, CR, LF]) target[at++] = byte
  }
}

function blockBytes(messageBytes: number): number {
  return FIELD_START.length + decimalBytes(messageBytes) + 4
}
