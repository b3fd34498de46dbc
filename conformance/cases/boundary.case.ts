/** Where one message ends and the next begins, however the bytes were cut. */
import { allOf, defineCases, needs } from '../case.ts'
import { HELLO } from '../trial.ts'
import { chopped, counting, cutAt, letters, repeat, text } from './bytes.ts'

const WORLD = text('world')
const THIRD = text('third message')

export const boundary = defineCases([
  {
    id: 'boundary/one-frame',
    level: 'must',
    clauses: ['ALL-2'],
    sends: 'One message in one write.',
    expects: 'Its reply, once, byte for byte.',
    finds: 'The crudest mistakes: wrong length, wrong byte order, an adapter that does not fit.',
    async run(trial) {
      const dialogue = await trial.open()
      await dialogue.merge(dialogue.owing(HELLO))
      await dialogue.replies()
      dialogue.finish()
      await dialogue.repliesAndEnd()
    },
  },
  {
    id: 'boundary/nothing-sent',
    level: 'must',
    clauses: ['ALL-6'],
    sends: 'A connection, then the end of the stream.',
    expects: 'No reply; the connection is closed.',
    finds: 'Servers that answer the end of a stream as if it were an empty message.',
    async run(trial) {
      const dialogue = await trial.open()
      dialogue.finish()
      await dialogue.repliesAndEnd()
    },
  },
  {
    id: 'boundary/two-frames-one-write',
    level: 'must',
    clauses: ['ALL-1', 'ALL-2'],
    sends: 'Two messages that arrive together: the server is stopped while both are written.',
    expects: 'Two replies, in order.',
    finds: 'One recv taken for one message: the most common mistake of all.',
    async run(trial) {
      const dialogue = await trial.openProven()
      await dialogue.merge(dialogue.owing(HELLO, WORLD))
      await dialogue.replies()
    },
  },
  {
    id: 'boundary/three-sizes-one-write',
    level: 'must',
    clauses: ['ALL-1', 'ALL-2'],
    sends: 'A small, a large and a small message that arrive together.',
    expects: 'Three replies, in order.',
    finds: 'Loops that stop after one large message.',
    async run(trial) {
      const dialogue = await trial.openProven()
      const large = counting(trial.atMost(32_768))
      await dialogue.merge(dialogue.owing(text('x'), large, text('y')))
      await dialogue.replies()
    },
  },
  {
    id: 'boundary/thousand-tiny-frames',
    level: 'must',
    clauses: ['ALL-1', 'ALL-2'],
    sends: 'A thousand messages of one byte that arrive together.',
    expects: 'A thousand replies, in order.',
    finds: 'One message decoded per readable event; the rest waits for an event that never comes.',
    async run(trial) {
      const dialogue = await trial.openProven()
      // Fewer where headers are long: all of it has to fit into the receive queue at once.
      const count = Math.min(1_000, Math.floor(50_000 / trial.frame(text('x')).length))
      await dialogue.merge(dialogue.owing(...repeat(count, (i) => Uint8Array.of(i & 0xff))))
      await dialogue.replies()
    },
  },
  {
    id: 'boundary/every-byte-apart',
    level: 'must',
    clauses: ['ALL-1'],
    sends: 'One message, byte after byte, each only when the one before was read.',
    expects: 'One reply.',
    finds: 'A header or a body read with one recv and taken for whole.',
    async run(trial) {
      const dialogue = await trial.openProven()
      await dialogue.split(chopped(dialogue.owing(HELLO), 1))
      await dialogue.replies()
      await trial.exchange(dialogue)
    },
  },
  {
    id: 'boundary/header-split-anywhere',
    level: 'must',
    clauses: ['ALL-1'],
    sends: 'One message for each place inside the header, cut there.',
    expects: 'One reply each.',
    finds: 'A header read with one recv and taken for whole.',
    unsupported: needs.framing,
    async run(trial) {
      const dialogue = await trial.openProven()
      const headerBytes = trial.framing.headerBytes(HELLO)
      for (let at = 1; at < headerBytes; at++) {
        await dialogue.split(cutAt(dialogue.owing(HELLO), at))
        await dialogue.replies()
      }
    },
  },
  {
    id: 'boundary/header-then-message',
    level: 'must',
    clauses: ['ALL-1'],
    sends: 'The header; when it was read, the message.',
    expects: 'One reply.',
    finds: 'Servers that expect header and message in one read.',
    unsupported: needs.framing,
    async run(trial) {
      const dialogue = await trial.openProven()
      await dialogue.split(cutAt(dialogue.owing(HELLO), trial.framing.headerBytes(HELLO)))
      await dialogue.replies()
    },
  },
  {
    id: 'boundary/message-split-anywhere',
    level: 'must',
    clauses: ['ALL-1'],
    sends: 'A message of nine bytes for each place inside it, cut there.',
    expects: 'One reply each.',
    finds: 'A body read with one recv and taken for whole.',
    async run(trial) {
      const dialogue = await trial.openProven()
      const message = text('ninebytes')
      const start = trial.framing.headerBytes(message)
      for (let at = 1; at < message.length; at++) {
        await dialogue.split(cutAt(dialogue.owing(message), start + at))
        await dialogue.replies()
      }
    },
  },
  {
    id: 'boundary/last-byte-apart',
    level: 'must',
    clauses: ['ALL-1', 'ALL-2'],
    sends: 'A frame without its last byte; when the server has read it and sleeps, the last byte.',
    expects: 'Nothing before the last byte, the reply after it.',
    finds: 'Lengths that are one short: the message is answered before it is complete.',
    async run(trial) {
      const dialogue = await trial.open()
      // Not what the exchange behind it sends: a second reply would pass for that one's.
      const frame = dialogue.owing(WORLD)
      await dialogue.split([frame.subarray(0, -1)])
      await dialogue.nothingYet()
      await dialogue.split([frame.subarray(-1)])
      await dialogue.replies()
      await trial.exchange(dialogue)
    },
  },
  {
    id: 'boundary/tail-and-whole-frame',
    level: 'must',
    clauses: ['ALL-1'],
    sends: 'Half a frame; then its other half and a whole frame together.',
    expects: 'Two replies, in order.',
    finds: 'Bytes behind the first complete message thrown away.',
    async run(trial) {
      const dialogue = await trial.openProven()
      const first = dialogue.owing(HELLO)
      const cut = first.length - 2
      await dialogue.split([first.subarray(0, cut)])
      await dialogue.merge(Buffer.concat([first.subarray(cut), dialogue.owing(WORLD)]))
      await dialogue.replies()
    },
  },
  {
    id: 'boundary/tail-and-header',
    level: 'must',
    clauses: ['ALL-1'],
    sends: 'Half a frame; its other half with the header of the next; then the next message.',
    expects: 'Two replies, in order.',
    finds: 'A header that was read together with a tail, and forgotten.',
    unsupported: needs.framing,
    async run(trial) {
      const dialogue = await trial.openProven()
      const first = dialogue.owing(HELLO)
      const second = dialogue.owing(WORLD)
      const cut = first.length - 2
      const body = trial.framing.headerBytes(WORLD)
      await dialogue.split([first.subarray(0, cut)])
      await dialogue.merge(Buffer.concat([first.subarray(cut), second.subarray(0, body)]))
      await dialogue.split([second.subarray(body)])
      await dialogue.replies()
    },
  },
  {
    id: 'boundary/tail-and-half-header',
    level: 'must',
    clauses: ['ALL-1'],
    sends: 'Half a frame; its other half with the first byte of the next header; then the rest.',
    expects: 'Two replies, in order.',
    finds: 'State of a half-read header that is not kept from one read to the next.',
    unsupported: needs.framing,
    async run(trial) {
      const dialogue = await trial.openProven()
      const first = dialogue.owing(HELLO)
      const second = dialogue.owing(THIRD)
      const cut = first.length - 2
      await dialogue.split([first.subarray(0, cut)])
      await dialogue.merge(Buffer.concat([first.subarray(cut), second.subarray(0, 1)]))
      await dialogue.split([second.subarray(1)])
      await dialogue.replies()
    },
  },
  {
    id: 'boundary/buffer-edges',
    level: 'must',
    clauses: ['ALL-1', 'ALL-2'],
    sends: 'Messages one byte below, at and above the usual sizes of receive buffers.',
    expects: 'Each comes back whole.',
    finds: 'Buffers that hold a message but not its header, or lose the byte at their edge.',
    async run(trial) {
      const dialogue = await trial.openProven()
      for (const buffer of [256, 512, 1_024, 2_048, 4_096, 8_192, 16_384, 65_536]) {
        const header = trial.framing.headerBytes(letters(1))
        for (const size of [
          buffer - header - 1,
          buffer - header,
          buffer - header + 1,
          buffer - 1,
          buffer,
          buffer + 1,
        ]) {
          if (size < 1 || size > trial.messageBytesMax) continue
          await dialogue.send(dialogue.owing(counting(size, size)), true)
          await dialogue.replies()
        }
      }
    },
  },
  {
    id: 'boundary/two-fill-the-buffer',
    level: 'must',
    clauses: ['ALL-1', 'ALL-2'],
    sends: 'Two frames that together are exactly a usual buffer size, then a third.',
    expects: 'Two replies before the third is sent, then its own.',
    finds: 'Servers that wait for more when a read filled their buffer exactly.',
    async run(trial) {
      const dialogue = await trial.openProven()
      const header = trial.framing.headerBytes(letters(100))
      for (const buffer of [1_024, 4_096, 8_192]) {
        const first = Math.min(buffer / 2 - header, trial.messageBytesMax)
        const second = buffer - trial.frame(letters(first)).length - header
        if (second > trial.messageBytesMax || second < 1) continue
        await dialogue.merge(dialogue.owing(letters(first), counting(second)))
        await dialogue.replies()
        await trial.exchange(dialogue)
      }
    },
  },
  {
    id: 'boundary/largest-message',
    level: 'must',
    clauses: ['ALL-4'],
    sends: 'A message of exactly the largest size, and one that is a byte shorter.',
    expects: 'Both come back.',
    finds: 'Limits that are off by one.',
    async run(trial) {
      const dialogue = await trial.openProven()
      for (const size of [trial.messageBytesMax - 1, trial.messageBytesMax]) {
        await dialogue.send(dialogue.owing(counting(size)), true)
        await dialogue.replies()
      }
    },
  },
  {
    id: 'boundary/message-like-frames',
    level: 'must',
    clauses: ['ALL-2'],
    sends: 'A message whose bytes are themselves two whole frames.',
    expects: 'One reply with those bytes.',
    finds: 'Servers that look for frames inside a message.',
    unsupported: allOf(needs.framing, needs.messageBytes(200)),
    async run(trial) {
      const dialogue = await trial.openProven()
      const inner = Buffer.concat([trial.frame(WORLD), trial.frame(THIRD)])
      await dialogue.merge(dialogue.owing(new Uint8Array(inner), HELLO))
      await dialogue.replies()
    },
  },
])
