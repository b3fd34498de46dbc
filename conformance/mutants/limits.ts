/** Mutants that are wrong about limits, and about what follows from breaking them. */
import { Connection, HEADER_BYTES, type Look, MESSAGE_BYTES_MAX } from './connection.ts'
import { defineMutants } from './mutant.ts'

const asSigned = (length: number): number => length | 0

export const limits = defineMutants([
  {
    id: 'no-limit',
    fault: 'Any length is accepted.',
    killedBy: {
      'hostile/length-over-max': ['not-rejected'],
      'hostile/length-all-ones': ['not-rejected'],
    },
    connection: class extends Connection {
      override isTooLong() {
        return false
      }
    },
  },
  {
    id: 'limit-one-high',
    fault: 'A message one byte over the limit is accepted.',
    killedBy: { 'hostile/length-over-max': ['not-rejected'] },
    connection: class extends Connection {
      override isTooLong(length: number) {
        return length > MESSAGE_BYTES_MAX + 1
      }
    },
  },
  {
    id: 'limit-one-low',
    fault: 'A message of exactly the limit is refused.',
    killedBy: { 'boundary/largest-message': ['closed-early'] },
    connection: class extends Connection {
      override isTooLong(length: number) {
        return length >= MESSAGE_BYTES_MAX
      }
    },
  },
  {
    id: 'limit-with-header',
    fault: 'The header is counted against the limit of the message.',
    killedBy: { 'boundary/largest-message': ['closed-early'] },
    connection: class extends Connection {
      override isTooLong(length: number) {
        return length + HEADER_BYTES > MESSAGE_BYTES_MAX
      }
    },
  },
  {
    id: 'limit-looked-at-late',
    fault: 'The limit is looked at when the message is complete.',
    killedBy: { 'hostile/length-over-max': ['not-rejected'] },
    connection: class extends Connection {
      override look(): Look {
        const held = this.end - this.start
        if (held < HEADER_BYTES) return 'need-more'
        return held < HEADER_BYTES + this.lengthAt(this.start) ? 'need-more' : super.look()
      }
    },
  },
  {
    id: 'signed-length',
    fault: 'The length is read as a signed number: one with its top bit set is never too long.',
    killedBy: {
      'hostile/length-with-top-bit': ['not-rejected', 'crashed'],
      'hostile/length-near-wrap': ['not-rejected', 'crashed'],
    },
    connection: class extends Connection {
      override lengthAt(at: number) {
        return Math.max(0, asSigned(super.lengthAt(at)))
      }
    },
  },
  {
    id: 'wraps-in-32-bits',
    fault: 'Header and message are added in 32 bits, and the sum is compared with the limit.',
    killedBy: { 'hostile/length-near-wrap': ['not-rejected'] },
    connection: class extends Connection {
      override isTooLong(length: number) {
        return (length + HEADER_BYTES) >>> 0 > MESSAGE_BYTES_MAX + HEADER_BYTES
      }
    },
  },
  {
    id: 'all-ones-is-a-mark',
    fault: 'The largest length is kept for a mark of its own, which is ignored.',
    killedBy: { 'hostile/length-all-ones': ['not-rejected'] },
    connection: class extends Connection {
      override isTooLong(length: number) {
        return length !== 0xffff_ffff && super.isTooLong(length)
      }
    },
  },
  {
    id: 'allocates-what-is-announced',
    fault: 'Memory for the announced length is taken before a byte of the message has come.',
    killedBy: { 'hostile/announced-length-not-allocated': ['memory'] },
    connection: class extends Connection {
      #buffer: Uint8Array | null = null
      override isTooLong(length: number) {
        const tooLong = super.isTooLong(length)
        if (!tooLong && this.#buffer?.length !== length)
          this.#buffer = new Uint8Array(length).fill(1)
        return tooLong
      }
    },
  },
  {
    id: 'skips-refused-header',
    fault: 'A refused header is skipped and what follows is taken for the next frame.',
    killedBy: {
      'hostile/nothing-after-refused': ['not-rejected'],
      'hostile/length-over-max': ['not-rejected'],
    },
    connection: class extends Connection {
      override refuse() {
        this.start += HEADER_BYTES
        this.answerAll()
      }
    },
  },
  {
    id: 'answers-refusal',
    fault: 'A refused frame is answered with an empty message before the connection ends.',
    killedBy: {
      'hostile/length-over-max': ['not-rejected'],
      'hostile/garbage-behind-message': ['extra-bytes'],
    },
    connection: class extends Connection {
      override refuse() {
        this.answer(new Uint8Array(0))
        super.refuse()
      }
    },
  },
  {
    id: 'refusal-resets',
    fault: 'A refused frame resets the connection, and replies that were owed are lost.',
    killedBy: { 'hostile/messages-before-refused': ['closed-early'] },
    connection: class extends Connection {
      #held: Uint8Array[] = []
      override answer(message: Uint8Array) {
        this.#held.push(message)
      }
      override answerAll() {
        super.answerAll()
        for (const message of this.#held.splice(0)) super.answer(message)
      }
      override refuse() {
        this.#held = []
        this.phase = 'lingering'
        this.socket.terminate()
      }
    },
  },
  {
    id: 'refusal-ends-all',
    fault: 'A refused frame ends every connection.',
    killedBy: { 'hostile/refused-harms-nobody': ['closed-early', 'starved-others'] },
    connection: class TogetherConnection extends Connection {
      static readonly all = new Set<Connection>()
      override opened() {
        TogetherConnection.all.add(this)
      }
      override refuse() {
        for (const connection of TogetherConnection.all) connection.finish()
      }
      override closed() {
        TogetherConnection.all.delete(this)
      }
    },
  },
  {
    id: 'dies-quietly',
    fault: 'A refused frame ends the process, with status 0.',
    killedBy: {
      'hostile/refused-harms-nobody': ['crashed'],
      'hostile/other-protocols': ['crashed'],
      'hostile/length-over-max': ['crashed'],
    },
    connection: class extends Connection {
      override refuse() {
        process.exit(0)
      }
    },
  },
  {
    id: 'dies-of-odd-lengths',
    fault: 'A length of four digits in hexadecimal is asserted; any other ends the process.',
    killedBy: { 'hostile/header-bit-flips': ['crashed'] },
    connection: class extends Connection {
      override lengthAt(at: number) {
        const length = super.lengthAt(at)
        if (length > 0x0fff_ffff) throw new Error(`assertion failed: length ${length}`)
        return length
      }
    },
  },
  {
    id: 'one-client-at-a-time',
    fault: 'While a frame of one client is incomplete, nobody else is served.',
    killedBy: {
      'hostile/trickle-harms-nobody': ['starved-others'],
      'boundary/pause-inside-frame': ['hung', 'starved-others'],
    },
    connection: class OneConnection extends Connection {
      static current: OneConnection | null = null
      static readonly waiting = new Set<OneConnection>()
      override closed() {
        OneConnection.waiting.delete(this)
        if (OneConnection.current === this) this.#next()
      }
      override answerAll() {
        if (OneConnection.current && OneConnection.current !== this) {
          OneConnection.waiting.add(this)
          return
        }
        super.answerAll()
        if (this.start < this.end) OneConnection.current = this
        else this.#next()
      }
      #next() {
        OneConnection.current = null
        for (const connection of OneConnection.waiting) {
          OneConnection.waiting.delete(connection)
          return connection.answerAll()
        }
      }
    },
  },
  {
    id: 'fifty-clients',
    fault: 'The fifty-first client is turned away, though nobody said that fifty is the limit.',
    killedBy: {
      'hostile/hundred-half-frames': ['closed-early', 'starved-others', 'hung'],
    },
    connection: class CountingConnection extends Connection {
      static count = 0
      override opened() {
        if (++CountingConnection.count > 50) this.socket.terminate()
      }
      override closed() {
        CountingConnection.count--
      }
    },
  },
  {
    id: 'garbage-ends-all-replies',
    fault: 'Behind garbage the message before it is answered once more.',
    killedBy: {
      'hostile/garbage-behind-message': ['duplicated'],
      'hostile/length-over-max': ['not-rejected'],
    },
    connection: class extends Connection {
      #last: Uint8Array | null = null
      override answer(message: Uint8Array) {
        this.#last = message
        super.answer(message)
      }
      override refuse() {
        if (this.#last) this.answer(this.#last)
        super.refuse()
      }
    },
  },
])
