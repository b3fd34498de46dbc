/** Decimal length, colon, message, comma. Checks NS-n. */
import { ReplyMalformed, reference, text } from './framing.ts'

const COLON = 0x3a
const COMMA = 0x2c
const DIGITS_MAX = 20

export const netstringReference = reference({
  id: 'netstring',
  family: 'length',
  carriesEmpty: true,
  messageBytesMax: Number.MAX_SAFE_INTEGER,
  adapt: (message) => message,
  pieces: (message) => [text(`${message.length}:`), message, text(',')],
  headerBytes: (message) => `${message.length}:`.length,
  announce: (length) => (length < 0n ? null : text(`${length}:`)),
  parse(bytes, at) {
    const colon = bytes.subarray(at, at + DIGITS_MAX + 1).indexOf(COLON)
    if (colon < 0) {
      if (bytes.length - at <= DIGITS_MAX) return 'need-more'
      throw new ReplyMalformed('the reply has no colon behind its length')
    }
    const digits = new TextDecoder().decode(bytes.subarray(at, at + colon))
    if (!/^(0|[1-9][0-9]*)$/.test(digits)) {
      throw new ReplyMalformed(`the reply’s length is "${digits}"`)
    }
    const start = at + colon + 1
    const end = start + Number(digits)
    if (end >= bytes.length) return 'need-more'
    if (bytes[end] !== COMMA) throw new ReplyMalformed('the reply has no comma behind its message')
    return { message: bytes.subarray(start, end), next: end + 1 }
  },
})
