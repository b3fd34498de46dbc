/** Right servers in netstring, content-length and lines, for mutants of their rules. */
import { Connection, type Look, MESSAGE_BYTES_MAX } from './connection.ts'

const COLON = 0x3a
const COMMA = 0x2c
const BLOCK_BYTES_MAX = 8_192
const BLANK_LINE = '\r\n\r\n'

/** Checks NS-n. */
export class NetstringConnection extends Connection {
  static override readonly framing: string = 'netstring'
  /** Digits that a legal length may have. */
  digitsMax = String(MESSAGE_BYTES_MAX).length

  override look(): Look {
    const head = this.input.subarray(
      this.start,
      Math.min(this.end, this.start + this.digitsMax + 1),
    )
    const colon = head.indexOf(COLON)
    const text = Buffer.from(colon < 0 ? head : head.subarray(0, colon)).toString('latin1')
    if (colon < 0) return this.mayBecomeLength(text) ? 'need-more' : 'refuse'
    const length = this.lengthOf(text)
    if (length === null || this.isTooLong(length)) return 'refuse'
    const from = this.start + colon + 1
    if (this.end < from + length + 1) return 'need-more'
    if (!this.isEnd(this.input[from + length]!)) return 'refuse'
    return { message: this.input.slice(from, from + length), next: from + length + 1 }
  }

  /** May this still become a length once more has come? */
  mayBecomeLength(text: string): boolean {
    return text === '' || this.lengthOf(text) !== null
  }

  /** Null for what is no length. */
  lengthOf(text: string): number | null {
    const isLength = /^(?:0|[1-9]\d*)$/.test(text)
    return isLength && Number(text) <= MESSAGE_BYTES_MAX ? Number(text) : null
  }

  isEnd(byte: number): boolean {
    return byte === COMMA
  }

  override frame(message: Uint8Array): Uint8Array {
    return new Uint8Array(
      Buffer.concat([Buffer.from(`${message.length}:`), message, Uint8Array.of(COMMA)]),
    )
  }
}

/** Checks CL-n. */
export class ContentLengthConnection extends Connection {
  static override readonly framing: string = 'content-length'
  blockBytesMax = BLOCK_BYTES_MAX

  override look(): Look {
    const held = this.textOf(this.input.subarray(this.start, this.end))
    const end = held.indexOf(BLANK_LINE)
    const blockBytes = end < 0 ? held.length : end + BLANK_LINE.length
    if (blockBytes > this.blockBytesMax || (end < 0 && /(?<!\r)\n/.test(held))) return 'refuse'
    if (end < 0) return 'need-more'
    const length = this.lengthIn(held.slice(0, end).split('\r\n'))
    return length === null ? 'refuse' : this.messageAt(this.start + blockBytes, length)
  }

  textOf(bytes: Uint8Array): string {
    return Buffer.from(bytes.subarray(0, 2 * BLOCK_BYTES_MAX)).toString('latin1')
  }

  /** Null where the lines do not say one length. */
  lengthIn(lines: readonly string[]): number | null {
    const found: string[] = []
    for (const line of lines) {
      const [, name, value] = /^([!-9;-~]+):(.*)$/.exec(line) ?? []
      if (name === undefined || /[\r\n]/.test(line)) return null
      if (this.isLengthName(name)) found.push(value!.replace(/^[ \t]+|[ \t]+$/g, ''))
      else if (!this.mayHave(name)) return null
    }
    return this.agreed(found.map((value) => this.lengthFrom(value)))
  }

  isLengthName(name: string): boolean {
    return name.toLowerCase() === 'content-length'
  }

  mayHave(_name: string): boolean {
    return true
  }

  lengthFrom(text: string): number | null {
    return /^\d+$/.test(text) ? Number(text) : null
  }

  /** The one length that all of them say. */
  agreed(lengths: readonly (number | null)[]): number | null {
    return new Set(lengths).size === 1 ? lengths[0]! : null
  }

  override frame(message: Uint8Array): Uint8Array {
    const header = Buffer.from(`Content-Length: ${message.length}${BLANK_LINE}`)
    return new Uint8Array(Buffer.concat([header, message]))
  }
}

/** Checks DL-n. */
export class DelimiterConnection extends Connection {
  static override readonly framing: string = 'delimiter:0d0a'
  mark: Uint8Array = Uint8Array.of(0x0d, 0x0a)

  override look(): Look {
    const end = this.markFrom(this.start)
    const length = (end < 0 ? this.end - this.mark.length : end) - this.start
    if (this.isTooLong(length)) return 'refuse'
    if (end < 0) return 'need-more'
    return { message: this.input.slice(this.start, end), next: end + this.mark.length }
  }

  /** Where the next mark begins; below 0 where there is none. */
  markFrom(at: number): number {
    return Buffer.from(this.input.buffer, 0, this.end).indexOf(this.mark, at)
  }

  override frame(message: Uint8Array): Uint8Array {
    return new Uint8Array(Buffer.concat([message, this.mark]))
  }
}

/** Checks LN-n. */
export class LineConnection extends DelimiterConnection {
  static override readonly framing: string = 'line'
  override mark: Uint8Array = Uint8Array.of(0x0a)
}
