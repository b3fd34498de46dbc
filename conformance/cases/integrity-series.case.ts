/** Long series, many connections: what goes wrong only once in a while. */
import { allOf, defineCases, needs } from '../case.ts'
import { counted, counting, letters, numbered, repeat, text } from './bytes.ts'
import { mustKeepUp } from './pace.ts'

const MIB = 1_048_576
/** Counters of 16 bits have gone round by then. */
const LONG_SERIES = 66_000

export const integritySeries = defineCases([
  {
    id: 'integrity/beyond-65536-messages',
    level: 'must',
    clauses: ['ALL-2'],
    sends: '66,000 numbered messages on one connection, as fast as they go.',
    expects: '66,000 replies: none missing, none twice, in order.',
    finds: 'Counters of 16 bits, tables that fill up, one lost message in thousands.',
    unsupported: needs.framing,
    async run(trial) {
      const dialogue = await trial.openProven()
      await mustKeepUp(trial, dialogue, LONG_SERIES)
      const length = trial.atMost(8)
      await dialogue.send(dialogue.owing(...repeat(LONG_SERIES, (i) => numbered(i, length))), true)
      await dialogue.replies()
    },
  },
  {
    id: 'integrity/one-at-a-time',
    level: 'must',
    clauses: ['ALL-2'],
    sends: 'Four hundred different messages, each when the one before was answered.',
    expects: 'Each reply before the next message is sent.',
    finds: 'Replies that come one message late.',
    async run(trial) {
      const dialogue = await trial.openProven()
      for (let i = 0; i < 400; i++) {
        await dialogue.send(dialogue.owing(text(`message ${i}`)))
        await dialogue.replies()
      }
    },
  },
  {
    id: 'integrity/three-hundred-connections-in-turn',
    level: 'must',
    clauses: ['ALL-2', 'ALL-5'],
    sends: 'A message on each of three hundred connections, opened and closed one after the other.',
    expects: 'Each gets its reply.',
    finds: 'Tables of connections that fill up, and numbers that wrap at 256.',
    unsupported: needs.manyConnections,
    async run(trial) {
      for (let i = 0; i < 300; i++) {
        const dialogue = await trial.open()
        await dialogue.send(dialogue.owing(text(`connection ${i}`)))
        await dialogue.replies()
        dialogue.peer.close()
      }
    },
  },
  {
    id: 'integrity/sixty-four-connections-at-once',
    level: 'must',
    clauses: ['ALL-2', 'ALL-5'],
    sends: 'Twenty different messages in flight on each of sixty-four connections.',
    expects: 'Each connection gets its own replies, in order.',
    finds: 'Replies that go to another connection when there are many.',
    unsupported: needs.framing,
    async run(trial) {
      const dialogues = []
      for (let i = 0; i < 64; i++) dialogues.push(await trial.open())
      for (const [index, dialogue] of dialogues.entries()) {
        const messages = repeat(20, (i) => text(`connection ${index}, message ${i}`))
        await dialogue.send(dialogue.owing(...messages))
      }
      for (const dialogue of dialogues) await dialogue.replies()
    },
  },
  {
    id: 'integrity/large-on-several-connections',
    level: 'must',
    clauses: ['ALL-2', 'ALL-8'],
    sends: 'Large messages on six connections, in pieces of 20,000 bytes in turn.',
    expects: 'Each connection gets its own bytes back.',
    finds: 'Buffers that are shared, or lent to two connections at once.',
    unsupported: allOf(needs.framing, needs.messageBytes(65_535)),
    async run(trial) {
      const size = trial.atMost(300_000)
      const dialogues = []
      for (let i = 0; i < 6; i++) dialogues.push(await trial.openProven())
      const frames = dialogues.map((dialogue, i) => dialogue.owing(letters(size, 'ABCDEF'[i])))
      for (let at = 0; at < frames[0]!.length; at += 20_000) {
        for (const [i, dialogue] of dialogues.entries()) {
          await dialogue.send(frames[i]!.subarray(at, at + 20_000), true)
        }
      }
      for (const dialogue of dialogues) await dialogue.replies()
    },
  },
  {
    id: 'integrity/later-traffic-changes-nothing',
    level: 'must',
    clauses: ['ALL-2'],
    sends: 'A message whose reply is left unread, then two hundred more, then all are read.',
    expects: 'The first reply is still what it was.',
    finds: 'Replies that point into memory which later messages use again.',
    unsupported: allOf(needs.framing, needs.messageBytes(255)),
    async run(trial) {
      const dialogue = await trial.openProven()
      const size = trial.atMost(2_000)
      await dialogue.split([dialogue.owing(letters(size, 'K'))])
      for (let i = 0; i < 20; i++) {
        await dialogue.split([dialogue.owing(...repeat(10, (j) => counted(10 * i + j, size)))])
      }
      await dialogue.replies()
    },
  },
  {
    id: 'integrity/sixty-four-mebibytes',
    level: 'must',
    clauses: ['ALL-2', 'ALL-8'],
    sends: '64 MiB on one connection in messages of up to 1 MiB, while replies are read.',
    expects: 'Every byte, in order.',
    finds: 'Counters, buffers and blocks that fail only after many bytes.',
    unsupported: allOf(needs.framing, needs.messageBytes(65_535), needs.longReplies),
    async run(trial) {
      const dialogue = await trial.openProven()
      const size = trial.atMost(MIB)
      const each = Math.floor((8 * MIB) / size)
      for (let round = 0; round < 8; round++) {
        const messages = repeat(each, (i) => counted(round * each + i, size))
        await dialogue.send(dialogue.owing(...messages), true)
        await dialogue.replies()
      }
    },
  },
  {
    id: 'integrity/byte-values-in-every-place',
    level: 'must',
    clauses: ['ALL-2'],
    sends: 'Two hundred and fifty-six messages of up to 1,000 bytes, each of one byte value alone.',
    expects: 'The same bytes.',
    finds: 'A single byte value that is changed, dropped, doubled or taken for a mark.',
    unsupported: needs.framing,
    async run(trial) {
      const dialogue = await trial.openProven()
      const length = trial.atMost(1_000)
      const alone = (value: number) => new Uint8Array(length).fill(value)
      await dialogue.send(dialogue.owing(...repeat(256, alone)), true)
      await dialogue.replies()
      await dialogue.send(dialogue.owing(counting(length)), true)
      await dialogue.replies()
    },
  },
])
