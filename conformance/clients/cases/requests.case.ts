/** Does the client send what it was given: whole frames, in order, spelled right? */
import { counted, counting, repeat, text } from '../../cases/bytes.ts'
import { defineClientCases, needs } from '../client-case.ts'
import type { ClientTrial } from '../client-trial.ts'
import { FIRST, HELLO, lengthsUpTo, SECOND, WIDTH_EDGES } from './messages.ts'

const KIB = 1024
/** Little enough for clients of any kind. */
const LARGE_BYTES = 128 * KIB
/** More than the buffers of both ends hold where segments are narrow: about 700 KiB. */
const OVERFLOWING_BYTES = 1024 * KIB
/** A client's send buffer grows with the segments that its peer takes: these keep it small. */
const NARROW = { receiveBufferBytes: 4 * KIB, segmentBytesMax: 88 }

/** Each of these is sent, and answered in turn. */
async function sendsAll(trial: ClientTrial, wanted: readonly Uint8Array[]) {
  const visit = await trial.visit(wanted)
  for (const index of wanted.keys()) {
    await visit.heardAll(index + 1)
    await visit.send(visit.owing(text(`reply ${index + 1}`)))
  }
  await visit.succeeds()
}

export const ofRequests = defineClientCases([
  {
    id: 'client/request-widths',
    level: 'must',
    clauses: ['ALL-2'],
    sends: 'Replies to requests around each length whose header changes.',
    expects: 'Every request comes whole.',
    finds: 'Lengths written in the wrong byte order, in too few bytes, or off by one.',
    unsupported: needs.anyLength,
    run: (trial) =>
      sendsAll(
        trial,
        lengthsUpTo(trial.messageBytesMax, WIDTH_EDGES).map((length) => counting(length)),
      ),
  },
  {
    id: 'client/request-bytes',
    level: 'must',
    clauses: ['ALL-2'],
    sends: 'Replies to requests with all 256 bytes, line ends, and bytes that are no UTF-8.',
    expects: 'The same bytes come.',
    finds: 'Requests that are trimmed, or turned into text on the way.',
    run: (trial) =>
      sendsAll(trial, [
        counting(256),
        text('\r\n both ends \n'),
        text('\0\0'),
        Uint8Array.of(0xff, 0xfe, 0xe2, 0x82),
      ]),
  },
  {
    id: 'client/request-characters',
    level: 'must',
    clauses: ['ALL-2'],
    sends: 'A reply to a request of characters of two to four bytes.',
    expects: 'The length counts bytes.',
    finds: 'Lengths that count characters.',
    run: (trial) => sendsAll(trial, [text('grün 水 🙂'), HELLO]),
  },
  {
    id: 'client/empty-request',
    level: 'must',
    clauses: ['ALL-3'],
    sends: 'Replies to an empty request between two others.',
    expects: 'Three requests come, the one in the middle empty.',
    finds: 'Empty lines that are skipped, or taken for the end.',
    unsupported: needs.empty,
    run: (trial) => sendsAll(trial, [HELLO, new Uint8Array(), FIRST]),
  },
  {
    id: 'client/equal-requests',
    level: 'must',
    clauses: ['ALL-2'],
    sends: 'Replies to five requests that are all the same.',
    expects: 'Five requests come.',
    finds: 'Requests that are sent once for two.',
    run: (trial) =>
      sendsAll(
        trial,
        repeat(5, () => HELLO),
      ),
  },
  {
    id: 'client/requests-in-order',
    level: 'must',
    clauses: ['ALL-2'],
    sends: 'Replies to a hundred requests with their ordinals, short and long in turn.',
    expects: 'A hundred requests, in order.',
    finds: 'Short requests that overtake long ones.',
    run: (trial) =>
      sendsAll(
        trial,
        repeat(100, (index) => counted(index, trial.atMost(index % 2 ? 5 : 900))),
      ),
  },
  {
    id: 'client/large-request',
    level: 'must',
    clauses: ['ALL-2', 'ALL-8'],
    sends: 'A reply to a request of 128 KiB, or the largest there is, and to one behind it.',
    expects: 'Both requests come whole.',
    finds: 'Requests cut at the size of a buffer.',
    run: (trial) => sendsAll(trial, [counting(trial.atMost(LARGE_BYTES)), HELLO]),
  },
  {
    id: 'client/server-does-not-read',
    level: 'must',
    clauses: ['ALL-8'],
    sends: 'Nothing at first: a large request fills all buffers before the server begins to read.',
    expects: 'The request comes whole, and the one behind it.',
    finds: 'Writes that come up short, and are not gone on with.',
    unsupported: needs.messageBytes(OVERFLOWING_BYTES),
    async run(trial) {
      const wanted = [counting(OVERFLOWING_BYTES), HELLO]
      const visit = await trial.visit(wanted, NARROW)
      await visit.blocked()
      await visit.heardAll(1)
      await visit.send(visit.owing(FIRST))
      await visit.heardAll(2)
      await visit.send(visit.owing(SECOND))
      await visit.succeeds()
    },
  },
  {
    id: 'client/server-reads-slowly',
    level: 'must',
    clauses: ['ALL-8'],
    sends: 'Nothing at first: the server reads a large request a few bytes at a time.',
    expects: 'The request comes whole.',
    finds: 'Writes that are begun anew when they come up short a second time.',
    unsupported: needs.messageBytes(OVERFLOWING_BYTES),
    async run(trial) {
      const visit = await trial.visit([counting(OVERFLOWING_BYTES), HELLO], NARROW)
      await visit.blocked()
      await visit.sip(997)
      await visit.heardAll(1)
      await visit.send(visit.owing(FIRST))
      await visit.heardAll(2)
      await visit.send(visit.owing(SECOND))
      await visit.succeeds()
    },
  },
  {
    id: 'client/many-requests-unread',
    level: 'must',
    clauses: ['ALL-8'],
    sends: 'Nothing at first: six hundred requests, as far as the client sends them unanswered.',
    expects: 'All of them come, in order.',
    finds: 'Requests lost where the buffer was full.',
    async run(trial) {
      const bytes = trial.atMost(2 * KIB)
      const visit = await trial.visit(
        repeat(600, (index) => counted(index, bytes)),
        NARROW,
      )
      await visit.blocked()
      for (let index = 0; index < 600; index++) {
        await visit.heardAll(index + 1)
        await visit.send(visit.owing(text(`reply ${index}`)))
      }
      await visit.succeeds()
    },
  },
  {
    id: 'client/both-directions-full',
    level: 'should',
    clauses: ['ALL-9'],
    sends: 'Large replies to the first of many requests; nothing is read until they are taken.',
    expects: 'All replies are printed.',
    finds: 'Clients that read nothing until all is sent, against servers that do the same.',
    unsupported: needs.messageBytes(48 * KIB),
    async run(trial) {
      // More than the buffers of both ends grow to while one side does not read.
      const [asked, answered] = [trial.atMost(64 * KIB), trial.atMost(OVERFLOWING_BYTES)]
      const visit = await trial.visit(
        repeat(40, (index) => counted(index, asked)),
        NARROW,
      )
      for (let index = 0; index < 40; index++) {
        await visit.heardAll(index + 1)
        await visit.insist(visit.owing(counted(index, index < 10 ? answered : 8)))
      }
      await visit.succeeds()
    },
  },
])
