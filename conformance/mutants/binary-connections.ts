/** Right servers in varint, COBS and SLIP, for mutants of their rules. Checks VI-n, CB-n, SL-n. */
import { Connection, type Look } from './connection.ts'

const END = 0xc0
const ESC = 0xdb
const ESCAPED = new Map([
  [END, 0xdc],
  [ESC, 0xdd],
])
const BLOCK_CODE_MAX = 255

export class VarintConnection extends Connection {
  static override readonly framing: string = 'varint'
  lengthBytesMax = 10

  override look(): Look {
    let length = 0n
    for (let at = this.start; at < this.end; at++) {
      if (at - this.start === this.lengthBytesMax) return 'refuse'
      const byte = this.input[at]!
      length |= BigInt(byte & 0x7f) << BigInt(7 * (at - this.start))
      if (byte >= 0x80) continue
      if (byte === 0 && at > this.start && !this.mayBeLonger()) return 'refuse'
      return this.messageAt(at + 1, this.sizeOf(length))
    }
    return this.end - this.start < this.lengthBytesMax ? 'need-more' : 'refuse'
  }

  /** May a length take more bytes than it needs? */
  mayBeLonger(): boolean {
    return false
  }

  sizeOf(length: bigint): number {
    return length > BigInt(Number.MAX_SAFE_INTEGER) ? Number.POSITIVE_INFINITY : Number(length)
  }

  override frame(message: Uint8Array): Uint8Array {
    const length: number[] = []
    let rest = message.length
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) length.push((rest % 0x80) | 0x80)
    return new Uint8Array(Buffer.concat([Uint8Array.from([...length, rest]), message]))
  }
}

export class CobsConnection extends Connection {
  static override readonly framing: string = 'cobs'

  override look(): Look {
    const end = this.input.subarray(0, this.end).indexOf(0, this.start)
    // A message of n bytes takes n and one more for every 254, at least.
    const spelled = (end < 0 ? this.end : end) - this.start
    if (this.isTooLong(spelled - Math.ceil(spelled / BLOCK_CODE_MAX) - 1)) return 'refuse'
    if (end < 0) return 'need-more'
    const message = this.unstuffed(this.input.subarray(this.start, end))
    return message ? { message, next: end + 1 } : 'refuse'
  }

  /** Null for what is no COBS. */
  unstuffed(bytes: Uint8Array): Uint8Array | null {
    const message: number[] = []
    for (let at = 0; at < bytes.length; ) {
      const code = bytes[at]!
      const next = at + code
      if (next > bytes.length && !this.mayRunPast()) return null
      message.push(...bytes.subarray(at + 1, next))
      if (this.standsForZero(code) && next < bytes.length) message.push(0)
      at = next
    }
    return bytes.length === 0 ? null : Uint8Array.from(message)
  }

  /** May a block be shorter than it says, where its frame ends? */
  mayRunPast(): boolean {
    return false
  }

  /** Is there a zero behind a block with this code? */
  standsForZero(code: number): boolean {
    return code < BLOCK_CODE_MAX
  }

  override frame(message: Uint8Array): Uint8Array {
    const out: number[] = []
    let block: number[] = []
    const endBlock = () => {
      out.push(block.length + 1, ...block)
      block = []
    }
    for (const [index, byte] of message.entries()) {
      if (byte !== 0) block.push(byte)
      const isFull = block.length === BLOCK_CODE_MAX - 1 && index + 1 < message.length
      if (byte === 0 || isFull) endBlock()
    }
    endBlock()
    return Uint8Array.from([...out, 0])
  }
}

export class SlipConnection extends Connection {
  static override readonly framing: string = 'slip'

  override look(): Look {
    let from = this.start
    while (from < this.end && this.input[from] === END && !this.isEmptyMessage()) from++
    const end = this.input.subarray(0, this.end).indexOf(END, from)
    // Escapes take two bytes for one: what is certainly over the limit is refused at once.
    const spelled = (end < 0 ? this.end : end) - from
    const escapes = this.input.subarray(from, from + spelled).filter((byte) => byte === ESC).length
    if (this.isTooLong(spelled - escapes)) return 'refuse'
    if (end < 0) return 'need-more'
    const message: number[] = []
    for (let at = from; at < end; at++) {
      const byte = this.input[at]!
      const meant = byte === ESC ? this.unescaped(this.input[++at]!) : byte
      if (meant === null) return 'refuse'
      message.push(meant)
    }
    return { message: Uint8Array.from(message), next: end + 1 }
  }

  /** Is nothing between two marks a message? */
  isEmptyMessage(): boolean {
    return false
  }

  /** Null for a byte that must not follow an escape. */
  unescaped(byte: number): number | null {
    for (const [meant, spelled] of ESCAPED) if (spelled === byte) return meant
    return null
  }

  override frame(message: Uint8Array): Uint8Array {
    const spelled = [...message].flatMap((byte) => {
      const escaped = ESCAPED.get(byte)
      return escaped === undefined ? [byte] : [ESC, escaped]
    })
    return Uint8Array.from([END, ...spelled, END])
  }
}
