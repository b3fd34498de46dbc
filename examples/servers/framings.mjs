// The framings of net.mjs: where does one message end, and how is one written?
//
// `take(bytes, at)` returns the message at `at` and where the next frame begins, or null while it
// is not complete. It throws Refused for bytes that can become no message.
import { createHash } from 'node:crypto'

const BLOCK_BYTES_MAX = 8_192
const JSON_HEADER_BYTES_MAX = 65_536
const VARINT_BYTES_MAX = 10
const COLON = 0x3a
const COMMA = 0x2c
const LINE_FEED = 0x0a

export class Refused extends Error {}

const refuse = (why) => {
  throw new Refused(why)
}

/** The message of `length` bytes at `start`; its length is judged before it is there. */
function body(bytes, start, length, max) {
  if (!(length <= max)) refuse(`a length of ${length}`)
  const next = start + length
  return next <= bytes.length ? { message: bytes.subarray(start, next), next } : null
}

/** A length of fixed width, read and written with these methods of Buffer. */
const prefix = (width, read, write) => (max) => ({
  take: (bytes, at) =>
    bytes.length - at < width ? null : body(bytes, at + width, bytes[read](at), max),
  frame(message) {
    const header = Buffer.alloc(width)
    header[write](message.length)
    return Buffer.concat([header, message])
  },
})

const varint = (max) => ({
  take(bytes, at) {
    let length = 0n
    for (let index = 0; index < VARINT_BYTES_MAX; index++) {
      if (at + index >= bytes.length) return null
      const byte = bytes[at + index]
      length |= BigInt(byte & 0x7f) << BigInt(7 * index)
      if (byte >= 0x80) continue
      if (byte === 0 && index > 0) refuse('a length longer than it need be')
      if (length > BigInt(max)) refuse(`a length of ${length}`)
      return body(bytes, at + index + 1, Number(length), max)
    }
    return refuse('a length without an end')
  },
  frame(message) {
    const spelled = []
    let rest = message.length
    for (; rest >= 0x80; rest >>>= 7) spelled.push((rest & 0x7f) | 0x80)
    return Buffer.concat([Buffer.from([...spelled, rest]), message])
  },
})

const netstring = (max) => ({
  take(bytes, at) {
    let colon = at
    for (; colon < bytes.length && bytes[colon] !== COLON; colon++) {
      const digits = bytes.toString('latin1', at, colon + 1)
      if (!/^(0|[1-9][0-9]*)$/.test(digits)) refuse('no length')
      if (Number(digits) > max) refuse('a length over the limit')
    }
    if (colon === bytes.length) return null
    if (colon === at) refuse('no length')
    const start = colon + 1
    const end = start + Number(bytes.toString('latin1', at, colon))
    if (bytes.length <= end) return null
    if (bytes[end] !== COMMA) refuse('no comma')
    return { message: bytes.subarray(start, end), next: end + 1 }
  },
  frame: (message) => Buffer.concat([Buffer.from(`${message.length}:`), message, Buffer.from(',')]),
})

const line = (max) => {
  // What was searched before is not searched again: long lines come in many reads.
  let searched = 0
  return {
    take(bytes, at) {
      const end = bytes.indexOf(LINE_FEED, at + searched)
      const length = (end < 0 ? bytes.length : end) - at
      if (length > max) refuse('a line over the limit')
      searched = end < 0 ? length : 0
      return end < 0 ? null : { message: bytes.subarray(at, end), next: end + 1 }
    },
    frame: (message) => Buffer.concat([message, Buffer.from('\n')]),
  }
}

