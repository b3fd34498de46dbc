/** The json-header server that mutants are made from, right as it stands. Checks JH-n. */
import { createHash } from 'node:crypto'
import { Connection, HEADER_BYTES, type Look } from './connection.ts'

const JSON_BYTES_MAX = 65_536

export interface Header {
  total_size: number
  md5?: string
}

/** Every string, mark and bare word of a JSON text. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\]:,]|[^\s"{}[\]:,]+/g

const md5 = (message: Uint8Array): string => createHash('md5').update(message).digest('hex')

export class JsonConnection extends Connection {
  static override readonly framing: string = 'json-header'

  override look(): Look {
    const held = this.end - this.start
    if (held < HEADER_BYTES) return 'need-more'
    const jsonBytes = new DataView(this.input.buffer).getInt32(this.start, true)
    if (this.isWrongHeaderLength(jsonBytes)) return 'refuse'
    const body = this.start + HEADER_BYTES + jsonBytes
    if (this.end < body) return 'need-more'
    const header = this.headerOf(this.input.subarray(this.start + HEADER_BYTES, body))
    if (header === null) return 'refuse'
    const look = this.messageAt(body, header.total_size)
    return typeof look === 'object' && this.isDamaged(look.message, header) ? 'refuse' : look
  }

  isWrongHeaderLength(bytes: number): boolean {
    return bytes < 1 || bytes > JSON_BYTES_MAX
  }

  /** Null for bytes that are no header. */
  headerOf(bytes: Uint8Array): Header | null {
    try {
      const text = this.textOf(bytes)
      const values = this.topLevel(text, this.parse(text))
      return values && this.checked(values)
    } catch {
      // Not UTF-8 or not JSON, of whatever kind: refused like any other wrong header.
      return null
    }
  }

  textOf(bytes: Uint8Array): string {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  }

  parse(text: string): unknown {
    return JSON.parse(text)
  }

  /** The source text of each value that is not nested; null where one key has two values. */
  topLevel(text: string, value: unknown): Map<string, string> | null {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
    const found = new Map<string, string>()
    const tokens = text.match(TOKEN) ?? []
    let depth = 0
    for (const [index, token] of tokens.entries()) {
      if ('{['.includes(token)) depth++
      else if ('}]'.includes(token)) depth--
      else if (depth === 1 && tokens[index + 1] === ':') {
        const key = JSON.parse(token) as string
        const source = tokens[index + 2]!
        if (!this.mayFollow(found.get(key), source)) return null
        found.set(key, source)
      }
    }
    return found
  }

  /** May a key that had the value `before` have the value `now`? */
  mayFollow(before: string | undefined, now: string): boolean {
    return before === undefined || before === now
  }

  /** Null where a value is not what it has to be. */
  checked(values: Map<string, string>): Header | null {
    const total_size = this.sizeOf(values.get('total_size'))
    if (total_size === null || !this.isName(values.get('file_name'))) return null
    const digest = values.get('md5')
    if (digest === undefined) return { total_size }
    return /^"[0-9a-fA-F]{32}"$/.test(digest) ? { total_size, md5: digest.slice(1, -1) } : null
  }

  isName(source: string | undefined): boolean {
    return source === undefined || source.startsWith('"')
  }

  sizeOf(source: string | undefined): number | null {
    if (source === undefined || !/^\d+$/.test(source)) return null
    const size = Number(source)
    return Number.isSafeInteger(size) ? size : null
  }

  isDamaged(message: Uint8Array, header: Header): boolean {
    return header.md5 !== undefined && header.md5.toLowerCase() !== md5(message)
  }

  override frame(message: Uint8Array): Uint8Array {
    const json = Buffer.from(`{"md5":"${md5(message)}","total_size":${message.length}}`)
    const length = Buffer.alloc(HEADER_BYTES)
    length.writeInt32LE(json.length)
    return new Uint8Array(Buffer.concat([length, json, message]))
  }
}
