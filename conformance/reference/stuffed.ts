/** Messages rewritten so that a mark can end them. Checks CB-n and SL-n. */
import { ReplyMalformed, reference } from './framing.ts'

const BLOCK_BYTES_MAX = 254
const END = 0xc0
const ESC = 0xdb
const ESC_END = 0xdc
const ESC_ESC = 0xdd

export const cobsReference = reference({
  id: 'cobs',
  family: 'stuffed',
  carriesEmpty: true,
  messageBytesMax: Number.MAX_SAFE_INTEGER,
  adapt: (message) => message,
  pieces: (message) => [stuffCobs(message)],
  headerBytes: () => 1,
  announce: () => null,
  parse(bytes, at) {
    const end = bytes.indexOf(0, at)
    if (end < 0) return 'need-more'
    return { message: unstuffCobs(bytes.subarray(at, end)), next: end + 1 }
  },
})

/** Blocks of up to 254 bytes without zeros, each behind its length + 1; then a zero. */
function stuffCobs(message: Uint8Array): Uint8Array {
  const out = new Uint8Array(message.length + Math.ceil(message.length / BLOCK_BYTES_MAX) + 2)
  let codeAt = 0
  let at = 1
  for (let from = 0; from < message.length; from++) {
    const byte = message[from]!
    if (byte !== 0) out[at++] = byte
    // A block that ends at a zero stands for it; a full one at the very end is the last.
    const isFull = at - codeAt > BLOCK_BYTES_MAX
    if (byte !== 0 && !(isFull && from + 1 < message.length)) continue
    out[codeAt] = at - codeAt
    codeAt = at++
  }
  out[codeAt] = at - codeAt
  return out.subarray(0, at + 1)
}

function unstuffCobs(stuffed: Uint8Array): Uint8Array {
  const out = new Uint8Array(stuffed.length)
  let length = 0
  for (let at = 0; at < stuffed.length; ) {
    const code = stuffed[at]!
    const end = at + code
    if (end > stuffed.length) throw new ReplyMalformed('a COBS block runs past its frame')
    while (++at < end) out[length++] = stuffed[at]!
    if (code <= BLOCK_BYTES_MAX && at < stuffed.length) out[length++] = 0
  }
  return out.subarray(0, length)
}

export const slipReference = reference({
  id: 'slip',
  family: 'stuffed',
  carriesEmpty: false,
  messageBytesMax: Number.MAX_SAFE_INTEGER,
  adapt: (message) => message,
  pieces(message) {
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
    return [out.subarray(0, at)]
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
})

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
