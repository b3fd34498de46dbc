/** Faults that only clients have: in how they end, and in what they print. */
import { Connection } from '../connection.ts'
import { clientOf } from './client.ts'
import type { ClientMutant } from './mutant.ts'

const Right = clientOf(Connection)
const IMPATIENT_MS = 400
const PLACES = ['inside-header', 'behind-header', 'inside-message', 'before-last-byte']

/** Killed wherever the stream ends in this way. */
const ends = (how: 'closed' | 'reset'): ClientMutant['killedBy'] =>
  Object.fromEntries(
    ['before-reply', ...PLACES, 'between-replies'].map((place) => [
      `client/${how}-${place}`,
      ['exit-code'] as const,
    ]),
  )

const ofReplies: readonly ClientMutant[] = [
  {
    id: 'prints-requests',
    fault: 'Prints what it sent when a reply comes.',
    killedBy: { 'client/one-reply': ['corrupted'] },
    client: class extends Right {
      override frame() {
        return super.frame(this.requests[this.printed] ?? new Uint8Array())
      }
    },
  },
  {
    id: 'stops-after-first',
    fault: 'Ends when the first reply has come.',
    killedBy: {
      'client/three-in-turn': ['lost-messages'],
      'client/equal-replies': ['lost-messages'],
    },
    client: class extends Right {
      override print(line: Uint8Array) {
        super.print(line)
        this.complete()
      }
    },
  },
  {
    id: 'prints-early',
    fault: 'Prints a reply when its last byte but one has come.',
    killedBy: { 'client/last-byte-alone': ['delivered-early'] },
    client: class extends Right {
      override look() {
        const held = this.end - this.start
        if (held > 4 && held === 3 + this.lengthAt(this.start)) {
          super.print(Buffer.from('00\n'))
        }
        return super.look()
      }
    },
  },
  {
    id: 'hands-long-ones-behind',
    fault: 'Prints long replies when a short one has overtaken them.',
    killedBy: { 'client/order-kept': ['reordered'] },
    client: class extends Right {
      held: Uint8Array[] = []
      override answer(message: Uint8Array) {
        if (message.length > 1_000) return void this.held.push(message)
        super.answer(message)
        for (const late of this.held.splice(0)) super.answer(late)
      }
    },
  },
  {
    id: 'gives-up-soon',
    fault: 'Takes silence within a reply for its end.',
    killedBy: { 'client/late-reply': ['rejected'] },
    client: class extends Right {
      timer: Timer | undefined
      override data(chunk: Uint8Array) {
        clearTimeout(this.timer)
        this.timer = setTimeout(() => this.fail('no more bytes'), IMPATIENT_MS)
        super.data(chunk)
      }
    },
  },
  {
    id: 'prints-all-that-comes',
    fault: 'Prints replies that nobody asked for, too.',
    killedBy: { 'client/reply-for-nobody': ['duplicated', 'extra-bytes'] },
    client: class extends Right {
      override complete() {
        setImmediate(() => super.complete())
      }
    },
  },
  {
    id: 'throws-away-what-came-early',
    fault: 'What comes before its request has been sent is thrown away.',
    killedBy: { 'client/reply-before-request': ['hung', 'lost-messages'] },
    client: class extends Right {
      isReady = false
      override sendAll() {
        setTimeout(() => {
          this.isReady = true
          super.sendAll()
        }, IMPATIENT_MS)
      }
      override data(chunk: Uint8Array) {
        if (this.isReady) super.data(chunk)
      }
    },
  },
]

const ofEndings: readonly ClientMutant[] = [
  {
    id: 'end-is-success',
    fault: 'Ends with status 0 when the server closes, replies or not.',
    killedBy: { ...ends('closed'), 'client/closed-at-once': ['exit-code'] },
    client: class extends Right {
      override finish() {
        this.succeed()
      }
    },
  },
  {
    id: 'reset-is-success',
    fault: 'Ends with status 0 when the connection is reset.',
    killedBy: { ...ends('reset'), 'client/reset-while-sending': ['exit-code'] },
    client: class extends Right {
      override closed() {
        this.succeed()
      }
    },
  },
  {
    id: 'refusal-is-success',
    fault: 'Ends with status 0 when it cannot connect, and when anything else goes wrong.',
    killedBy: { 'client/refused': ['exit-code'], 'client/reset-at-once': ['exit-code'] },
    client: class extends Right {
      override fail(): never {
        return this.succeed()
      }
    },
  },
  {
    id: 'waits-for-the-close',
    fault: 'Ends only when the server closes.',
    killedBy: { 'client/ends-by-itself': ['hung'], 'client/no-request': ['hung'] },
    client: class extends Right {
      override complete() {
        this.done = true
      }
      override finish() {
        this.succeed()
      }
    },
  },
  {
    id: 'no-end-is-clean',
    fault: 'Waits a moment behind the last reply, and takes the end of the stream for an error.',
    killedBy: { 'client/end-behind-last-reply': ['exit-code'] },
    client: class extends Right {
      override complete() {
        setTimeout(() => this.succeed(), IMPATIENT_MS)
      }
    },
  },
  {
    id: 'prints-at-the-end',
    fault: 'Keeps replies until it has all of them.',
    killedBy: { 'client/whole-replies-count': ['lost-messages'] },
    client: class extends Right {
      lines: Uint8Array[] = []
      override print(line: Uint8Array) {
        this.lines.push(line)
      }
      override complete() {
        for (const line of this.lines) super.print(line)
        super.complete()
      }
    },
  },
  {
    id: 'fails-without-a-word',
    fault: 'Says nothing when it fails.',
    killedBy: { 'client/says-what-broke': ['exit-code'] },
    client: class extends Right {
      override fail(): never {
        process.exit(1)
      }
    },
  },
]

export const faults: readonly ClientMutant[] = [...ofReplies, ...ofEndings]
