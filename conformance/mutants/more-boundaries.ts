/** Mutants that are wrong about cuts in rare places, and about rare lengths. */
import { Connection, HEADER_BYTES } from './connection.ts'
import { defineMutants } from './mutant.ts'

const ODD_LENGTH = 3_333
const BLOCK_BYTES = 65_536

export const moreBoundaries = defineMutants([
  {
    id: 'first-part-of-header-lost',
    fault: 'Of a header that comes in parts, all but the last part counts as zero.',
    killedBy: {
      'boundary/long-header-split-anywhere': [
        'lost-bytes',
        'split',
        'corrupted',
        'lost-messages',
        'closed-early',
      ],
    },
    connection: class extends Connection {
      override append(chunk: Uint8Array) {
        const held = this.end - this.start
        super.append(chunk)
        if (held < HEADER_BYTES) this.input.fill(0, this.start, this.start + held)
      }
    },
  },
  {
    id: 'three-left-over-lost',
    fault: 'Three bytes that are left behind a message are thrown away.',
    killedBy: {
      'boundary/tail-and-part-of-header': ['lost-messages', 'closed-early', 'corrupted', 'split'],
      'boundary/one-frame-over-many-merges': [
        'lost-messages',
        'closed-early',
        'corrupted',
        'split',
      ],
    },
    connection: class extends Connection {
      override answerNext() {
        const answered = super.answerNext()
        const left = this.end - this.start
        if (answered && (left === 3 || (left > 0 && this.answered > 15))) this.start = this.end
        return answered
      }
      answered = 0
      override answer(message: Uint8Array) {
        this.answered++
        super.answer(message)
      }
    },
  },
  {
    id: 'third-piece-lost',
    fault: 'What comes of a frame with its third read is thrown away.',
    killedBy: {
      'boundary/three-pieces': ['lost-messages', 'closed-early', 'corrupted', 'split', 'hung'],
    },
    connection: class extends Connection {
      #pieces = 0
      override data(chunk: Uint8Array) {
        this.#pieces = this.end > this.start ? this.#pieces + 1 : 1
        if (this.#pieces === 3) this.end = this.start
        super.data(chunk)
      }
    },
  },
  {
    id: 'one-length-wrong',
    fault: 'The last byte of a message is another when the message has 3,333 bytes.',
    killedBy: { 'boundary/every-length': ['corrupted'] },
    connection: class extends Connection {
      override answer(message: Uint8Array) {
        if (message.length === ODD_LENGTH) message[ODD_LENGTH - 1]! ^= 1
        super.answer(message)
      }
    },
  },
  {
    id: 'whole-blocks-one-short',
    fault: 'A message of several whole blocks of 64 KiB loses its last byte.',
    killedBy: { 'boundary/lengths-around-64-kib': ['split', 'lost-bytes'] },
    connection: class extends Connection {
      override answer(message: Uint8Array) {
        const isWhole = message.length > BLOCK_BYTES && message.length % BLOCK_BYTES === 0
        super.answer(isWhole ? message.subarray(0, -1) : message)
      }
    },
  },
])
