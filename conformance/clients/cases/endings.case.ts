/** The stream breaks: what was whole is printed, what was not is not, and the status says so. */
import { counting, joined } from '../../cases/bytes.ts'
import { type ClientCase, defineClientCases, needs } from '../client-case.ts'
import type { ClientTrial } from '../client-trial.ts'
import type { Visit } from '../visit.ts'
import { FIRST, HELLO, requests, SECOND, THIRD, WORLD } from './messages.ts'

const KIB = 1024
const NARROW = { receiveBufferBytes: 4 * KIB, segmentBytesMax: 536 }

type How = 'fin' | 'rst'

const HOW_WORDS = { fin: 'closes the connection', rst: 'resets the connection' } as const

function end(visit: Visit, how: How): void {
  if (how === 'fin') visit.finish()
  else visit.reset()
}

interface Place {
  id: string
  clauses: readonly string[]
  where: string
  finds: string
  unsupported?: ClientCase['unsupported']
  /** Bytes of the reply that come before the end. */
  bytes(trial: ClientTrial): number
}

const headerOf = (trial: ClientTrial) => trial.framing.headerBytes(trial.framing.adapt(FIRST))

const PLACES: readonly Place[] = [
  {
    id: 'before-reply',
    clauses: ['ALL-6'],
    where: 'before the first byte of a reply that is due',
    finds: 'An end in place of a reply, taken for a reply or for success.',
    bytes: () => 0,
  },
  {
    id: 'inside-header',
    clauses: ['ALL-6'],
    where: 'inside the header of a reply',
    finds: 'Part of a header taken for a header, or for a clean end.',
    unsupported: needs.header,
    bytes: (trial) => headerOf(trial) - 1,
  },
  {
    id: 'behind-header',
    clauses: ['ALL-6'],
    where: 'between the header and the message of a reply',
    finds: 'A message of which nothing came, printed as an empty one.',
    unsupported: needs.lead,
    bytes: headerOf,
  },
  {
    id: 'inside-message',
    clauses: ['ALL-6'],
    where: 'in the middle of the message of a reply',
    finds: 'The part of a message that came, printed as a message.',
    unsupported: needs.cut,
    bytes: (trial) => {
      const whole = trial.frame(FIRST).length
      return Math.max(1, Math.floor((headerOf(trial) + whole) / 2))
    },
  },
  {
    id: 'before-last-byte',
    clauses: ['ALL-6'],
    where: 'before the last byte of a reply',
    finds: 'Lengths compared with one byte too few; marks that are not waited for.',
    unsupported: needs.cut,
    bytes: (trial) => trial.frame(FIRST).length - 1,
  },
]

/** A reply is cut off at one of these places. */
const cutOff = (place: Place, how: How): ClientCase => ({
  id: `client/${how === 'fin' ? 'closed' : 'reset'}-${place.id}`,
  level: 'must',
  clauses: place.clauses,
  sends: `A server that ${HOW_WORDS[how]} ${place.where}.`,
  expects: 'Nothing is printed, and the client does not end with status 0.',
  finds: place.finds,
  unsupported: (client) => place.unsupported?.(client) ?? null,
  async run(trial) {
    const visit = await trial.visit([HELLO])
    await visit.heard()
    await visit.split([trial.frame(FIRST).subarray(0, place.bytes(trial))])
    end(visit, how)
    await visit.fails(`The server ${HOW_WORDS[how]} ${place.where}`)
  },
})

/** One reply comes whole; the end comes where another is due. */
const betweenReplies = (how: How): ClientCase => ({
  id: `client/${how === 'fin' ? 'closed' : 'reset'}-between-replies`,
  level: 'must',
  clauses: ['ALL-6'],
  sends: `One reply of two; then the server ${HOW_WORDS[how]}.`,
  expects: 'No second reply is printed, and the client does not end with status 0.',
  finds: 'A stream that ends on a frame boundary taken for success with replies missing.',
  async run(trial) {
    const visit = await trial.visit([HELLO, WORLD])
    await visit.heard()
    await visit.split([visit.owing(FIRST)])
    end(visit, how)
    await visit.fails('The stream ended with one reply of two')
  },
})

const atOnce = (how: How): ClientCase => ({
  id: `client/${how === 'fin' ? 'closed' : 'reset'}-at-once`,
  level: 'must',
  clauses: ['ALL-6'],
  sends: `A server that ${HOW_WORDS[how]} as soon as it has taken it.`,
  expects: 'Nothing is printed, and the client does not end with status 0.',
  finds: 'Errors of the first write or read that nobody looks at.',
  async run(trial) {
    const visit = await trial.visit([HELLO, WORLD])
    end(visit, how)
    await visit.fails('The connection ended before a reply came')
  },
})

