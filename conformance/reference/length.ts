/** A length in a header of fixed size, then the message. Checks LP-n and LF-n. */
import { type ReferenceFraming, ReplyMalformed, reference } from './framing.ts'
import { optionsOf } from './options.ts'

const NAME = /^([ui])(8|16|24|32|64)(be|le)?$/

/** Where the length stands and what it counts, in Netty's terms. */
interface Layout {
  offset: number
  width: number
  little: boolean
  signed: boolean
  /** Frame bytes behind the length = its value + adjust. */
  adjust: number
  /** Header bytes in front of the message. */
  strip: number
}

/** The reference for `u8`, `u16be` … and `length-field` that strips its header, or null. */
export function lengthReference(id: string): ReferenceFraming | null {
  const { name, options } = optionsOf(id)
  const layout = name === 'length-field' ? generalLayout(options) : prefixLayout(name, options)
  // Where the header belongs to the message, only the subject's user knows what stands in it.
  if (!layout || layout.strip < layout.offset + layout.width) return null
  return referenceOf(id, layout)
}

function prefixLayout(name: string, options: Map<string, string>): Layout | null {
  const match = NAME.exec(name)
  if (!match) return null
  const width = Number(match[2]) / 8
  const adjust = options.has('length-includes-header') ? -width : 0
  return {
    offset: 0,
    width,
    little: match[3] === 'le',
    signed: match[1] === 'i',
    adjust,
    strip: width,
  }
}

function generalLayout(options: Map<string, string>): Layout {
  const number = (name: string, otherwise: number) => Number(options.get(name) ?? otherwise)
  return {
    offset: number('offset', 0),
    width: number('width', 4),
    little: options.get('endian') === 'le',
    signed: false,
    adjust: number('adjust', 0),
    strip: number('strip', 0),
  }
}

function referenceOf(id: string, layout: Layout): ReferenceFraming {
  const { offset, width, signed, adjust, strip } = layout
  const headBytes = offset + width
  /** What the field says for a message of so many bytes. */
  const valueFor = (length: bigint) => length + BigInt(strip - headBytes - adjust)
  const header = (length: bigint): Uint8Array | null => {
    const field = spell(valueFor(length), layout)
    if (!field) return null
    const bytes = new Uint8Array(strip)
    bytes.set(field, offset)
    return bytes
  }
  const top = 1n << BigInt(width * 8 - (signed ? 1 : 0))
  const most = top - 1n - valueFor(0n)
  return reference({
    id,
    family: 'length',
    carriesEmpty: strip >= headBytes + adjust,
    messageBytesMax: Number(most < 2n ** 53n ? most : 2n ** 53n - 1n),
    adapt: (message) => message,
    pieces: (message) => [header(BigInt(message.length))!, message],
    headerBytes: () => strip,
    announce: header,
    parse(bytes, at) {
      if (bytes.length - at < headBytes) return 'need-more'
      const length = read(bytes, at + offset, layout) - valueFor(0n)
      if (length < 0n || length > 2n ** 32n) {
        throw new ReplyMalformed(`the reply announces ${length} bytes`)
      }
      const next = at + strip + Number(length)
      if (next > bytes.length) return 'need-more'
      return { message: bytes.subarray(at + strip, next), next }
    },
  })
}

/** The value in the field's bytes; null where it does not fit. */
function spell(value: bigint, { width, little, signed }: Layout): Uint8Array | null {
  const bits = width * 8
  const fits = signed ? BigInt.asIntN(bits, value) === value : BigInt.asUintN(bits, value) === value
  if (!fits) return null
  const bytes = new Uint8Array(width)
  let rest = BigInt.asUintN(bits, value)
  for (let i = 0; i < width; i++) {
    bytes[little ? i : width - 1 - i] = Number(rest & 0xffn)
    rest >>= 8n
  }
  return bytes
}

function read(bytes: Uint8Array, at: number, { width, little, signed }: Layout): bigint {
  let value = 0n
  for (let i = 0; i < width; i++) {
    value = (value << 8n) | BigInt(bytes[at + (little ? width - 1 - i : i)]!)
  }
  return signed ? BigInt.asIntN(width * 8, value) : value
}
