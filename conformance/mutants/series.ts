/** Mutants that go wrong once in a while: after many messages, with many clients. */
import { Connection } from './connection.ts'
import { defineMutants, type Mutant } from './mutant.ts'

const SIXTEEN_BITS = 65_536
const BYTES_MAX = 32 * 1024 * 1024
const CLIENTS_MAX = 256
const LARGE_BYTES = 65_536
const NO_BREAK_SPACE = 0xa0
const MIXED_UP: Mutant['killedBy'][string] = [
  'corrupted',
  'lost-messages',
  'extra-bytes',
  'reordered',
  'duplicated',
  'hung',
]

/** A connection that knows all others that are open. */
class KnownConnection extends Connection {
  static readonly all = new Set<KnownConnection>()
  override opened() {
    KnownConnection.all.add(this)
  }
  override closed(_error: Error | undefined) {
    KnownConnection.all.delete(this)
  }
}

export const series = defineMutants([
  {
    id: 'counts-in-16-bits',
    fault: 'The message on which a counter of 16 bits goes round is not answered.',
    killedBy: { 'integrity/beyond-65536-messages': ['lost-messages'] },
    connection: class extends Connection {
      #count = 0
      override answer(message: Uint8Array) {
        if (++this.#count % SIXTEEN_BITS !== 0) super.answer(message)
      }
    },
  },
  {
    id: 'one-reply-late',
    fault: 'After two hundred messages each reply waits for the next request.',
    killedBy: { 'integrity/one-at-a-time': ['lost-messages', 'hung'] },
    connection: class extends Connection {
      readonly #held: Uint8Array[] = []
      #count = 0
      override answer(message: Uint8Array) {
        this.#held.push(message)
        const kept = ++this.#count > 200 ? 1 : 0
        while (this.#held.length > kept) super.answer(this.#held.shift()!)
      }
    },
  },
  {
    id: 'numbers-clients-in-a-byte',
    fault: 'The 257th client is taken for the first one, which has gone.',
    killedBy: { 'integrity/three-hundred-connections-in-turn': ['closed-early', 'hung'] },
    connection: class CountedConnection extends Connection {
      static count = 0
      override opened() {
        if (++CountedConnection.count > CLIENTS_MAX) this.socket.end()
      }
    },
  },
  {
    id: 'crosses-when-many',
    fault: 'With more than forty clients some replies go to the first of them.',
    killedBy: { 'integrity/sixty-four-connections-at-once': MIXED_UP },
    connection: class extends KnownConnection {
      #count = 0
      override answer(message: Uint8Array) {
        const [first] = KnownConnection.all
        const isCrossed = KnownConnection.all.size > 40 && ++this.#count % 7 === 0
        if (isCrossed && first) first.write(first.frame(message))
        else super.answer(message)
      }
    },
  },
  {
    id: 'one-large-buffer',
    fault: 'Messages of over 64 KiB are collected in one buffer, whichever client they come from.',
    killedBy: {
      'integrity/large-on-several-connections': ['corrupted', 'closed-early', 'hung', 'merged'],
    },
    connection: class LargeConnection extends Connection {
      static readonly large = new Uint8Array(16 * 1024 * 1024)
      override append(chunk: Uint8Array) {
        super.append(chunk)
        if (this.end <= LARGE_BYTES || this.input === LargeConnection.large) return
        LargeConnection.large.set(this.input.subarray(0, this.end))
        this.input = LargeConnection.large
      }
    },
  },
  {
    id: 'answers-late-from-its-buffer',
    fault: 'Replies are written a moment later, out of memory that later requests are read into.',
    killedBy: { 'integrity/later-traffic-changes-nothing': MIXED_UP },
    connection: class extends Connection {
      override look() {
        const look = super.look()
        if (typeof look === 'string') return look
        const message = this.input.subarray(look.next - look.message.length, look.next)
        return { message, next: look.next }
      }
      override answer(message: Uint8Array) {
        setTimeout(() => super.answer(message), 20)
      }
    },
  },
  {
    id: 'wrong-after-32-mib',
    fault: 'The first byte of a message is another once 32 MiB have come.',
    killedBy: { 'integrity/sixty-four-mebibytes': ['corrupted'] },
    connection: class extends Connection {
      #bytes = 0
      override answer(message: Uint8Array) {
        this.#bytes += message.length
        if (this.#bytes > BYTES_MAX) message[0]! ^= 1
        super.answer(message)
      }
    },
  },
  {
    id: 'no-break-spaces',
    fault: 'A0 becomes 20.',
    killedBy: {
      'integrity/byte-values-in-every-place': ['corrupted'],
      'integrity/all-byte-values': ['corrupted'],
    },
    connection: class extends Connection {
      override answer(message: Uint8Array) {
        super.answer(message.map((byte) => (byte === NO_BREAK_SPACE ? 0x20 : byte)))
      }
    },
  },
  {
    id: 'holds-256-clients',
    fault: 'Clients beyond the 256th are not looked at until others have gone.',
    killedBy: { 'hostile/three-hundred-idle-connections': ['starved-others'] },
    connection: class extends KnownConnection {
      readonly #isServed = KnownConnection.all.size < CLIENTS_MAX
      override data(chunk: Uint8Array) {
        if (this.#isServed) super.data(chunk)
      }
    },
  },
  {
    id: 'forty-workers',
    fault: 'Forty workers: a client waits until one of them has a client less.',
    killedBy: { 'backpressure/fifty-stalled-clients': ['starved-others'] },
    connection: class extends KnownConnection {
      readonly #isServed = KnownConnection.all.size < 40
      override data(chunk: Uint8Array) {
        if (this.#isServed) super.data(chunk)
      }
    },
  },
  {
    id: 'error-empties-everybody',
    fault: 'A refused frame empties the buffers of all clients.',
    killedBy: {
      'hostile/refused-beside-half-frames': ['lost-messages', 'closed-early', 'hung', 'corrupted'],
    },
    connection: class extends KnownConnection {
      override refuse() {
        for (const other of KnownConnection.all) other.start = other.end
        super.refuse()
      }
    },
  },
])
