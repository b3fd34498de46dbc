/** The bytes of a message are nobody's business, and their order is everybody's. */
import { allOf, defineCases, needs } from '../case.ts'
import { choppedBy, counting, letters, numbered, repeat, text } from './bytes.ts'
import { mustKeepUp } from './pace.ts'

export const integrity = defineCases([
  {
    id: 'integrity/all-byte-values',
    level: 'must',
    clauses: ['ALL-2'],
    sends: 'Every byte value from 0 to 255.',
    expects: 'The same bytes.',
    finds: 'Text conversions, escapes, and zero bytes taken for an end.',
    async run(trial) {
      const dialogue = await trial.openProven()
      const all = counting(256)
      await dialogue.merge(dialogue.owing(all.subarray(0, 128)))
      await dialogue.replies()
      await dialogue.merge(dialogue.owing(all.subarray(128)))
      await dialogue.replies()
    },
  },
  {
    id: 'integrity/random-megabyte',
    level: 'must',
    clauses: ['ALL-2'],
    sends: 'A mebibyte of random bytes.',
    expects: 'The same bytes.',
    finds: 'Rare byte patterns that are changed, and pieces that are swapped or repeated.',
    async run(trial) {
      const dialogue = await trial.openProven()
      await dialogue.send(dialogue.owing(trial.random.bytes(trial.atMost(1_048_576))), true)
      await dialogue.replies()
    },
  },
  {
    id: 'integrity/utf8-cut-inside-character',
    level: 'must',
    clauses: ['ALL-1', 'ALL-2'],
    sends: 'UTF-8 text, cut between reads inside its characters.',
    expects: 'The same bytes, without U+FFFD.',
    finds: 'Reads decoded to text before they are put together.',
    async run(trial) {
      const dialogue = await trial.openProven()
      await dialogue.split(choppedBy(dialogue.owing(text('héllo 電影 😀 wörld')), () => 1))
      await dialogue.replies()
    },
  },
  {
    id: 'integrity/invalid-utf8',
    level: 'must',
    clauses: ['ALL-2'],
    sends: 'Bytes that are no UTF-8.',
    expects: 'The same bytes.',
    finds: 'Messages that went through a text type on the way.',
    async run(trial) {
      const dialogue = await trial.openProven()
      const bytes = Uint8Array.of(0xff, 0xfe, 0xc3, 0x28, 0xed, 0xa0, 0x80, 0xf8, 0x80)
      await dialogue.merge(dialogue.owing(bytes))
      await dialogue.replies()
    },
  },
  {
    id: 'integrity/sequence-numbers',
    level: 'must',
    clauses: ['ALL-1', 'ALL-2'],
    sends: 'Ten thousand numbered messages in writes of random size.',
    expects: 'Ten thousand replies: none missing, none twice, in order.',
    finds: 'One lost, doubled or overtaken message in thousands.',
    async run(trial) {
      const dialogue = await trial.openProven()
      await mustKeepUp(trial, dialogue, 10_000)
      const stream = dialogue.owing(...repeat(10_000, (i) => numbered(i, 8)))
      for (const chunk of choppedBy(stream, () => trial.random.between(1, 20_000))) {
        await dialogue.send(chunk, true)
      }
      await dialogue.replies()
    },
  },
  {
    id: 'integrity/large-and-small-in-turn',
    level: 'must',
    clauses: ['ALL-2', 'ALL-8'],
    sends: 'Large and small messages in turn, as fast as they go.',
    expects: 'All replies in the order of the requests.',
    finds: 'Small replies that overtake large ones.',
    async run(trial) {
      const dialogue = await trial.openProven()
      const large = trial.atMost(200_000)
      const messages = repeat(40, (i) => (i % 2 ? numbered(i, 8) : letters(large, 'ABCDE'[i % 5])))
      await dialogue.send(dialogue.owing(...messages), true)
      await dialogue.replies()
    },
  },
  {
    id: 'integrity/identical-frames',
    level: 'must',
    clauses: ['ALL-2'],
    sends: 'Five times the same message.',
    expects: 'Five replies.',
    finds: 'Repeated messages taken for one.',
    async run(trial) {
      const dialogue = await trial.openProven()
      await dialogue.merge(dialogue.owing(...repeat(5, () => text('same again'))))
      await dialogue.replies()
    },
  },
  {
    id: 'integrity/many-in-flight',
    level: 'must',
    clauses: ['ALL-2'],
    sends: 'Sixty-four different messages in flight on each of four connections.',
    expects: 'Each connection gets its own replies, in order.',
    finds: 'Replies mixed up between requests or connections.',
    async run(trial) {
      const dialogues = await Promise.all(repeat4(() => trial.openProven()))
      for (const [index, dialogue] of dialogues.entries()) {
        const messages = repeat(64, (i) => text(`connection ${index} message ${i}`))
        await dialogue.send(dialogue.owing(...messages))
      }
      for (const dialogue of dialogues) await dialogue.replies()
    },
  },
  {
    id: 'integrity/runs-of-special-bytes',
    level: 'must',
    clauses: ['ALL-2'],
    sends: 'Runs of NUL, of FF, of CR LF and of each byte that framings use as a mark.',
    expects: 'The same bytes.',
    finds: 'Escapes, trimming and padding inside a message.',
    async run(trial) {
      const dialogue = await trial.openProven()
      for (const run of [
        '\0\0\0\0',
        '\r\n\r\n',
        '    ',
        '\xc0\xdb\xdc\xdd',
        '\x00\x01\x00',
        ',,::',
      ]) {
        const message = Uint8Array.from(run, (letter) => letter.charCodeAt(0))
        await dialogue.merge(dialogue.owing(message))
        await dialogue.replies()
      }
      await dialogue.merge(dialogue.owing(new Uint8Array(200).fill(0xff)))
      await dialogue.replies()
    },
  },
  {
    id: 'integrity/buffer-not-reused',
    level: 'must',
    clauses: ['ALL-2'],
    sends:
      'A message in two reads, the second into the same memory, with other messages behind it.',
    expects: 'The first half of the first message is still what it was.',
    finds: 'Messages that point into a buffer which the next read overwrites.',
    unsupported: allOf(needs.framing, needs.messageBytes(255)),
    async run(trial) {
      const dialogue = await trial.openProven()
      const size = trial.atMost(6_000)
      const first = dialogue.owing(letters(size, 'A'))
      const rest = dialogue.owing(letters(size, 'B'), letters(size, 'C'))
      const cut = first.length - 100
      await dialogue.split([first.subarray(0, cut)])
      await dialogue.merge(Buffer.concat([first.subarray(cut), rest]))
      await dialogue.replies()
    },
  },
])

const repeat4 = <T>(make: () => T): T[] => [make(), make(), make(), make()]