const contentLength = (max) => ({
  take(bytes, at) {
    const held = bytes.toString('latin1', at, at + BLOCK_BYTES_MAX)
    const end = held.indexOf('\r\n\r\n')
    const block = end < 0 ? held : held.slice(0, end)
    // The last byte may be half of a pair.
    if (/(?<!\r)\n|\r(?!\n|$)/.test(block)) refuse('a line that does not end in CR LF')
    if (end >= 0) return body(bytes, at + end + 4, lengthIn(block), max)
    if (held.length === BLOCK_BYTES_MAX) refuse('a header block over the limit')
    return null
  },
  frame: (message) =>
    Buffer.concat([Buffer.from(`Content-Length: ${message.length}\r\n\r\n`), message]),
})

function lengthIn(block) {
  const lengths = new Set()
  for (const header of block.split('\r\n')) {
    const [, name, value] = /^([!-9;-~]+):(.*)$/s.exec(header) ?? refuse('a line that is no header')
    if (name.toLowerCase() !== 'content-length') continue
    const digits = value.replace(/^[ \t]+|[ \t]+$/g, '')
    if (!/^[0-9]{1,16}$/.test(digits)) refuse('no length')
    lengths.add(Number(digits))
  }
  if (lengths.size !== 1) refuse('not one length')
  return [...lengths][0]
}

const md5 = (message) => createHash('md5').update(message).digest('hex')
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

const jsonHeader = (max) => ({
  take(bytes, at) {
    if (bytes.length - at < 4) return null
    const length = bytes.readInt32LE(at)
    if (length < 1 || length > JSON_HEADER_BYTES_MAX) refuse(`a header of ${length} bytes`)
    const start = at + 4 + length
    if (bytes.length < start) return null
    const header = parsed(bytes.subarray(at + 4, start))
    const found = body(bytes, start, header.size, max)
    if (found && header.digest && md5(found.message) !== header.digest) refuse('another digest')
    return found
  },
  frame(message) {
    const header = Buffer.from(`{"md5":"${md5(message)}","total_size":${message.length}}`)
    const length = Buffer.alloc(4)
    length.writeInt32LE(header.length)
    return Buffer.concat([length, header, message])
  },
})

function parsed(bytes) {
  let text
  let value
  try {
    text = utf8.decode(bytes)
    value = JSON.parse(text)
  } catch {
    return refuse('a header that is no JSON')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) refuse('no object')
  // JSON.parse keeps the last of two values and rounds numbers: both show in the text alone.
  const found = new Map()
  for (const [key, spelled] of members(text)) {
    const same = key === 'md5' ? spelled.toLowerCase() : spelled
    if (!['total_size', 'md5', 'file_name'].includes(key)) continue
    if (found.has(key) && found.get(key) !== same) refuse(`two values of ${key}`)
    found.set(key, same)
  }
  const size = found.get('total_size')
  if (!/^[0-9]{1,16}$/.test(size ?? '') || Number(size) > Number.MAX_SAFE_INTEGER) refuse('no size')
  if (found.has('md5') && !/^[0-9a-f]{32}$/i.test(value.md5)) refuse('no digest')
  if (found.has('file_name') && typeof value.file_name !== 'string') refuse('no name')
  return { size: Number(size), digest: found.has('md5') ? value.md5.toLowerCase() : null }
}

/** Keys and values of the object that is `text`, the values as they are spelled. */
function* members(text) {
  const token = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g
  let depth = 0
  let key = null
  let value = ''
  for (const [part] of text.matchAll(token)) {
    if (depth === 1 && part === ':' && key === null) {
      key = JSON.parse(value)
      value = ''
    } else if (depth === 1 && (part === ',' || part === '}')) {
      if (key !== null) yield [key, value]
      key = null
      value = ''
    } else if (depth > 0) value += part
    if (part === '{' || part === '[') depth++
    if (part === '}' || part === ']') depth--
  }
}

export const FRAMINGS = {
  u16be: prefix(2, 'readUInt16BE', 'writeUInt16BE'),
  u32be: prefix(4, 'readUInt32BE', 'writeUInt32BE'),
  u32le: prefix(4, 'readUInt32LE', 'writeUInt32LE'),
  varint,
  netstring,
  line,
  'content-length': contentLength,
  'json-header': jsonHeader,
}