export const endings = defineClientCases([
  ...PLACES.map((place) => cutOff(place, 'fin')),
  betweenReplies('fin'),
  atOnce('fin'),
  ...PLACES.map((place) => cutOff(place, 'rst')),
  betweenReplies('rst'),
  atOnce('rst'),
  {
    id: 'client/closed-inside-large-reply',
    level: 'must',
    clauses: ['ALL-6'],
    sends: 'Three quarters of a reply of 256 KiB; then the server closes the connection.',
    expects: 'Nothing of it is printed, and the client does not end with status 0.',
    finds: 'What came of a long message, printed because some of it came.',
    unsupported: needs.messageBytes(4),
    async run(trial) {
      const visit = await trial.visit([HELLO])
      await visit.heard()
      const frame = trial.frame(counting(trial.atMost(256 * KIB)))
      await visit.send(frame.subarray(0, Math.ceil(frame.length * 0.75)))
      await visit.drained()
      visit.finish()
      await visit.fails('The stream ended inside a long reply')
    },
  },
  {
    id: 'client/replies-then-torn-reply',
    level: 'must',
    clauses: ['ALL-5', 'ALL-6'],
    sends: 'Two whole replies and part of a third in one segment, and the end with them.',
    expects: 'No more than two lines, and the client does not end with status 0.',
    finds: 'What is left in the buffer at the end, printed as a last message.',
    unsupported: needs.cut,
    async run(trial) {
      const visit = await trial.visit(requests(3))
      await visit.heard()
      const torn = trial.frame(THIRD).subarray(0, -1)
      await visit.atOnce(joined(visit.owing(FIRST, SECOND), torn), true)
      await visit.fails('The stream ended inside the third reply')
    },
  },
  {
    id: 'client/last-reply-with-end',
    level: 'must',
    clauses: ['ALL-2', 'ALL-6'],
    sends: 'The last reply and the end of the stream in the same segment.',
    expects: 'Every reply is printed, and the client ends with status 0.',
    finds: 'Replies that are thrown away because the end came with them.',
    async run(trial) {
      const visit = await trial.visit([HELLO, WORLD])
      await visit.heard()
      await visit.atOnce(visit.owing(FIRST, SECOND), true)
      await visit.succeeds()
    },
  },
  {
    id: 'client/end-behind-last-reply',
    level: 'must',
    clauses: ['ALL-6'],
    sends: 'Every reply; when they have been read, the server closes the connection.',
    expects: 'Every reply is printed, and the client ends with status 0.',
    finds: 'A clean end taken for an error.',
    async run(trial) {
      const visit = await trial.visit([HELLO, WORLD])
      await visit.heard()
      await visit.split([visit.owing(FIRST, SECOND)])
      visit.finish()
      await visit.succeeds()
    },
  },
  {
    id: 'client/reset-while-sending',
    level: 'must',
    clauses: ['ALL-8'],
    sends: 'Nothing: a large request fills all buffers, then the server resets the connection.',
    expects: 'Nothing is printed, and the client does not end with status 0.',
    finds: 'Errors of a write that is under way; signals that end the program.',
    unsupported: needs.messageBytes(48 * KIB),
    async run(trial) {
      const visit = await trial.visit([counting(trial.atMost(128 * KIB)), HELLO], NARROW)
      await visit.blocked()
      visit.reset()
      await visit.fails('The connection was reset while it sent')
    },
  },
  {
    id: 'client/refused',
    level: 'must',
    clauses: ['ALL-6'],
    sends: 'Nothing: nobody listens on the port.',
    expects: 'Nothing is printed, and the client does not end with status 0.',
    finds: 'Connections that are not looked at before they are used.',
    run: (trial) => trial.turnAway([HELLO], 'The connection was refused'),
  },
  {
    id: 'client/whole-replies-count',
    level: 'should',
    clauses: ['ALL-2', 'ALL-6'],
    sends: 'Two replies and half of a third; then the server closes the connection.',
    expects: 'Two lines: what came whole is printed although the stream broke later.',
    finds: 'Replies that are kept until the end, and lost with it.',
    unsupported: needs.cut,
    async run(trial) {
      const visit = await trial.visit(requests(3))
      await visit.heard()
      await visit.split([visit.owing(FIRST), visit.owing(SECOND)])
      await visit.split([trial.frame(THIRD).subarray(0, -1)])
      visit.finish()
      await visit.fails('The stream ended inside the third reply')
      visit.mustHavePrintedAll()
    },
  },
  {
    id: 'client/says-what-broke',
    level: 'should',
    clauses: ['ALL-6'],
    sends: 'Half of a reply; then the server closes the connection.',
    expects: 'A word about it on standard error.',
    finds: 'Failures that nobody is told about.',
    unsupported: needs.cut,
    async run(trial) {
      const visit = await trial.visit([HELLO])
      await visit.heard()
      await visit.split([trial.frame(FIRST).subarray(0, -1)])
      visit.finish()
      await visit.fails('The stream ended inside the reply')
      visit.mustHaveSaidWhy()
    },
  },
])
