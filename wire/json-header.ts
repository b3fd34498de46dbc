import { createHash } from 'node:crypto'
import { copyRange } from './bytes.ts'
import { type Encoder, type Framing, FramingError } from './framing.ts'
import { refuseOver } from './headed-encoder.ts'
import { INTEGER_CODES, readInteger, writeInteger } from './integer.ts'
import { visitMembers } from './json-scan.ts'
import { LengthDecoder } from './length-decoder.ts'

/** JH-1: the largest JSON header, in bytes. */
export const JSON_HEADER_BYTES_MAX = 65_536
const LENGTH_BYTES = 4
const DIGITS = /^[0-9]+$/
/** Digits of 2^53-1: a longer number is over it, whatever it is. */
const SAFE_DIGITS_MAX = 16
const MD5_HEX = /^[0-9a-fA-F]{32}$/

/** `md5` is written (JH-4) or left out. */
export type JsonHeaderDigest = 'md5' | 'none'

/** What a JSON header says (JH-3 to JH-5). `md5` is in lower case. */
export interface JsonHeader {
  totalSize: number
  md5: string | null
  fileName: string | null
}

/** JH-1 … JH-7: i32le length of a JSON header, the header, the message. */
export function jsonHeader(id: string, messageBytesMax: number, digest: JsonHeaderDigest): Framing {
  return {
    id,
    summary: '4-byte length of a JSON header, the header with total_size, then the message',
    messageBytesMax,
    carriesEmpty: true,
    cannotCarry: '',
    overheadBytes: (messageBytes) => headerBytesOf(messageBytes, digest, null),
    decoder: () => new JsonHeaderDecoder(messageBytesMax),
    encoder: () => new JsonHeaderEncoder(messageBytesMax, digest),
  }
}

export class JsonHeaderDecoder extends LengthDecoder {
  /** After FRAME: the header of that message. Null before the first. */
  header: JsonHeader | null = null
  /** After FRAME: that header as it was written, for a protocol that has keys of its own in it. */
  headerText = ''
  private readonly messageBytesMax: number
  private readonly text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

  constructor(messageBytesMax: number) {
    super()
    this.messageBytesMax = messageBytesMax
  }

  protected override readHead(bytes: Uint8Array, from: number, to: number): number {
    const have = to - from
    if (have < LENGTH_BYTES) return LENGTH_BYTES - have
    const jsonBytes = readInteger(bytes, from, INTEGER_CODES.i32le)
    if (jsonBytes < 1 || jsonBytes > JSON_HEADER_BYTES_MAX) {
      return this.refuse('header-length', `header of ${jsonBytes} bytes, 1 to 65536 allowed`)
    }
    const headBytes = LENGTH_BYTES + jsonBytes
    if (have < headBytes) return headBytes - have
    let header: JsonHeader
    let text: string
    try {
      text = this.decodeText(bytes.subarray(from + LENGTH_BYTES, from + headBytes))
      header = parseJsonHeader(text)
    } catch (error) {
      if (error instanceof FramingError) return this.refuse(error.reason, error.message)
      throw error
    }
    if (header.totalSize > this.messageBytesMax) {
      const detail = `total_size ${header.totalSize}, limit ${this.messageBytesMax}`
      return this.refuse('length-over-max', detail)
    }
    this.header = header
    this.headerText = text
    this.headBytes = headBytes
    this.bodyBytes = header.totalSize
    return 0
  }

  protected override accept(): boolean {
    const announced = this.header?.md5 ?? null
    if (announced === null) return true
    const actual = md5Of(this.buffer.subarray(this.start, this.end))
    if (actual === announced) return true
    this.refuse('digest-mismatch', `md5 of the message is ${actual}, header says ${announced}`)
    return false
  }

  private decodeText(bytes: Uint8Array): string {
    try {
      return this.text.decode(bytes)
    } catch {
      throw new FramingError('header-malformed', 'header is not UTF-8')
    }
  }
}

/**
 * Reads the text of a JSON header (JH-2 to JH-6).
 *
 * @throws FramingError `header-malformed`, `length-missing`, `length-malformed`, `length-unsafe`,
 *   `length-repeated`, `digest-malformed`
 */
export function parseJsonHeader(text: string): JsonHeader {
  let totalSize: number | null = null
  let md5: string | null = null
  let fileName: string | null = null
  const isObject = visitMembers(text, (key, source) => {
    if (key === 'total_size') totalSize = agreed('length-repeated', key, totalSize, sizeOf(source))
    if (key === 'md5') md5 = agreed('header-malformed', key, md5, md5From(source))
    if (key === 'file_name') {
      fileName = agreed('header-malformed', key, fileName, fileNameFrom(source))
    }
  })
  if (!isObject) throw new FramingError('header-malformed', 'header is not one JSON object')
  if (totalSize === null) throw new FramingError('length-missing', 'header without total_size')
  return { totalSize, md5, fileName }
}

