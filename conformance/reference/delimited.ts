/** A message and the mark that ends it. Checks LN-n and DL-n. */
import { concat, type ReferenceFraming, reference } from './framing.ts'
import { optionsOf } from './options.ts'

/** The reference for `line` and `delimiter:<hex>`, or null when the id is none of them. */
export function delimitedReference(id: string): ReferenceFraming | null {
  const { name, argument } = optionsOf(id)
  if (name === 'line') return referenceOf(id, Uint8Array.of(0x0a))
  if (name !== 'delimiter') return null
  return referenceOf(id, Uint8Array.from(Buffer.from(argument, 'hex')))
}

function referenceOf(id: string, mark: Uint8Array): ReferenceFraming {
  /** A byte that is not in the mark stands in for its bytes, so that no message contains it. */
  const standIn = [0x2e, 0x2f, 0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36].find(
    (byte) => !mark.includes(byte),
  )!
  const markIn = (bytes: Uint8Array, at: number): number =>
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf(mark, at)
  /** No mark in it, and none that begins in its last bytes and ends in the one behind it. */
  const isFree = (message: Uint8Array): boolean => {
    const tail = message.subarray(Math.max(0, message.length - mark.length))
    return markIn(message, 0) < 0 && markIn(concat([tail, mark]), 0) === tail.length
  }
  return reference({
    id,
    family: 'delimited',
    carriesEmpty: true,
    messageBytesMax: Number.MAX_SAFE_INTEGER,
    adapt(message) {
      if (isFree(message)) return message
      const freed = message.slice()
      const first = mark[0]!
      for (let at = freed.indexOf(first); at >= 0; at = freed.indexOf(first, at + 1)) {
        freed[at] = standIn
      }
      return freed
    },
    pieces: (message) => [message, mark],
    headerBytes: () => 0,
    announce: () => null,
    parse(bytes, at) {
      const end = markIn(bytes, at)
      return end < 0 ? 'need-more' : { message: bytes.subarray(at, end), next: end + mark.length }
    },
  })
}
