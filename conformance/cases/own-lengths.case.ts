/** What length prefixes, varint, netstring and fixed frames demand of their own spelling. */
import { allOf, defineCases, needs, type SubjectTraits } from '../case.ts'
import { HELLO } from '../trial.ts'
import { chopped, counted, counting, hex, joined, letters, repeat, text } from './bytes.ts'
import { must, refused, refusedAtOnce, should, speaks } from './rules.ts'
import { mustBeSpelled } from './spelling.ts'

const OTHER_NUMBERS = 'Numbers in a spelling that only some languages take for one.'
const WORLD = text('world')

const lengthPrefix = ({ framing }: SubjectTraits): string | null =>
  framing.family === 'length' ? null : 'only length prefixes have this'

const countsItself = ({ framing }: SubjectTraits): string | null =>
  framing.id.includes('length-includes-header') ? null : 'the length does not count its own bytes'

const generalForm = speaks('length-field')

export const ownLengths = defineCases([
  {
    ...must(
      'length/every-byte-of-the-field',
      'LP-1',
      'Bytes of the length that are not looked at.',
    ),
    clauses: ['LP-1', 'LF-1'],
    sends: 'Messages whose lengths differ in each byte of the field, one header after the other.',
    expects: 'Each comes back whole.',
    unsupported: allOf(lengthPrefix, needs.messageBytes(513)),
    async run(trial) {
      const dialogue = await trial.openProven()
      for (const length of [0x0102, 0x0201, 0x01_0203, 0x03_0201, 0x0f_00ff]) {
        if (length > trial.messageBytesMax) break
        await dialogue.send(dialogue.owing(counting(length, length), HELLO), true)
        await dialogue.replies()
      }
    },
  },
  {
    ...must(
      'length/largest-of-the-field',
      'LP-5',
      'The largest length that fits taken for too much.',
    ),
    clauses: ['LP-5', 'LF-5', 'ALL-10'],
    sends:
      'The longest message whose length fits into the field, behind one that is a byte shorter.',
    expects: 'Both come back: the reply’s length fits as well.',
    unsupported: allOf(lengthPrefix, ({ framing, messageBytesMax }) =>
      framing.messageBytesMax <= messageBytesMax && framing.messageBytesMax <= 65_535
        ? null
        : 'the limit is below what the field can say',
    ),
    async run(trial) {
      const dialogue = await trial.openProven()
      const most = trial.framing.messageBytesMax
      await dialogue.send(dialogue.owing(counting(most - 1), counting(most), HELLO), true)
      await dialogue.replies()
    },
  },
  {
    ...must('length/below-its-own-header', 'LP-4', 'A length that is smaller than its own header.'),
    clauses: ['LP-4', 'LF-2'],
    sends: 'Lengths that say the frame ends inside its own header.',
    expects: 'The connection is ended each time.',
    unsupported: allOf(lengthPrefix, (subject) =>
      subject.framing.announce(-1n) === null ? 'no length can say that' : countsItself(subject),
    ),
    async run(trial) {
      for (const beyond of [1n, 2n]) {
        const header = trial.framing.announce(-beyond)
        if (!header) continue
        const dialogue = await trial.openProven()
        await dialogue.send(joined(header, trial.frame(HELLO)))
        await dialogue.refused('A length that ends inside its own header')
      }
    },
  },
  {
    ...must('length-field/ends-inside-header', 'LF-2', 'Sizes that become negative by adjusting.'),
    sends: 'A length that makes the frame end before the bytes that are stripped.',
    expects: 'The connection is ended.',
    unsupported: allOf(generalForm, ({ framing }) =>
      framing.announce(-1n) === null ? 'no length can say that' : null,
    ),
    async run(trial) {
      const dialogue = await trial.openProven()
      await dialogue.send(joined(trial.framing.announce(-1n)!, trial.frame(HELLO)))
      await dialogue.refused('A frame that ends inside its own header')
    },
  },
  {
    ...must('length-field/limit-counts-message', 'LF-3', 'A limit that counts the header as well.'),
    clauses: ['LF-3', 'LF-1'],
    sends: 'A message of exactly the largest size.',
    expects: 'It comes back: what is stripped does not count.',
    unsupported: generalForm,
    async run(trial) {
      const dialogue = await trial.openProven()
      await dialogue.send(dialogue.owing(counting(trial.messageBytesMax)), true)
      await dialogue.replies()
    },
  },
  {
    ...should('length-field/zeros-around-length', 'LF-4', 'Header bytes that were never set.'),
    sends: 'Two messages of other lengths.',
    expects: 'Replies whose headers are zero but for the length.',
    unsupported: generalForm,
    async run(trial) {
      const dialogue = await trial.open()
      await dialogue.send(dialogue.owing(letters(200), letters(20)))
      await mustBeSpelled(trial, dialogue, [letters(200), letters(20)])
    },
  },

  {
    ...must('varint/width-edges', 'VI-1', 'Lengths of one byte, or of two, and no more.'),
    sends: 'Messages just below and above each length where a varint grows by a byte.',
    expects: 'Each comes back whole.',
    unsupported: speaks('varint'),
    async run(trial) {
      const dialogue = await trial.openProven()
      for (const edge of [2 ** 7, 2 ** 14, 2 ** 21]) {
        for (const length of [edge - 1, edge, edge + 1]) {
          if (length > trial.messageBytesMax) return
          await dialogue.send(dialogue.owing(counting(length, length)), true)
          await dialogue.replies()
        }
      }
    },
  },
  {
    ...must('varint/length-cut-anywhere', 'VI-1', 'A length of several bytes read with one recv.'),
    sends: 'Lengths of two and three bytes, cut between their bytes.',
    expects: 'The reply to each.',
    unsupported: speaks('varint'),
    async run(trial) {
      const dialogue = await trial.openProven()
      for (const length of [300, 20_000]) {
        const message = counting(length)
        const headerBytes = trial.framing.headerBytes(message)
        for (let at = 1; at < headerBytes; at++) {
          const frame = dialogue.owing(message)
          await dialogue.split([frame.subarray(0, at), frame.subarray(at)])
          await dialogue.replies()
        }
      }
    },
  },
  refused(
    must('varint/wraps-in-64-bits', 'VI-4', 'Bits beyond the 64th that fall off.'),
    'A length of 2^64 + 5 in ten bytes.',
    () => joined(hex('85 80 80 80 80 80 80 80 80 02'), HELLO),
  ),

  {
    ...must('netstring/comma-apart', 'NS-1', 'A message delivered before its comma was seen.'),
    clauses: ['NS-1', 'NS-3'],
    sends: 'A netstring without its comma; when the server has read it and sleeps, the comma.',
    expects: 'Nothing before the comma, the reply after it.',
    unsupported: speaks('netstring'),
    async run(trial) {
      const dialogue = await trial.openProven()
      const frame = dialogue.owing(WORLD)
      await dialogue.split([frame.subarray(0, -1)])
      await dialogue.nothingYet()
      await dialogue.split([frame.subarray(-1)])
      await dialogue.replies()
      await trial.exchange(dialogue)
    },
  },
  {
    ...must('netstring/length-cut-anywhere', 'NS-1', 'Digits read with one recv.'),
    sends: 'A length of four digits, cut between them and before its colon.',
    expects: 'The reply to each.',
    unsupported: speaks('netstring'),
    async run(trial) {
      const dialogue = await trial.openProven()
      for (let at = 1; at <= 4; at++) {
        const frame = dialogue.owing(counted(at, 1_234))
        await dialogue.split([frame.subarray(0, at), frame.subarray(at)])
        await dialogue.replies()
      }
    },
  },
  refused(must('netstring/zeros-for-zero', 'NS-2', OTHER_NUMBERS), 'A length of 00.', () =>
    text('00:,'),
  ),
  refused(must('netstring/hexadecimal', 'NS-2', OTHER_NUMBERS), 'A length of 0x5.', () =>
    text('0x5:hello,'),
  ),
  refused(must('netstring/space-behind', 'NS-2', OTHER_NUMBERS), 'A space behind the digits.', () =>
    text('5 :hello,'),
  ),
  refused(
    must('netstring/line-feed-behind', 'NS-1', 'White space between frames that is skipped.'),
    'A line feed behind the comma.',
    () => text('\n5:hello,'),
  ),
  refusedAtOnce(
    must('netstring/over-max-before-colon', 'NS-4', 'Digits collected until a colon comes.'),
    'Fifteen digits, without a colon.',
    () => letters(15, '9'),
  ),

  {
    ...must('fixed/cut-anywhere', 'FX-1', 'What one read returns taken for a frame.'),
    sends: 'Two and a half frames together, then the other half.',
    expects: 'Three replies.',
    unsupported: speaks('fixed'),
    async run(trial) {
      const dialogue = await trial.openProven()
      const size = trial.messageBytesMax
      const frames = dialogue.owing(...repeat(3, (i) => counted(i, size)))
      const cut = Math.floor(2.5 * size)
      await dialogue.merge(frames.subarray(0, cut))
      await dialogue.split([frames.subarray(cut)])
      await dialogue.replies()
    },
  },
  {
    ...must('fixed/padding-kept', 'FX-2', 'Bytes at the end taken for padding and cut off.'),
    sends: 'Frames of zeros, of spaces and of line feeds alone.',
    expects: 'The same bytes.',
    unsupported: speaks('fixed'),
    async run(trial) {
      const dialogue = await trial.openProven()
      const size = trial.messageBytesMax
      const frames = [new Uint8Array(size), letters(size, ' '), letters(size, '\n')]
      await dialogue.merge(dialogue.owing(...frames))
      await dialogue.replies()
      await trial.exchange(dialogue)
    },
  },
  {
    ...must('fixed/cut-off', 'FX-3', 'Half a frame delivered at the end of the stream.'),
    sends: 'A frame byte by byte and half of another, then the end of the stream.',
    expects: 'One reply; the half is never answered.',
    unsupported: speaks('fixed'),
    async run(trial) {
      const dialogue = await trial.openProven()
      await dialogue.split(chopped(dialogue.owing(HELLO), Math.ceil(trial.messageBytesMax / 3)))
      await dialogue.split([trial.frame(HELLO).subarray(0, -1)])
      dialogue.finish()
      await dialogue.endsWithoutPartial()
    },
  },
])
