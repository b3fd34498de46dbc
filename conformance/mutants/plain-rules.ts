/** Mutants of the rules of length prefixes, length-field, fixed and raw. */
import { Connection } from './connection.ts'
import { defineMutants } from './mutant.ts'
import {
  CountedConnection,
  FieldConnection,
  FixedConnection,
  RawConnection,
  ShortConnection,
} from './plain-connections.ts'

export const plainRules = defineMutants([
  {
    id: 'length-of-two-bytes',
    fault: 'Of a length of four bytes the upper two are not looked at.',
    killedBy: {
      'length/every-byte-of-the-field': [
        'split',
        'corrupted',
        'closed-early',
        'hung',
        'lost-bytes',
      ],
    },
    connection: class extends Connection {
      override lengthAt(at: number) {
        return super.lengthAt(at) & 0xffff
      }
    },
  },
  {
    id: 'length-counts-itself-from-zero',
    fault: 'A length that is smaller than its own field is taken for an empty message.',
    killedBy: { 'length/below-its-own-header': ['not-rejected'] },
    connection: class extends CountedConnection {
      override sizeOf(bytes: number) {
        return Math.max(0, bytes)
      }
    },
  },
  {
    id: 'largest-length-is-a-mark',
    fault: 'The largest length that the field can say is never written.',
    killedBy: { 'length/largest-of-the-field': ['closed-early', 'lost-messages'] },
    connection: class extends ShortConnection {
      override answer(message: Uint8Array) {
        if (message.length < 65_535) super.answer(message)
        else this.finish()
      }
    },
  },
  {
    id: 'length-field-below-zero',
    fault: 'A frame that ends inside its own header is taken for an empty one.',
    killedBy: { 'length-field/ends-inside-header': ['not-rejected'] },
    connection: class extends FieldConnection {
      override sizeOf(bytes: number) {
        return Math.max(0, bytes)
      }
    },
  },
  {
    id: 'length-field-limits-frame',
    fault: 'The limit of the message counts what is stripped as well.',
    killedBy: { 'length-field/limit-counts-message': ['closed-early'] },
    connection: class extends FieldConnection {
      override limit = 65_531 - 4
    },
  },
  {
    id: 'length-field-unset-bytes',
    fault: 'The bytes in front of the length are whatever was there.',
    killedBy: { 'length-field/zeros-around-length': ['malformed-reply'] },
    connection: class extends FieldConnection {
      override frame(message: Uint8Array) {
        const frame = super.frame(message)
        frame[0] = 0x5a
        return frame
      }
    },
  },
  {
    id: 'fixed-in-one-read',
    fault: 'What one read leaves of a frame is thrown away.',
    killedBy: { 'fixed/cut-anywhere': ['lost-messages', 'corrupted', 'split', 'hung'] },
    connection: class extends FixedConnection {
      override data(chunk: Uint8Array) {
        super.data(chunk)
        this.start = this.end
      }
    },
  },
  {
    id: 'fixed-without-padding',
    fault: 'Zeros and white space at the end are cut off as padding.',
    killedBy: {
      'fixed/padding-kept': ['corrupted', 'lost-messages', 'split', 'lost-bytes', 'hung'],
    },
    connection: class extends FixedConnection {
      override answer(message: Uint8Array) {
        let length = message.length
        while (length > 0 && [0, 0x0a, 0x20].includes(message[length - 1]!)) length--
        super.answer(message.subarray(0, length))
      }
    },
  },
  {
    id: 'fixed-delivers-part',
    fault: 'Part of a frame is filled up and answered at the end of the stream.',
    killedBy: { 'fixed/cut-off': ['truncated-delivered'] },
    connection: class extends FixedConnection {
      override ended() {
        const part = new Uint8Array(FixedConnection.frameBytes)
        part.set(this.input.subarray(this.start, this.end))
        if (this.end > this.start) this.answer(part)
        super.ended()
      }
    },
  },
  {
    id: 'raw-first-byte-apart',
    fault: 'The first byte of a read is answered alone.',
    killedBy: { 'raw/one-read': ['split', 'lost-bytes'] },
    connection: class extends RawConnection {
      override answer(message: Uint8Array) {
        super.answer(message.length === 10 ? message.subarray(0, 1) : message)
      }
    },
  },
  {
    id: 'raw-answers-nothing',
    fault: 'A read of nothing is answered.',
    killedBy: { 'raw/nothing-is-no-message': ['extra-bytes'] },
    connection: class extends RawConnection {
      override ended() {
        this.answer(Uint8Array.of(0x2e))
        super.ended()
      }
    },
  },
])
