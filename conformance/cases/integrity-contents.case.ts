/** Messages that mean something to programs: a server that only carries them changes nothing. */
import { defineCases, needs } from '../case.ts'
import { chopped, counting, hex, joined, text } from './bytes.ts'

const BYTE_ORDER_MARK = hex('ef bb bf')

/** Each is changed, shortened or obeyed by something that is in everyday use. */
const TELLING: readonly Uint8Array[] = [
  // Byte-order marks: decoders take them off without a word.
  joined(BYTE_ORDER_MARK, text('hi')),
  BYTE_ORDER_MARK,
  joined(text('a'), BYTE_ORDER_MARK, text('b')),
  hex('ff fe 68 00 69 00'),
  hex('fe ff 00 68 00 69'),
  // The same letter in one code point and in two, and letters that fold into others.
  text('\u00e9 e\u0301 \u2126 \ufb01 \u0130 \u00df'),
  text('a\u200bb\u00adc\u2028d\u00a0e'),
  // White space and ends of lines, in front, behind, and on their own.
  text(' \t both sides \t '),
  text('behind\r'),
  text('\r\n'),
  text('a\r\n\r\nb\rc\nd\r\n'),
  text('\0zero first, zero last\0'),
  // Marks of other protocols.
  text('a\r\n.\r\nb\r\n..c'),
  hex('ff fd 06 ff ff 11 13 04 1a 1b 5b 33 31 6d 08 7f'),
  text('-----BEGIN X-----'),
  // Text that is another way to write something else.
  text('a+b%20c%41%zz'),
  text('\\n \\\\ \\u0041 \\x41 \\0'),
  text('&amp; &lt;b&gt; &#65; <!-- -->'),
  text('$HOME $(id) `id` %s%n {0} {{x}}'),
  text('aGVsbG8='),
  text('=E9=\r\nquoted'),
  // Values that are written otherwise once they have been read.
  text('{ "b": 1.0, "a": [ ] , "a": "\\u0041" }'),
  text('0012'),
  text('1e3'),
  text('-0'),
  text('null'),
  text('"quoted"'),
  // Words that some servers obey.
  text('quit'),
  text('exit'),
  text('ping'),
  text('PING'),
  text('close'),
  text('shutdown'),
]

/** Pairs of bytes that programs put together, or take apart. */
const CUT_APART: readonly Uint8Array[] = [
  text('a\r\nb\r\n\r\nc\r'),
  text('\\n %41 "" .. &amp;'),
  hex('ff ff 00 00 db dc c0 c0 ef bb bf 7d 5d'),
]

const ALIKE_BYTES = 3_000

export const integrityContents = defineCases([
  {
    id: 'integrity/telling-contents',
    level: 'must',
    clauses: ['ALL-2'],
    sends: 'Byte-order marks, JSON, escapes, commands: what programs like to read and write anew.',
    expects: 'The same bytes.',
    finds: 'A byte-order mark that a decoder takes off, text that is normalised, words obeyed.',
    async run(trial) {
      const dialogue = await trial.openProven()
      for (const message of TELLING) {
        await dialogue.send(dialogue.owing(message))
        await dialogue.replies()
      }
      await trial.exchange(dialogue)
    },
  },
  {
    id: 'integrity/marks-cut-apart',
    level: 'must',
    clauses: ['ALL-1', 'ALL-2'],
    sends:
      'Messages of line ends, doubled marks and escapes, every byte of them in a read of its own.',
    expects: 'The same bytes.',
    finds: 'Reads that are rewritten as text before they are put together: CR LF, doubled bytes.',
    unsupported: needs.framing,
    async run(trial) {
      const dialogue = await trial.openProven()
      for (const message of CUT_APART) {
        await dialogue.split(chopped(dialogue.owing(message), 1))
        await dialogue.replies()
      }
    },
  },
  {
    id: 'integrity/alike-but-for-one-byte',
    level: 'must',
    clauses: ['ALL-2'],
    sends: 'Messages that differ in one byte alone: the first, the last, or one in between.',
    expects: 'Each comes back with its own byte.',
    finds: 'Messages recognised by a part of them: their length, their ends, a short checksum.',
    unsupported: needs.framing,
    async run(trial) {
      const dialogue = await trial.openProven()
      const length = trial.atMost(ALIKE_BYTES)
      const places = [0, 1, 0.25, 0.5, 0.75].map((part) => Math.round(part * (length - 1)))
      const messages = [counting(length)]
      for (const place of places) {
        const message = counting(length)
        message[place]! ^= 0x01
        messages.push(message)
      }
      await dialogue.send(dialogue.owing(...messages), true)
      await dialogue.replies()
    },
  },
  {
    id: 'integrity/three-connections-in-turn',
    level: 'must',
    clauses: ['ALL-2', 'ALL-5'],
    sends: 'A hundred messages on each of three connections in turn, one at a time.',
    expects: 'Each reply on its own connection, before the next message is sent.',
    finds: 'A reply that once in a while goes to another client.',
    unsupported: needs.framing,
    async run(trial) {
      const dialogues = [await trial.open(), await trial.open(), await trial.open()]
      for (let i = 0; i < 100; i++) {
        for (const [index, dialogue] of dialogues.entries()) {
          await dialogue.send(dialogue.owing(text(`connection ${index} message ${i}`)))
          await dialogue.replies()
        }
      }
    },
  },
])