/** A key may be repeated as long as it says the same (JH-3). */
function agreed<T>(
  reason: 'length-repeated' | 'header-malformed',
  key: string,
  before: T | null,
  now: T,
): T {
  if (before === null || before === now) return now
  throw new FramingError(reason, `two values for ${key}: ${before} and ${now}`)
}

function sizeOf(source: string): number {
  if (!DIGITS.test(source)) {
    throw new FramingError('length-malformed', `total_size is not digits: ${source.slice(0, 40)}`)
  }
  const value = source.length > SAFE_DIGITS_MAX ? Number.POSITIVE_INFINITY : Number(source)
  if (value <= Number.MAX_SAFE_INTEGER) return value
  throw new FramingError('length-unsafe', `total_size beyond 2^53-1: ${source.slice(0, 40)}`)
}

function md5From(source: string): string {
  const text = textFrom(source)
  if (text !== null && MD5_HEX.test(text)) return text.toLowerCase()
  throw new FramingError('digest-malformed', `md5 is not 32 hex digits: ${source.slice(0, 40)}`)
}

function fileNameFrom(source: string): string {
  const text = textFrom(source)
  if (text !== null) return text
  throw new FramingError('header-malformed', `file_name is not text: ${source.slice(0, 40)}`)
}

/** The source is JSON by now; null where it is not a string. */
function textFrom(source: string): string | null {
  return source.startsWith('"') ? (JSON.parse(source) as string) : null
}

/** Keys of a protocol's own, beside those of the framing (JH-6). */
export type JsonHeaderMembers = Readonly<Record<string, string | number | boolean>>

/**
 * Length field and compact JSON (JH-7), for a writer that sends the message from elsewhere.
 *
 * @throws FramingError `message-not-carried` when names and members make the header too long
 */
export function encodeJsonHeader(header: JsonHeader, members: JsonHeaderMembers = {}): Uint8Array {
  const json = new TextEncoder().encode(jsonOf(header, members))
  if (json.length > JSON_HEADER_BYTES_MAX) {
    throw new FramingError('message-not-carried', `header of ${json.length} bytes, at most 65536`)
  }
  const bytes = new Uint8Array(LENGTH_BYTES + json.length)
  writeInteger(json.length, bytes, 0, INTEGER_CODES.i32le)
  bytes.set(json, LENGTH_BYTES)
  return bytes
}

export class JsonHeaderEncoder implements Encoder {
  /** Written as `file_name` into every header from now on; null leaves it out (JH-5). */
  fileName: string | null = null
  /** Written beside them, from now on: keys of a protocol's own. */
  members: JsonHeaderMembers = {}
  private readonly messageBytesMax: number
  private readonly digest: JsonHeaderDigest

  constructor(messageBytesMax: number, digest: JsonHeaderDigest) {
    this.messageBytesMax = messageBytesMax
    this.digest = digest
  }

  frameBytesMax(messageBytes: number): number {
    return headerBytesOf(messageBytes, this.digest, this.fileName, this.members) + messageBytes
  }

  encodeInto(message: Uint8Array, target: Uint8Array, offset: number): number {
    const head = this.headOf(message)
    const start = offset + head.length
    const end = start + message.length
    if (end > target.length) {
      throw new RangeError(`frame ends at ${end}, target has ${target.length} bytes`)
    }
    copyRange(head, 0, head.length, target, offset)
    copyRange(message, 0, message.length, target, start)
    return end
  }

  encode(message: Uint8Array): Uint8Array {
    const head = this.headOf(message)
    const frame = new Uint8Array(head.length + message.length)
    frame.set(head)
    frame.set(message, head.length)
    return frame
  }

  /** Three writes: length, header, message. */
  pieces(message: Uint8Array): Uint8Array[] {
    const head = this.headOf(message)
    const pieces = [head.subarray(0, LENGTH_BYTES), head.subarray(LENGTH_BYTES), message]
    return pieces.filter((piece) => piece.length > 0)
  }

  private headOf(message: Uint8Array): Uint8Array {
    refuseOver(this.messageBytesMax, message.length)
    const md5 = this.digest === 'md5' ? md5Of(message) : null
    const header = { totalSize: message.length, md5, fileName: this.fileName }
    return encodeJsonHeader(header, this.members)
  }
}

function jsonOf(header: JsonHeader, members: JsonHeaderMembers = {}): string {
  const { totalSize, md5, fileName } = header
  return JSON.stringify({
    ...members,
    ...(fileName === null ? {} : { file_name: fileName }),
    ...(md5 === null ? {} : { md5 }),
    total_size: totalSize,
  })
}

/** Exact: the digest's spelling has always the same length. */
function headerBytesOf(
  messageBytes: number,
  digest: JsonHeaderDigest,
  fileName: string | null,
  members: JsonHeaderMembers = {},
): number {
  const md5 = digest === 'md5' ? '0'.repeat(32) : null
  const header = { totalSize: messageBytes, md5, fileName }
  return LENGTH_BYTES + Buffer.byteLength(jsonOf(header, members))
}

function md5Of(bytes: Uint8Array): string {
  return createHash('md5').update(bytes).digest('hex')
}
