/** Mutants that look into messages, and do something about what they find there. */
import { Connection } from './connection.ts'
import { defineMutants } from './mutant.ts'

const END_BYTES = 16
const PATIENCE_MS = 1_000

/** The text of a message; null where it is none. */
function textOf(message: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(message)
  } catch {
    return null
  }
}

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

export const rewriting = defineMutants([
  {
    id: 'takes-mark-off-messages',
    fault: 'A byte-order mark in front of a message is taken off.',
    killedBy: { 'integrity/telling-contents': ['corrupted'] },
    connection: class extends Connection {
      override answer(message: Uint8Array) {
        const text = textOf(message)
        super.answer(text?.startsWith('\ufeff') ? bytesOf(text.slice(1)) : message)
      }
    },
  },
  {
    id: 'text-normalised',
    fault: 'Text is brought into the normal form of Unicode.',
    killedBy: { 'integrity/telling-contents': ['corrupted'] },
    connection: class extends Connection {
      override answer(message: Uint8Array) {
        const text = textOf(message)
        super.answer(text === null ? message : bytesOf(text.normalize()))
      }
    },
  },
  {
    id: 'json-written-anew',
    fault: 'A message that is JSON is parsed, and written as JSON again.',
    killedBy: { 'integrity/telling-contents': ['corrupted'] },
    connection: class extends Connection {
      override answer(message: Uint8Array) {
        try {
          super.answer(bytesOf(JSON.stringify(JSON.parse(textOf(message) ?? ''))))
        } catch {
          super.answer(message)
        }
      }
    },
  },
  {
    id: 'obeys-quit',
    fault: 'The message `quit` ends the connection.',
    killedBy: { 'integrity/telling-contents': ['closed-early'] },
    connection: class extends Connection {
      override answer(message: Uint8Array) {
        if (textOf(message) === 'quit') this.finish()
        else super.answer(message)
      }
    },
  },
  {
    id: 'recognised-by-its-ends',
    fault: 'A message is answered with an earlier one of the same length and the same ends.',
    killedBy: { 'integrity/alike-but-for-one-byte': ['corrupted', 'duplicated', 'lost-messages'] },
    connection: class extends Connection {
      readonly #known = new Map<string, Uint8Array>()
      override answer(message: Uint8Array) {
        const ends = [message.subarray(0, END_BYTES), message.subarray(-END_BYTES)]
        const key = `${message.length} ${ends.map((end) => end.toHex()).join(' ')}`
        const known = this.#known.get(key) ?? message
        this.#known.set(key, known)
        super.answer(known)
      }
    },
  },
  {
    id: 'gives-up-on-slow-clients',
    fault: 'A connection is ended when the kernel takes none of its replies for a second.',
    killedBy: { 'backpressure/client-takes-a-break': ['closed-early'] },
    connection: class extends Connection {
      #timer: Timer | null = null
      override tryWrite(bytes: Uint8Array) {
        const taken = super.tryWrite(bytes)
        if (this.#timer) clearTimeout(this.#timer)
        const isBlocked = taken < bytes.length
        this.#timer = isBlocked ? setTimeout(() => this.socket.terminate(), PATIENCE_MS) : null
        return taken
      }
    },
  },
  {
    id: 'answers-the-one-before',
    fault: 'Every fiftieth reply goes to the client that spoke before this one.',
    killedBy: {
      'integrity/three-connections-in-turn': ['hung', 'lost-messages', 'duplicated', 'extra-bytes'],
    },
    connection: class SpeakingConnection extends Connection {
      static last: SpeakingConnection | null = null
      #count = 0
      override answer(message: Uint8Array) {
        const { last } = SpeakingConnection
        SpeakingConnection.last = this
        if (++this.#count % 50 === 0 && last) last.write(this.frame(message))
        else super.answer(message)
      }
    },
  },
])
