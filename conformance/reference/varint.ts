/** Unsigned LEB128 length, then the message. Checks VI-n. */
import { ReplyMalformed, reference } from './framing.ts'

const BYTES_MAX = 10

export function leb128(value: bigint): Uint8Array {
  const bytes: number[] = []
  let rest = value
  do {
    const low = Number(rest & 0x7fn)
    rest >>= 7n
    bytes.push(rest > 0n ? low | 0x80 : low)
  } while (rest > 0n)
  return Uint8Array.from(bytes)
}

export const varintReference = reference({
  id: 'varint',
  family: 'length',
  carriesEmpty: true,
  messageBytesMax: Number.MAX_SAFE_INTEGER,
  adapt: (message) => message,
  pieces: (message) => [leb128(BigInt(message.length)), message],
  headerBytes: (message) => leb128(BigInt(message.length)).length,
  announce: (length) => (length < 0n ? null : leb128(length)),
  parse(bytes, at) {
    let length = 0n
    for (let i = 0; ; i++) {
      if (i === BYTES_MAX) throw new ReplyMalformed('the reply’s varint has over 10 bytes')
      const byte = bytes[at + i]
      if (byte === undefined) return 'need-more'
      length |= BigInt(byte & 0x7f) << BigInt(7 * i)
      if (byte & 0x80) continue
      if (i > 0 && byte === 0) throw new ReplyMalformed('the reply’s varint is overlong')
      const start = at + i + 1
      const next = start + Number(length)
      return next > bytes.length ? 'need-more' : { message: bytes.subarray(start, next), next }
    }
  },
})
