/** Where does one reply end and the next begin? However the bytes arrive. */
import { AT_ONCE_BYTES_MAX } from '../../../harness/at-once.ts'
import { chopped, choppedBy, counting, cutAt, joined, numbered, repeat } from '../../cases/bytes.ts'
import { defineClientCases, needs } from '../client-case.ts'
import type { ClientTrial } from '../client-trial.ts'
import { FIRST, HELLO, requests, SECOND, THIRD, WORLD } from './messages.ts'

const KIB = 1024
const PROBE = new Uint8Array(9)

/** Two replies whose bytes, cut at `at(first frame)`, arrive in two portions. */
async function tailAnd(trial: ClientTrial, cuts: (first: number, second: number) => number[]) {
  const visit = await trial.visit([HELLO, WORLD])
  await visit.heard()
  const first = trial.frame(FIRST)
  const second = trial.frame(SECOND)
  const chunks = cutAt(visit.owing(FIRST, SECOND), ...cuts(first.length, second.length))
  for (const chunk of chunks) await visit.atOnce(chunk)
  await visit.succeeds()
}

export const boundary = defineClientCases([
  {
    id: 'client/one-reply',
    level: 'must',
    clauses: ['ALL-2'],
    sends: 'One reply to one request, other than the request.',
    expects: 'The reply is printed, and the client ends with status 0.',
    finds: 'Clients that do not speak the framing at all, or print what they sent.',
    async run(trial) {
      const visit = await trial.visit([HELLO])
      await visit.heard()
      await visit.send(visit.owing(FIRST))
      await visit.succeeds()
    },
  },
  {
    id: 'client/three-in-turn',
    level: 'must',
    clauses: ['ALL-2'],
    sends: 'Three replies, each when its request has come.',
    expects: 'Three lines, in order.',
    finds: 'State of one exchange that is left over in the next.',
    async run(trial) {
      const visit = await trial.visit(requests(3))
      for (const [index, reply] of [FIRST, SECOND, THIRD].entries()) {
        await visit.heardAll(index + 1)
        await visit.send(visit.owing(reply))
      }
      await visit.succeeds()
    },
  },
  {
    id: 'client/two-replies-one-write',
    level: 'must',
    clauses: ['ALL-1', 'ALL-2'],
    sends: 'Two replies that arrive together, in one segment.',
    expects: 'Two lines, in order.',
    finds: 'One recv taken for one reply: the most common mistake of all.',
    async run(trial) {
      const visit = await trial.visit([HELLO, WORLD])
      await visit.heard()
      await visit.atOnce(visit.owing(FIRST, SECOND))
      await visit.succeeds()
    },
  },
  {
    id: 'client/many-replies-one-write',
    level: 'must',
    clauses: ['ALL-1', 'ALL-2'],
    sends: 'As many small replies as fit into one segment, up to five hundred.',
    expects: 'A line for each, in order.',
    finds: 'Decoders that take one frame, or a few, from each read.',
    unsupported: ({ framing }) =>
      framing.frame(framing.adapt(numbered(1))).length * 3 <= AT_ONCE_BYTES_MAX
        ? null
        : 'three frames do not fit into one segment',
    async run(trial) {
      const each = trial.frame(numbered(1)).length
      const count = Math.min(500, Math.floor((0.9 * AT_ONCE_BYTES_MAX) / each))
      const visit = await trial.visit(requests(count))
      await visit.heard()
      await visit.atOnce(visit.owing(...repeat(count, (index) => counting(4, index))))
      await visit.succeeds()
    },
  },
  {
    id: 'client/sizes-together',
    level: 'must',
    clauses: ['ALL-1', 'ALL-2'],
    sends: 'Replies of 1, 4,096 and 1 bytes in one segment.',
    expects: 'Three lines, in order.',
    finds: 'What is left of a read behind a long reply, thrown away.',
    async run(trial) {
      const visit = await trial.visit(requests(3))
      await visit.heard()
      const long = counting(trial.atMost(4 * KIB))
      await visit.atOnce(visit.owing(numbered(0x41, 1), long, numbered(0x42, 1)))
      await visit.succeeds()
    },
  },
  {
    id: 'client/header-chopped',
    level: 'must',
    clauses: ['ALL-1'],
    sends: 'Replies whose header arrives in two pieces, cut at each place in turn.',
    expects: 'A line for each.',
    finds: 'A header read with one recv and taken for whole.',
    unsupported: needs.header,
    async run(trial) {
      const places = Math.min(24, trial.framing.headerBytes(trial.framing.adapt(PROBE)) - 1)
      const visit = await trial.visit(requests(places))
      for (let place = 1; place <= places; place++) {
        await visit.heardAll(place)
        const frame = visit.owing(counting(9, place))
        await visit.split(cutAt(frame, place))
      }
      await visit.succeeds()
    },
  },
  {
    id: 'client/message-chopped',
    level: 'must',
    clauses: ['ALL-1'],
    sends: 'Replies whose message arrives in two pieces, cut at each place in turn.',
    expects: 'A line for each.',
    finds: 'A message read with one recv and taken for whole.',
    unsupported: needs.cut,
    async run(trial) {
      const sample = trial.frame(counting(9, 1))
      const header = trial.framing.headerBytes(trial.framing.adapt(PROBE))
      const places = Math.min(12, sample.length - header - 1)
      const visit = await trial.visit(requests(places))
      for (let place = 1; place <= places; place++) {
        await visit.heardAll(place)
        await visit.split(cutAt(visit.owing(counting(9, place)), header + place))
      }
      await visit.succeeds()
    },
  },
  {
    id: 'client/header-then-message',
    level: 'must',
    clauses: ['ALL-1'],
    sends: 'A reply whose message comes only when its header has been read.',
    expects: 'One line.',
    finds: 'Header and message expected in one read.',
    unsupported: needs.lead,
    async run(trial) {
      const visit = await trial.visit([HELLO])
      await visit.heard()
      const header = trial.framing.headerBytes(trial.framing.adapt(FIRST))
      await visit.split(cutAt(visit.owing(FIRST), header))
      await visit.succeeds()
    },
  },
  {
    id: 'client/every-byte-apart',
    level: 'must',
    clauses: ['ALL-1'],
    sends: 'Two replies, one byte at a time, each only when the one before has been read.',
    expects: 'Two lines.',
    finds: 'Every assumption about what one recv returns.',
    async run(trial) {
      const visit = await trial.visit([HELLO, WORLD])
      await visit.heard()
      await visit.split(chopped(visit.owing(FIRST, SECOND).subarray(0, 4 * KIB), 1))
      await visit.send(joined(trial.frame(FIRST), trial.frame(SECOND)).subarray(4 * KIB))
      await visit.succeeds()
    },
  },
  {
    id: 'client/last-byte-alone',
    level: 'must',
    clauses: ['ALL-2'],
    sends: 'A reply without its last byte; that comes when the client sleeps.',
    expects: 'Nothing is printed before it, one line after.',
    finds: 'Replies that are printed before they are whole.',
    unsupported: needs.cut,
    async run(trial) {
      const visit = await trial.visit([HELLO])
      await visit.heard()
      const frame = trial.frame(FIRST)
      await visit.split([frame.subarray(0, -1)])
      await visit.nothingYet()
      await visit.split([visit.owing(FIRST).subarray(-1)])
      await visit.succeeds()
    },
  },
  {
    id: 'client/tail-and-whole',
    level: 'must',
    clauses: ['ALL-1'],
    sends: 'A first reply without its last byte; then that byte and a whole second reply at once.',
    expects: 'Two lines.',
    finds: 'Buffers emptied behind the first frame that completes.',
    unsupported: needs.cut,
    run: (trial) => tailAnd(trial, (first) => [first - 1]),
  },
  {
    id: 'client/tail-and-half-header',
    level: 'must',
    clauses: ['ALL-1'],
    sends: 'A reply and half the header of the next at once, then the rest.',
    expects: 'Two lines.',
    finds: 'A header that has begun in the same read as the end of a reply.',
    unsupported: needs.header,
    run: (trial) =>
      tailAnd(trial, (first) => {
        const header = trial.framing.headerBytes(trial.framing.adapt(SECOND))
        return [first - 1, first + Math.ceil(header / 2)]
      }),
  },
  {
    id: 'client/tail-and-header',
    level: 'must',
    clauses: ['ALL-1'],
    sends: 'A reply and the header of the next at once, then the message.',
    expects: 'Two lines.',
    finds: 'A header that is forgotten between two reads.',
    unsupported: needs.lead,
    run: (trial) =>
      tailAnd(trial, (first) => [
        first - 1,
        first + trial.framing.headerBytes(trial.framing.adapt(SECOND)),
      ]),
  },
  {
    id: 'client/chop-sizes',
    level: 'must',
    clauses: ['ALL-1'],
    sends: 'Forty replies of 0 to 300 bytes, cut at random places.',
    expects: 'Forty lines, in order.',
    finds: 'What no other cut finds.',
    async run(trial) {
      const { random } = trial
      const least = trial.framing.carriesEmpty ? 0 : 1
      const replies = repeat(40, (index) =>
        counting(random.between(least, trial.atMost(300)), index),
      )
      const visit = await trial.visit(requests(40))
      await visit.heard()
      const bytes = visit.owing(...replies)
      await visit.split(choppedBy(bytes, () => random.between(1, Math.ceil(bytes.length / 60))))
      await visit.succeeds()
    },
  },
])
