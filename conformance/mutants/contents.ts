/** Mutants that change messages, their number or their order. */
import { Connection } from './connection.ts'
import { defineMutants } from './mutant.ts'

const CR = 0x0d
const LF = 0x0a

export const contents = defineMutants([
  {
    id: 'line-ends-across-reads',
    fault: 'A CR at the end of a read is dropped when the next read begins with a LF.',
    killedBy: {
      'integrity/marks-cut-apart': ['hung', 'closed-early', 'corrupted', 'lost-messages'],
    },
    connection: class extends Connection {
      override append(chunk: Uint8Array) {
        const hasReturn = this.end > this.start && this.input[this.end - 1] === CR
        if (hasReturn && chunk[0] === LF) this.end--
        super.append(chunk)
      }
    },
  },
  {
    id: 'text-per-read',
    fault: 'Every read is decoded to text, and the text encoded again.',
    killedBy: {
      'integrity/utf8-cut-inside-character': ['corrupted', 'split', 'malformed-reply'],
      'integrity/invalid-utf8': ['corrupted', 'split', 'lost-bytes', 'hung', 'merged'],
    },
    connection: class extends Connection {
      override data(chunk: Uint8Array) {
        super.data(new TextEncoder().encode(new TextDecoder().decode(chunk)))
      }
    },
  },
  {
    id: 'text-per-message',
    fault: 'Messages go through a text type on their way.',
    killedBy: {
      'integrity/invalid-utf8': ['corrupted'],
      'integrity/all-byte-values': ['corrupted'],
      'integrity/random-megabyte': ['corrupted'],
    },
    connection: class extends Connection {
      override answer(message: Uint8Array) {
        super.answer(new TextEncoder().encode(new TextDecoder().decode(message)))
      }
    },
  },
  {
    id: 'ends-at-nul',
    fault: 'A message ends at its first zero byte.',
    killedBy: {
      'boundary/delimiters-inside': ['corrupted', 'split'],
      'integrity/all-byte-values': ['corrupted', 'split'],
      'integrity/runs-of-special-bytes': ['corrupted', 'split'],
    },
    connection: class extends Connection {
      override answer(message: Uint8Array) {
        const end = message.indexOf(0)
        super.answer(end < 0 ? message : message.subarray(0, end))
      }
    },
  },
  {
    id: 'cr-lf-becomes-lf',
    fault: 'CR LF is turned into LF.',
    killedBy: {
      'boundary/delimiters-inside': ['corrupted'],
      'integrity/runs-of-special-bytes': ['corrupted'],
    },
    connection: class extends Connection {
      override answer(message: Uint8Array) {
        super.answer(message.filter((byte, i) => byte !== CR || message[i + 1] !== LF))
      }
    },
  },
  {
    id: 'trims',
    fault: 'Spaces and line ends around a message are taken off.',
    killedBy: {
      'boundary/delimiters-inside': ['corrupted', 'split'],
      'integrity/runs-of-special-bytes': ['corrupted', 'split'],
    },
    connection: class extends Connection {
      override answer(message: Uint8Array) {
        super.answer(Buffer.from(Buffer.from(message).toString('latin1').trim(), 'latin1'))
      }
    },
  },
  {
    id: 'escapes-ff',
    fault: 'The byte FF is doubled, as in Telnet.',
    killedBy: {
      'integrity/all-byte-values': ['extra-bytes'],
      'integrity/runs-of-special-bytes': ['extra-bytes'],
    },
    connection: class extends Connection {
      override answer(message: Uint8Array) {
        super.answer(Uint8Array.from([...message].flatMap((b) => (b === 0xff ? [b, b] : [b]))))
      }
    },
  },
  {
    id: 'rare-pattern',
    fault: 'Two bytes that rarely stand together are changed.',
    killedBy: { 'integrity/random-megabyte': ['corrupted'] },
    connection: class extends Connection {
      override answer(message: Uint8Array) {
        const changed = message.slice()
        for (let at = 0; at + 1 < changed.length; at++) {
          if (changed[at] === 0xde && changed[at + 1] === 0xad) changed[at] = 0xdf
        }
        super.answer(changed)
      }
    },
  },
  {
    id: 'read-buffer-reused',
    fault: 'The first part of a message stays in the read buffer, which the next read overwrites.',
    killedBy: {
      'integrity/buffer-not-reused': ['corrupted', 'closed-early', 'hung'],
      'boundary/reader-pauses': ['corrupted', 'closed-early', 'hung', 'lost-bytes'],
    },
    connection: class extends Connection {
      override append(chunk: Uint8Array) {
        const held = this.end - this.start
        super.append(chunk)
        // What was held has meanwhile become the new bytes, as far as these go.
        if (held > 4) this.input.set(chunk.subarray(0, held - 4), this.start + 4)
      }
    },
  },
  {
    id: 'drops-equal-neighbours',
    fault: 'A message equal to the one before is taken for a repetition.',
    killedBy: {
      'integrity/identical-frames': ['lost-messages', 'hung'],
      'lifecycle/fin-between-frames': ['lost-messages', 'hung'],
      'boundary/hundred-empties': ['lost-messages', 'hung'],
    },
    connection: class extends Connection {
      #before: Uint8Array | null = null
      override answer(message: Uint8Array) {
        const again = this.#before !== null && Buffer.compare(this.#before, message) === 0
        this.#before = message
        if (!again) super.answer(message)
      }
    },
  },
  {
    id: 'drops-every-thousandth',
    fault: 'Every thousandth message is dropped.',
    killedBy: { 'integrity/sequence-numbers': ['lost-messages'] },
    connection: class extends Connection {
      #count = 0
      override answer(message: Uint8Array) {
        if (++this.#count % 1_000 !== 0) super.answer(message)
      }
    },
  },
  {
    id: 'doubles-after-single-byte',
    fault: 'A message whose last byte came alone is answered twice.',
    killedBy: {
      'boundary/every-byte-apart': ['duplicated'],
      'boundary/last-byte-apart': ['duplicated'],
    },
    connection: class extends Connection {
      #alone = false
      override data(chunk: Uint8Array) {
        this.#alone = chunk.length === 1
        super.data(chunk)
      }
      override answer(message: Uint8Array) {
        super.answer(message)
        if (this.#alone) super.answer(message)
      }
    },
  },
  {
    id: 'swaps-under-load',
    fault: 'When many messages come at once, two of them change places.',
    killedBy: {
      'boundary/pipelined': ['reordered'],
      'integrity/many-in-flight': ['reordered'],
    },
    connection: class extends Connection {
      #kept: Uint8Array | null = null
      #count = 0
      override answer(message: Uint8Array) {
        const kept = this.#kept
        this.#kept = null
        if (++this.#count % 40 === 0) this.#kept = message
        else super.answer(message)
        if (kept) super.answer(kept)
      }
      override answerAll() {
        this.#count = 0
        super.answerAll()
        if (this.#kept) super.answer(this.#kept)
        this.#kept = null
      }
    },
  },
  {
    id: 'small-overtakes-large',
    fault: 'Large replies are sent a little later than small ones.',
    killedBy: { 'integrity/large-and-small-in-turn': ['reordered'] },
    connection: class extends Connection {
      #late = 0
      override answer(message: Uint8Array) {
        if (message.length < 10_000) return super.answer(message)
        this.#late++
        setTimeout(() => {
          super.answer(message)
          this.#late--
          if (this.peerEnded) this.finish()
        })
      }
      override finish() {
        if (this.#late === 0) super.finish()
      }
    },
  },
  {
    id: 'answers-to-the-newest',
    fault: 'Replies go to the connection that was opened last.',
    killedBy: {
      'boundary/two-connections-interleaved': ['lost-messages'],
      'integrity/many-in-flight': ['hung', 'corrupted', 'duplicated', 'lost-messages'],
    },
    connection: class NewestConnection extends Connection {
      static newest: Connection
      override opened() {
        NewestConnection.newest = this
      }
      override write(bytes: Uint8Array) {
        if (NewestConnection.newest === this) super.write(bytes)
        else NewestConnection.newest.write(bytes)
      }
    },
  },
])
