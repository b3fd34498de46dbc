/** What headers of text, marks and stuffed bytes demand of their own spelling. */
import { defineCases, type SubjectTraits } from '../case.ts'
import { HEADER_BLOCK_BYTES_MAX } from '../reference/content-length.ts'
import { HELLO } from '../trial.ts'
import { counting, cutAt, hex, joined, letters, text } from './bytes.ts'
import { accepted, must, refused, should, speaks } from './rules.ts'
import { mustBeSpelled } from './spelling.ts'

const NUMBERS = 'Whatever a number parser takes for a number.'
const KIND_PARSERS = 'Two readers that take the same header for different ones: smuggling.'

const delimited = ({ framing }: SubjectTraits): string | null =>
  framing.family === 'delimited' ? null : 'only framings with a mark at the end have this'

/** A header block of so many bytes, the empty line included, for a message of five. */
const headerOf = (bytes: number): Uint8Array =>
  joined(
    text('X-Long: '),
    letters(bytes - text('X-Long: \r\nContent-Length: 5\r\n\r\n').length),
    text('\r\nContent-Length: 5\r\n\r\n'),
  )

export const ownTexts = defineCases([
  accepted(
    should('content-length/same-value-twice', 'CL-3', 'Agreeing headers refused.'),
    'The same length twice.',
    () => text('Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello'),
  ),
  accepted(
    should('content-length/longest-header', 'CL-5', 'Header limits that are off by one.'),
    'A header block of exactly 8,192 bytes.',
    () => joined(headerOf(HEADER_BLOCK_BYTES_MAX), HELLO),
  ),
  refused(must('content-length/empty-value', 'CL-4', NUMBERS), 'A length without digits.', () =>
    text('Content-Length: \r\n\r\n'),
  ),
  refused(must('content-length/list', 'CL-4', NUMBERS), 'A list of lengths: 5, 5.', () =>
    text('Content-Length: 5, 5\r\n\r\nhello'),
  ),
  refused(must('content-length/hexadecimal', 'CL-4', NUMBERS), 'A length of 0x5.', () =>
    text('Content-Length: 0x5\r\n\r\nhello'),
  ),
  refused(must('content-length/fraction', 'CL-4', NUMBERS), 'A length of 5.0.', () =>
    text('Content-Length: 5.0\r\n\r\nhello'),
  ),
  refused(
    should('content-length/space-before-colon', 'CL-2', KIND_PARSERS),
    'A space between name and colon.',
    () => text('Content-Length : 5\r\n\r\nhello'),
  ),
  refused(
    should('content-length/line-without-colon', 'CL-2', KIND_PARSERS),
    'A line that is no header beside the length.',
    () => text('Content-Length: 5\r\nno header\r\n\r\nhello'),
  ),
  {
    ...should('content-length/reply-is-plain', 'CL-6', 'Headers that nobody asked for.'),
    sends: 'A message with another spelling of its header.',
    expects: 'A reply whose header is `Content-Length: 5` and nothing else.',
    unsupported: speaks('content-length'),
    async run(trial) {
      const dialogue = await trial.open()
      dialogue.owe(HELLO)
      await dialogue.merge(text('X-A: 1\r\ncontent-length:5\r\n\r\nhello'))
      await mustBeSpelled(trial, dialogue, [HELLO])
    },
  },

  {
    ...must('line/empty-lines', 'LN-1', 'Empty lines skipped.'),
    sends: 'Three line feeds, a line, and two line feeds that arrive together.',
    expects: 'Three empty replies, the line, and one more empty reply.',
    unsupported: speaks('line'),
    async run(trial) {
      const dialogue = await trial.openProven()
      const empty = new Uint8Array(0)
      await dialogue.merge(dialogue.owing(empty, empty, empty, HELLO, empty))
      await dialogue.replies()
      await trial.exchange(dialogue)
    },
  },
  {
    ...must('line/other-breaks', 'LN-1', 'Lines split by a function that knows other breaks.'),
    sends: 'A line with VT, FF, FS, NEL, NUL, a CR in its middle and a paragraph separator in it.',
    expects: 'One reply.',
    unsupported: speaks('line'),
    async run(trial) {
      const dialogue = await trial.openProven()
      await dialogue.merge(dialogue.owing(text('a\vb\fc\x1cd\x85e\0f\rg\u2029h')))
      await dialogue.replies()
      await trial.exchange(dialogue)
    },
  },
  {
    ...must('line/unfinished-last-line', 'LN-3', 'The rest behind the last line feed delivered.'),
    sends: 'A line, and half of another with the end of the stream.',
    expects: 'One reply; the connection is closed.',
    unsupported: speaks('line'),
    async run(trial) {
      const dialogue = await trial.openProven()
      await dialogue.split([dialogue.owing(text('whole')), text('not whole')])
      dialogue.finish()
      await dialogue.endsWithoutPartial()
    },
  },
  {
    ...must(
      'delimiter/half-a-mark-inside',
      'DL-1',
      'A mark that is looked for without going back.',
    ),
    clauses: ['DL-1', 'DL-3'],
    sends: 'Messages with beginnings of the delimiter in them and at their end.',
    expects: 'Each comes back as one message.',
    unsupported: speaks('delimiter'),
    async run(trial) {
      const dialogue = await trial.openProven()
      const mark = trial.frame(new Uint8Array(0))
      const half = mark.subarray(0, Math.ceil(mark.length / 2))
      // One by one: echoed together, two messages stuck to each other would look the same.
      for (const message of [
        joined(half, HELLO),
        joined(HELLO, half, HELLO),
        joined(HELLO, half),
      ]) {
        await dialogue.merge(dialogue.owing(message))
        await dialogue.replies()
      }
    },
  },
  {
    ...must('delimited/limit-without-mark', 'DL-4', 'A limit that counts the mark as well.'),
    sends: 'A message of the largest size; when the server has read it, the mark that ends it.',
    expects: 'The reply.',
    unsupported: delimited,
    async run(trial) {
      const dialogue = await trial.openProven()
      const frame = dialogue.owing(letters(trial.messageBytesMax))
      await dialogue.send(frame.subarray(0, trial.messageBytesMax))
      await dialogue.split([frame.subarray(trial.messageBytesMax)])
      await dialogue.replies()
    },
  },

  {
    ...must('cobs/zeros', 'CB-1', 'Zeros that are lost, doubled, or written as they are.'),
    clauses: ['CB-1', 'CB-5'],
    sends: 'Messages of zeros alone, with zeros at both ends, and in every other place.',
    expects: 'The same bytes.',
    unsupported: speaks('cobs'),
    async run(trial) {
      const dialogue = await trial.openProven()
      const mixed = counting(600).map((byte, index) => (index % 2 ? byte : 0))
      const messages = [
        new Uint8Array(1),
        new Uint8Array(300),
        hex('00 61 00'),
        hex('61 00'),
        mixed,
      ]
      await dialogue.merge(dialogue.owing(...messages))
      await dialogue.replies()
      await trial.exchange(dialogue)
    },
  },
  {
    ...must('cobs/empty-block-behind-full', 'CB-3', 'The other right spelling of a full block.'),
    sends: 'A message of 254 bytes with an empty block behind its full one.',
    expects: 'The same 254 bytes.',
    unsupported: speaks('cobs'),
    async run(trial) {
      const dialogue = await trial.openProven()
      const message = letters(254)
      dialogue.owe(message)
      await dialogue.merge(joined(hex('ff'), message, hex('01 00')))
      await dialogue.replies()
    },
  },
  refused(
    must('cobs/no-block', 'CB-2', 'Nothing taken for an empty message.'),
    'A frame without a block.',
    () => hex('00'),
  ),
  {
    ...must('cobs/over-max', 'CB-4', 'Stuffed messages without a limit: memory for the asking.'),
    clauses: ['CB-4', 'ALL-4'],
    sends: 'Blocks without a zero that make up more than the largest message.',
    expects: 'The connection is ended.',
    unsupported: speaks('cobs'),
    async run(trial) {
      const dialogue = await trial.openProven()
      const stuffed = trial.frame(letters(trial.messageBytesMax + 2_000))
      await dialogue.send(stuffed.subarray(0, -1))
      await dialogue.refused('A message over the limit')
    },
  },

  {
    ...must('slip/escapes-everywhere', 'SL-1', 'Escapes that are written or read once too often.'),
    sends: 'Messages of END and ESC alone, of what they are escaped with, and of both in turn.',
    expects: 'The same bytes.',
    unsupported: speaks('slip'),
    async run(trial) {
      const dialogue = await trial.openProven()
      const messages = [hex('c0'), hex('db'), hex('dc dd'), hex('c0 db c0 db dc dd db'), HELLO]
      await dialogue.merge(dialogue.owing(...messages))
      await dialogue.replies()
      await trial.exchange(dialogue)
    },
  },
  {
    ...must('slip/escape-cut', 'SL-1', 'An escape whose second byte comes with the next read.'),
    sends: 'A message with an escape, cut between its two bytes.',
    expects: 'The reply.',
    unsupported: speaks('slip'),
    async run(trial) {
      const dialogue = await trial.openProven()
      for (const message of [hex('61 c0 62'), hex('61 db 62')]) {
        const frame = dialogue.owing(message)
        await dialogue.split(cutAt(frame, frame.indexOf(0xdb) + 1))
        await dialogue.replies()
      }
    },
  },
  {
    ...must('slip/one-mark-between', 'SL-2', 'A mark that may end a frame or begin one, not both.'),
    sends: 'Three messages with a single mark between them and none in front.',
    expects: 'Three replies.',
    unsupported: speaks('slip'),
    async run(trial) {
      const dialogue = await trial.openProven()
      for (const message of [HELLO, text('two'), text('three')]) dialogue.owe(message)
      await dialogue.merge(
        joined(HELLO, hex('c0'), text('two'), hex('c0'), text('three'), hex('c0')),
      )
      await dialogue.replies()
    },
  },
  {
    ...must('slip/ends-behind-mark', 'SL-4', 'The mark that begins a frame taken for half of one.'),
    clauses: ['SL-4', 'SL-5', 'ALL-6'],
    sends: 'A message, two marks, and the end of the stream.',
    expects: 'One reply, nothing for what is empty, and a clean end.',
    unsupported: speaks('slip'),
    async run(trial) {
      const dialogue = await trial.openProven()
      await dialogue.split([joined(dialogue.owing(HELLO), hex('c0 c0'))])
      dialogue.finish()
      await dialogue.repliesAndEnd()
    },
  },
  {
    ...must('slip/over-max', 'SL-4', 'Stuffed messages without a limit: memory for the asking.'),
    clauses: ['SL-4', 'ALL-4'],
    sends: 'More bytes than the largest message has, without the mark that would end it.',
    expects: 'The connection is ended.',
    unsupported: speaks('slip'),
    async run(trial) {
      const dialogue = await trial.openProven()
      await dialogue.send(joined(hex('c0'), letters(trial.messageBytesMax + 2_000)))
      await dialogue.refused('A message over the limit')
    },
  },
  {
    ...must('raw/one-read', 'RAW-1', 'A server that waits for more than it was sent.'),
    clauses: ['RAW-1', 'RAW-3'],
    sends: 'Two messages that arrive together, over a stream without framing.',
    expects: 'One reply to both: a read is a message, which is why raw keeps no boundaries.',
    unsupported: speaks('raw'),
    async run(trial) {
      const dialogue = await trial.openProven()
      dialogue.owe(joined(HELLO, text('world')))
      await dialogue.merge(text('helloworld'))
      await dialogue.replies()
    },
  },
  {
    ...must('raw/nothing-is-no-message', 'RAW-2', 'A read of nothing answered as a message.'),
    sends: 'One message, then the end of the stream.',
    expects: 'One reply, and no other for the read of nothing.',
    unsupported: speaks('raw'),
    async run(trial) {
      const dialogue = await trial.openProven()
      await dialogue.merge(dialogue.owing(HELLO))
      await dialogue.replies()
      dialogue.finish()
      await dialogue.repliesAndEnd()
    },
  },
])
