/** Replies of every length: none, all, and around the edges of headers and buffers. */
import { counting, repeat } from '../../cases/bytes.ts'
import { defineClientCases, needs } from '../client-case.ts'
import {
  FIRST,
  HELLO,
  lengthsUpTo,
  requests,
  SECOND,
  THIRD,
  WIDTH_EDGES,
  WORLD,
} from './messages.ts'

const KIB = 1024
const MIB = KIB * KIB

export const sizes = defineClientCases([
  {
    id: 'client/empty-reply',
    level: 'must',
    clauses: ['ALL-3'],
    sends: 'An empty reply.',
    expects: 'An empty line.',
    finds: 'A length of zero taken for the end, or skipped.',
    unsupported: needs.empty,
    async run(trial) {
      const visit = await trial.visit([HELLO])
      await visit.heard()
      await visit.send(visit.owing(new Uint8Array()))
      await visit.succeeds()
    },
  },
  {
    id: 'client/empty-reply-between',
    level: 'must',
    clauses: ['ALL-1', 'ALL-3'],
    sends: 'Three replies in one segment, the one in the middle empty.',
    expects: 'Three lines, the one in the middle empty.',
    finds: 'Loops that stop at a length of zero.',
    unsupported: needs.empty,
    async run(trial) {
      const visit = await trial.visit(requests(3))
      await visit.heard()
      await visit.atOnce(visit.owing(FIRST, new Uint8Array(), THIRD))
      await visit.succeeds()
    },
  },
  {
    id: 'client/run-of-empty-replies',
    level: 'must',
    clauses: ['ALL-3'],
    sends: 'Fifty empty replies in one segment.',
    expects: 'Fifty empty lines.',
    finds: 'Empty replies that are counted once.',
    unsupported: needs.empty,
    async run(trial) {
      const visit = await trial.visit(requests(50))
      await visit.heard()
      await visit.atOnce(visit.owing(...repeat(50, () => new Uint8Array())))
      await visit.succeeds()
    },
  },
  {
    id: 'client/width-edges',
    level: 'must',
    clauses: ['ALL-1', 'ALL-2'],
    sends: 'Replies around each length whose header changes: 127, 128, 255, 256, 65,535 and more.',
    expects: 'A line for each.',
    finds: 'Lengths in the wrong byte order, in too few bytes, or off by one.',
    unsupported: needs.anyLength,
    async run(trial) {
      const lengths = lengthsUpTo(trial.messageBytesMax, WIDTH_EDGES)
      const visit = await trial.visit(requests(lengths.length))
      for (const [index, length] of lengths.entries()) {
        await visit.heardAll(index + 1)
        await visit.send(visit.owing(counting(length, index)))
      }
      await visit.succeeds()
    },
  },
  {
    id: 'client/buffer-edges',
    level: 'must',
    clauses: ['ALL-1'],
    sends: 'Replies around the usual sizes of buffers, their frames too: 1,024, 4,096 and more.',
    expects: 'A line for each.',
    finds: 'Replies that end exactly where a buffer does.',
    unsupported: needs.anyLength,
    async run(trial) {
      const sizes = [KIB, 4 * KIB, 8 * KIB, 64 * KIB]
      const around = sizes.flatMap((size) => {
        const header = trial.framing.headerBytes(counting(size))
        return [size - header, size - 1, size, size + 1]
      })
      const lengths = lengthsUpTo(trial.messageBytesMax, around)
      const visit = await trial.visit(requests(lengths.length))
      for (const [index, length] of lengths.entries()) {
        await visit.heardAll(index + 1)
        await visit.send(visit.owing(counting(length, index)))
      }
      await visit.succeeds()
    },
  },
  {
    id: 'client/large-reply',
    level: 'must',
    clauses: ['ALL-1', 'ALL-2'],
    sends: 'A reply of 1 MiB, or the largest there is, and a small one behind it.',
    expects: 'Two lines.',
    finds: 'Replies longer than one recv, cut at the size of a buffer.',
    async run(trial) {
      const visit = await trial.visit([HELLO, WORLD])
      await visit.heard()
      await visit.send(visit.owing(counting(trial.atMost(MIB)), SECOND))
      await visit.succeeds()
    },
  },
  {
    id: 'client/largest-reply',
    level: 'must',
    clauses: ['ALL-4'],
    sends: 'A reply of exactly the largest message.',
    expects: 'It is printed.',
    finds: 'Limits that are off by one.',
    unsupported: ({ messageBytesMax }) =>
      messageBytesMax <= 16 * MIB ? null : 'more than 16 MiB would take too long',
    async run(trial) {
      const visit = await trial.visit([HELLO])
      await visit.heard()
      await visit.send(visit.owing(counting(trial.messageBytesMax)))
      await visit.succeeds()
    },
  },
])
