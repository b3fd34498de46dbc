/** i32le header length, JSON header, message. Checks JH-n. */
import { createHash } from 'node:crypto'
import { concat, type ReferenceFraming, ReplyMalformed, reference, text } from './framing.ts'

export const HEADER_BYTES_MAX = 65_536

/** The frame in front of a message, from the header's text: also for headers that are wrong. */
export function headerFrame(header: string | Uint8Array): Uint8Array {
  const bytes = typeof header === 'string' ? text(header) : header
  return concat([headerLength(bytes.length), bytes])
}

export function headerLength(length: number): Uint8Array {
  const prefix = new Uint8Array(4)
  new DataView(prefix.buffer).setInt32(0, length, true)
  return prefix
}

export const md5 = (message: Uint8Array): string => createHash('md5').update(message).digest('hex')

export function jsonHeaderReference(id: string): ReferenceFraming | null {
  if (!/^json-header(\?|$)/.test(id)) return null
  const withDigest = !/[?&]digest=none\b/.test(id)
  const header = (message: Uint8Array) =>
    withDigest
      ? `{"md5":"${md5(message)}","total_size":${message.length}}`
      : `{"total_size":${message.length}}`
  return reference({
    id,
    family: 'json-header',
    carriesEmpty: true,
    messageBytesMax: Number.MAX_SAFE_INTEGER,
    adapt: (message) => message,
    pieces: (message) => [headerFrame(header(message)), message],
    headerBytes: (message) => 4 + header(message).length,
    announce: (length) => headerFrame(`{"total_size":${length}}`),
    parse,
  })
}

/** One frame, with all that its header says. */
export function parse(bytes: Uint8Array, at: number) {
  if (bytes.length - at < 4) return 'need-more'
  const length = new DataView(bytes.buffer, bytes.byteOffset).getInt32(at, true)
  if (length < 1 || length > HEADER_BYTES_MAX) {
    throw new ReplyMalformed(`the reply announces a header of ${length} bytes`)
  }
  const body = at + 4 + length
  if (body > bytes.length) return 'need-more'
  const header = readHeader(bytes.subarray(at + 4, body))
  const next = body + header.total_size
  if (next > bytes.length) return 'need-more'
  const message = bytes.subarray(body, next)
  if (header.md5 !== undefined && header.md5.toLowerCase() !== md5(message)) {
    throw new ReplyMalformed(`the reply's md5 is ${header.md5}, its message's is ${md5(message)}`)
  }
  return { message, next, header: header as Readonly<Record<string, unknown>> }
}

interface Header extends Record<string, unknown> {
  total_size: number
  md5?: string
}

function readHeader(bytes: Uint8Array): Header {
  let header: { total_size?: unknown; md5?: unknown }
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    // Neither UTF-8 nor JSON: what the reply was is what a person wants to see.
    throw new ReplyMalformed(`the reply's header is no JSON: ${new TextDecoder().decode(bytes)}`)
  }
  const size = header?.total_size
  if (!Number.isSafeInteger(size) || (size as number) < 0) {
    throw new ReplyMalformed(`the reply's header has total_size ${JSON.stringify(size)}`)
  }
  const digest = header.md5
  if (digest !== undefined && typeof digest !== 'string') {
    throw new ReplyMalformed(`the reply's header has md5 ${JSON.stringify(digest)}`)
  }
  return header as Header
}
