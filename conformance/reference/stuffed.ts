/** Messages rewritten so that a mark can end them. Checks CB-n and SL-n. */
import { type ReferenceFraming, ReplyMalformed } from './framing.ts'

const BLOCK_BYTES_MAX = 254
const END = 0xc0
const ESC = 0xdb
const ESC_END = 0xdc
const ESC_ESC = 0xdd

export const cobsReference: ReferenceFraming = {
  id: 'cobs',
  family: 'stuffed',
  carriesEmpty: true,
  messageBytesMax: Number.MAX_SAFE_INTEGER,
  adapt: (message) => message,
  frame: stuffCobs,
  headerBytes: () => 1,
  announce: () => null,
  parse(bytes, at) {
    const end = bytes.indexOf(0, at)
    if (end < 0) return 'need-more'
    return { message: unstuffCobs(bytes.subarray(at, end)), next: end + 1 }
  },
}

/** Blocks of up to 254 bytes without zeros, each behind its length + 1; then a zero. */
function stuffCobs(message: Uint8Array): Uint8Array {
  const out = new Uint8Array(message.length + Math.ceil(message.length / BLOCK_BYTES_MAX) + 2)
  let at = 0
  let from = 0
  for (;;) {
    const zero = message.subarray(from, from + BLOCK_BYTES_MAX).indexOf(0)
    const length = zero >= 0 ? zero : Math.min(BLOCK_BYTES_MAX, message.length - from)
    out[at] = length + 1
    out.set(message.subarray(from, from + length), at + 1)
    at += length + 1
    from += length
    // A block that ends at a zero stands for it; a full one at the very end stands for nothing.
    if (zero >= 0) from++
    else if (from === message.length) break
  }
  out[at] = 0
  return out.subarray(0, at + 1)
}

function unstuffCobs(stuffed: Uint8Array): Uint8Array {
  const out = new Uint8Array(stuffed.length)
  let length = 0
  for (let at = 0; at < stuffed.length; ) {
    const code = stuffed[at]!
    if (at + code > stuffed.length) throw new ReplyMalformed('a COBS block runs past its frame')
    out.set(stuffed.subarray(at + 1, at + code), length)
    length += code - 1
    at += code
    if (code <= BLOCK_BYTES_MAX && at < stuffed.length) out[length++] = 0
  }
  return out.subarray(0, length)
}

export const slipReference: ReferenceFraming = {
  id: 'slip',
  family: 'stuffed',
  carriesEmpty: false,
  messageBytesMax: Number.MAX_SAFE_INTEGER,
  adapt: (message) => message,
  frame(message) {
    const out = new Uint8Array(2 * message.length + 2)
    let at = 0
    out[at++] = END
    for (const { plain, mark } of cutAtMarks(message, END, ESC)) {
      out.set(plain, at)
      at += plain.length
      if (mark === null) continue
      out[at++] = ESC
      out[at++] = mark === END ? ESC_END : ESC_ESC
    }
    out[at++] = END
    return out.subarray(0, at)
  },
  headerBytes: () => 1,
  announce: () => null,
  parse(bytes, at) {
    let start = at
    while (bytes[start] === END) start++
    const end = bytes.indexOf(END, start)
    if (end < 0) return 'need-more'
    return { message: unescapeSlip(bytes.subarray(start, end)), next: end + 1 }
  },
}

function unescapeSlip(escaped: Uint8Array): Uint8Array {
  const out = new Uint8Array(escaped.length)
  let length = 0
  for (let at = 0; at < escaped.length; ) {
    const mark = escaped.indexOf(ESC, at)
    const plain = escaped.subarray(at, mark < 0 ? escaped.length : mark)
    out.set(plain, length)
    length += plain.length
    if (mark < 0) break
    const meant = escaped[mark + 1]
    if (meant !== ESC_END && meant !== ESC_ESC) {
      throw new ReplyMalformed('an escape of the reply means nothing')
    }
    out[length++] = meant === ESC_END ? END : ESC
    at = mark + 2
  }
  return out.subarray(0, length)
}

/** The stretches between two kinds of bytes, each with the one that ends it. */
function* cutAtMarks(bytes: Uint8Array, one: number, other: number) {
  let from = 0
  let nextOne = bytes.indexOf(one)
  let nextOther = bytes.indexOf(other)
  while (nextOne >= 0 || nextOther >= 0) {
    const isOne = nextOther < 0 || (nextOne >= 0 && nextOne < nextOther)
    const at = isOne ? nextOne : nextOther
    yield { plain: bytes.subarray(from, at), mark: isOne ? one : other }
    from = at + 1
    if (isOne) nextOne = bytes.indexOf(one, from)
    else nextOther = bytes.indexOf(other, from)
  }
  yield { plain: bytes.subarray(from), mark: null }
}
