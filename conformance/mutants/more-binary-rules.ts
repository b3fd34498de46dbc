/** More mutants of the rules of varint, COBS and SLIP. */
import { CobsConnection, SlipConnection, VarintConnection } from './binary-connections.ts'
import { defineMutants } from './mutant.ts'

const END = 0xc0
const ESC = 0xdb
const CONTINUED = 0x80

export const moreBinaryRules = defineMutants([
  {
    id: 'varint-of-two-bytes',
    fault: 'A length takes two bytes at most.',
    killedBy: { 'varint/width-edges': ['closed-early'] },
    connection: class extends VarintConnection {
      override lengthBytesMax = 2
    },
  },
  {
    id: 'varint-in-one-read',
    fault: 'A length that comes in parts loses its first part.',
    killedBy: {
      'varint/length-cut-anywhere': ['split', 'corrupted', 'closed-early', 'hung', 'lost-messages'],
    },
    connection: class extends VarintConnection {
      override data(chunk: Uint8Array) {
        const held = this.input.subarray(this.start, this.end)
        if (held.every((byte) => byte >= CONTINUED)) this.start = this.end
        super.data(chunk)
      }
    },
  },
  {
    id: 'varint-in-64-bits',
    fault: 'Bits beyond the 64th fall off.',
    killedBy: { 'varint/wraps-in-64-bits': ['not-rejected'] },
    connection: class extends VarintConnection {
      override sizeOf(length: bigint) {
        return super.sizeOf(BigInt.asUintN(64, length))
      }
    },
  },
  {
    id: 'cobs-without-last-zero',
    fault: 'A zero at the end of a message is lost.',
    killedBy: { 'cobs/zeros': ['split', 'corrupted', 'lost-bytes', 'lost-messages'] },
    connection: class extends CobsConnection {
      override answer(message: Uint8Array) {
        super.answer(message.at(-1) === 0 ? message.subarray(0, -1) : message)
      }
    },
  },
  {
    id: 'cobs-one-spelling',
    fault: 'An empty block behind a full one is refused.',
    killedBy: { 'cobs/empty-block-behind-full': ['closed-early'] },
    connection: class extends CobsConnection {
      override unstuffed(bytes: Uint8Array) {
        const isOther = bytes.length > 255 && bytes.at(-1) === 1 && bytes.at(-256) === 255
        return isOther ? null : super.unstuffed(bytes)
      }
    },
  },
  {
    id: 'cobs-nothing-is-empty',
    fault: 'A frame without a block is an empty message.',
    killedBy: { 'cobs/no-block': ['not-rejected'] },
    connection: class extends CobsConnection {
      override unstuffed(bytes: Uint8Array) {
        return bytes.length === 0 ? bytes : super.unstuffed(bytes)
      }
    },
  },
  {
    id: 'cobs-without-limit',
    fault: 'A message may be as long as it likes.',
    killedBy: { 'cobs/over-max': ['not-rejected'] },
    connection: class extends CobsConnection {
      override isTooLong() {
        return false
      }
    },
  },
  {
    id: 'slip-writes-escapes-plain',
    fault: 'An ESC in a message is written as it is.',
    killedBy: { 'slip/escapes-everywhere': ['malformed-reply', 'corrupted', 'lost-bytes'] },
    connection: class extends SlipConnection {
      override frame(message: Uint8Array) {
        const frame = Buffer.from(super.frame(message)).toString('latin1')
        return new Uint8Array(Buffer.from(frame.replaceAll('\xdb\xdd', '\xdb'), 'latin1'))
      }
    },
  },
  {
    id: 'slip-escape-in-one-read',
    fault: 'An escape at the end of a read is thrown away.',
    killedBy: { 'slip/escape-cut': ['corrupted'] },
    connection: class extends SlipConnection {
      override append(chunk: Uint8Array) {
        super.append(chunk.at(-1) === ESC ? chunk.subarray(0, -1) : chunk)
      }
    },
  },
  {
    id: 'slip-needs-both-marks',
    fault: 'What has no mark of its own in front is thrown away.',
    killedBy: { 'slip/one-mark-between': ['lost-messages', 'hung'] },
    connection: class extends SlipConnection {
      override look() {
        while (this.start < this.end && this.input[this.start] !== END) this.start++
        return super.look()
      }
    },
  },
  {
    id: 'slip-mark-opens-frame',
    fault: 'A mark at the end of the stream is taken for the beginning of a frame that will come.',
    killedBy: { 'slip/ends-behind-mark': ['not-closed'] },
    connection: class extends SlipConnection {
      override ended() {
        if (this.end === this.start) super.ended()
      }
    },
  },
  {
    id: 'slip-without-limit',
    fault: 'A message may be as long as it likes.',
    killedBy: { 'slip/over-max': ['not-rejected'] },
    connection: class extends SlipConnection {
      override isTooLong() {
        return false
      }
    },
  },
])
