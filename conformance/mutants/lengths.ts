/** Mutants that read or write a length wrongly. */
import { Connection, type Look } from './connection.ts'
import { defineMutants } from './mutant.ts'

export const lengths = defineMutants([
  {
    id: 'little-endian',
    fault: 'Lengths are read in the wrong byte order.',
    killedBy: {
      'boundary/asymmetric-length': ['hung', 'closed-early'],
      'boundary/one-frame': ['hung', 'closed-early'],
    },
    connection: class extends Connection {
      override lengthAt(at: number) {
        return new DataView(this.input.buffer).getUint32(at, true)
      }
    },
  },
  {
    id: 'replies-in-little-endian',
    fault: 'Lengths of replies are written in the wrong byte order.',
    killedBy: {
      'boundary/asymmetric-length': ['malformed-reply'],
      'boundary/one-frame': ['malformed-reply'],
    },
    connection: class extends Connection {
      override frame(message: Uint8Array) {
        const frame = super.frame(message)
        new DataView(frame.buffer).setUint32(0, message.length, true)
        return frame
      }
    },
  },
  {
    id: 'reads-one-short',
    fault: 'The length is read as one less than it is.',
    killedBy: {
      'boundary/one-frame': ['split'],
      'boundary/last-byte-apart': ['delivered-early'],
    },
    connection: class extends Connection {
      override lengthAt(at: number) {
        return Math.max(0, super.lengthAt(at) - 1)
      }
    },
  },
  {
    id: 'reads-one-long',
    fault: 'The length is read as one more than it is.',
    killedBy: {
      'boundary/one-frame': ['hung', 'closed-early'],
      'boundary/empty-message': ['hung'],
    },
    connection: class extends Connection {
      override lengthAt(at: number) {
        return super.lengthAt(at) + 1
      }
    },
  },
  {
    id: 'announces-one-short',
    fault: 'A reply announces one byte less than it has.',
    killedBy: { 'boundary/one-frame': ['split'] },
    connection: class extends Connection {
      override frame(message: Uint8Array) {
        const frame = super.frame(message)
        new DataView(frame.buffer).setUint32(0, Math.max(0, message.length - 1))
        return frame
      }
    },
  },
  {
    id: 'announces-one-long',
    fault: 'A reply announces one byte more than it has.',
    killedBy: { 'boundary/one-frame': ['malformed-reply'] },
    connection: class extends Connection {
      override frame(message: Uint8Array) {
        const frame = super.frame(message)
        new DataView(frame.buffer).setUint32(0, message.length + 1)
        return frame
      }
    },
  },
  {
    id: 'length-in-sixteen-bits',
    fault: 'Only the lower two bytes of a length are looked at.',
    killedBy: {
      'boundary/length-width-edges': ['corrupted', 'split', 'lost-bytes'],
      'boundary/largest-message': ['corrupted', 'split', 'lost-bytes'],
    },
    connection: class extends Connection {
      override lengthAt(at: number) {
        return super.lengthAt(at) & 0xffff
      }
    },
  },
  {
    id: 'sign-of-sixteen-bits',
    fault: 'Lengths from 32,768 to 65,535 are read as negative, and taken for zero.',
    killedBy: {
      'boundary/length-width-edges': ['corrupted', 'split', 'lost-bytes'],
      'boundary/buffer-edges': ['corrupted', 'split', 'lost-bytes'],
    },
    connection: class extends Connection {
      override lengthAt(at: number) {
        const length = super.lengthAt(at)
        return length >= 0x8000 && length <= 0xffff ? 0 : length
      }
    },
  },
  {
    id: 'zero-is-the-end',
    fault: 'A length of zero is taken for the end of the stream.',
    killedBy: {
      'boundary/empty-message': ['closed-early'],
      'boundary/empty-between': ['closed-early'],
    },
    connection: class extends Connection {
      override look(): Look {
        const look = super.look()
        return typeof look === 'object' && look.message.length === 0 ? 'refuse' : look
      }
    },
  },
  {
    id: 'zero-is-skipped',
    fault: 'Empty messages are not answered.',
    killedBy: {
      'boundary/empty-message': ['hung'],
      'boundary/empty-between': ['lost-messages'],
      'boundary/hundred-empties': ['lost-messages', 'hung'],
      'lifecycle/empty-message-then-fin': ['closed-early'],
    },
    connection: class extends Connection {
      override answer(message: Uint8Array) {
        if (message.length > 0) super.answer(message)
      }
    },
  },
])
