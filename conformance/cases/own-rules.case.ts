/** What each framing demands of its own spelling. */
import { defineCases } from '../case.ts'
import { HEADER_BLOCK_BYTES_MAX } from '../reference/content-length.ts'
import { leb128 } from '../reference/varint.ts'
import { HELLO } from '../trial.ts'
import { cutAt, hex, joined, letters, text } from './bytes.ts'
import { accepted, must, refused, refusedAtOnce, should, speaks } from './rules.ts'

const TWO_SPELLINGS = 'Two readers that take the same bytes for different messages.'
const JUST_COUNTED = 'A length read as the digits go, without a look at the other bytes.'

export const ownRules = defineCases([
  refusedAtOnce(
    must('varint/endless', 'VI-2', 'Varints read without an end.'),
    'Eleven bytes that all announce another.',
    () => new Uint8Array(11).fill(0x80),
  ),
  refused(should('varint/overlong', 'VI-3', TWO_SPELLINGS), 'A length of 5 in two bytes.', () =>
    joined(hex('85 00'), HELLO),
  ),
  refused(
    must('varint/beyond-exact', 'VI-4', 'Lengths rounded to a floating-point number.'),
    'A length of 2^53 + 1.',
    () => leb128(2n ** 53n + 1n),
  ),

  refused(must('netstring/leading-zero', 'NS-2', TWO_SPELLINGS), 'A length of 05.', () =>
    text('05:hello,'),
  ),
  refused(
    must('netstring/no-comma', 'NS-3', 'The byte behind the message skipped unseen.'),
    'A semicolon where the comma belongs.',
    () => text('5:hello;'),
  ),
  refused(must('netstring/no-digit', 'NS-2', JUST_COUNTED), 'A letter for a length.', () =>
    text('x:hello,'),
  ),
  refused(
    must('netstring/empty-length', 'NS-2', 'A missing length taken for zero.'),
    'A colon without a length.',
    () => text(':,'),
  ),
  refused(
    must('netstring/negative', 'NS-2', 'Signs that a number parser accepts.'),
    'A length of -1.',
    () => text('-1:,'),
  ),
  refused(
    must('netstring/plus-sign', 'NS-2', 'Signs that a number parser accepts.'),
    'A length of +5.',
    () => text('+5:hello,'),
  ),
  refused(
    must('netstring/space', 'NS-2', 'Spaces that a number parser skips.'),
    'A length behind a space.',
    () => text(' 5:hello,'),
  ),
  refusedAtOnce(
    must('netstring/digits-without-end', 'NS-4', 'A header without a limit.'),
    'Forty digits without a colon.',
    () => letters(40, '9'),
  ),

  accepted(
    must('content-length/case-and-spaces', 'CL-2', 'Header names compared as text.'),
    'Another spelling of the name, spaces, and other headers.',
    () => text('X-A: 1\r\ncontent-LENGTH: \t5 \r\n\r\nhello'),
  ),
  accepted(
    must('content-length/other-headers', 'CL-2', 'Servers that know only one header.'),
    'A content-type beside the length.',
    () =>
      text(
        'Content-Type: application/vscode-jsonrpc; charset=utf-8\r\nContent-Length: 5\r\n\r\nhello',
      ),
  ),
  accepted(
    must('content-length/name-inside-others', 'CL-2', 'Headers searched in the text.'),
    'The length, between headers whose names and values have its name in them.',
    () =>
      text(
        'X-Content-Length: 3\r\nX-Note: Content-Length: 2\r\nContent-Length: 5\r\nContent-Length-Hint: 4\r\n\r\nhello',
      ),
  ),
  refused(
    should('content-length/other-white-space', 'CL-4', 'Whatever a language takes for a space.'),
    'A length between a vertical tab and a form feed.',
    () => text('Content-Length: \v5\f\r\n\r\nhello'),
  ),
  refused(
    should('content-length/folded-line', 'CL-2', 'Lines that old rules of mail put together.'),
    'A header line that begins with a space, beside the length.',
    () => text('X-Note: one\r\n two\r\nContent-Length: 5\r\n\r\nhello'),
  ),
  refused(
    must('content-length/missing', 'CL-3', 'A missing length taken for zero.'),
    'A header block without a length.',
    () => text('X-Other: 1\r\n\r\n'),
  ),
  refused(
    must('content-length/negative', 'CL-4', 'Negative sizes used as sizes.'),
    'A length of -5.',
    () => text('Content-Length: -5\r\n\r\n'),
  ),
  refused(
    must('content-length/plus-sign', 'CL-4', 'Signs that a number parser accepts.'),
    'A length of +5.',
    () => text('Content-Length: +5\r\n\r\nhello'),
  ),
  refused(must('content-length/not-a-number', 'CL-4', JUST_COUNTED), 'A length of 5x.', () =>
    text('Content-Length: 5x\r\n\r\nhello'),
  ),
  refused(
    should('content-length/two-values', 'CL-3', 'Two readers that pick different ones: smuggling.'),
    'Two different lengths.',
    () => text('Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!'),
  ),
  refused(
    should('content-length/bare-line-feed', 'CL-1', TWO_SPELLINGS),
    'Lines that end in LF alone.',
    () => text('Content-Length: 5\n\nhello'),
  ),
  {
    ...must(
      'content-length/endless-header',
      'CL-5',
      'A header without a limit: memory for the asking.',
    ),
    sends: 'A header line of 256 KiB that does not end.',
    expects: 'The connection is ended, without waiting for more.',
    unsupported: speaks('content-length'),
    async run(trial) {
      const dialogue = await trial.openProven()
      await dialogue.send(joined(text('X-Long: '), letters(32 * HEADER_BLOCK_BYTES_MAX)), true)
      await dialogue.refused('A header block that is 32 times too long already')
    },
  },
  refused(
    should(
      'content-length/header-over-limit',
      'CL-5',
      'A limit that is looked at only while the end of the header has not come.',
    ),
    'A header block of just over 8 KiB, whole.',
    () =>
      joined(
        text('X-Long: '),
        letters(HEADER_BLOCK_BYTES_MAX),
        text('\r\nContent-Length: 5\r\n\r\nhello'),
      ),
  ),
  {
    ...must('content-length/header-cut-anywhere', 'CL-1', 'The empty line searched in one read.'),
    sends: 'A header block cut inside each CR LF.',
    expects: 'The reply to its message.',
    unsupported: speaks('content-length'),
    async run(trial) {
      const dialogue = await trial.openProven()
      const frame = trial.frame(HELLO)
      for (let back = 1; back <= 4; back++) {
        dialogue.owe(HELLO)
        await dialogue.split(cutAt(frame, frame.length - HELLO.length - back))
        await dialogue.replies()
      }
    },
  },

  refused(
    must('cobs/zero-inside-block', 'CB-2', 'A mark taken for data.'),
    'A block that says 2 bytes and has one.',
    () => hex('03 61 00'),
  ),
  refused(
    must('cobs/past-the-end', 'CB-2', 'A read behind the end of the frame.'),
    'A block that runs past its frame.',
    () => hex('05 61 62 00'),
  ),
  {
    ...must('cobs/block-edges', 'CB-1', 'Blocks that are one byte too long or too short.'),
    sends: 'Messages of 253, 254, 255 and 508 bytes without a zero, and with one at the edge.',
    expects: 'The same bytes.',
    unsupported: speaks('cobs'),
    async run(trial) {
      const dialogue = await trial.openProven()
      for (const length of [253, 254, 255, 508, 509]) {
        const message = letters(length)
        await dialogue.send(dialogue.owing(message, joined(message, Uint8Array.of(0))))
        await dialogue.replies()
      }
    },
  },

  refused(
    must('slip/bad-escape', 'SL-3', 'Escapes that mean nothing passed through.'),
    'An escape before another byte.',
    () => hex('c0 db 41 c0'),
  ),
  {
    ...must('slip/empty-packets', 'SL-2', 'Nothing between two marks taken for a message.'),
    sends: 'Marks without anything between them around a message.',
    expects: 'One reply.',
    unsupported: speaks('slip'),
    async run(trial) {
      const dialogue = await trial.openProven()
      await dialogue.send(joined(hex('c0 c0 c0'), dialogue.owing(HELLO), hex('c0 c0')))
      await dialogue.replies()
      await trial.exchange(dialogue)
    },
  },

  {
    ...must('line/carriage-return-kept', 'LN-2', 'CR LF translated to LF.'),
    sends: 'A line that ends in CR LF.',
    expects: 'The CR comes back with the message.',
    unsupported: speaks('line'),
    async run(trial) {
      const dialogue = await trial.openProven()
      await dialogue.merge(dialogue.owing(text('kept\r'), text('\r'), HELLO))
      await dialogue.replies()
    },
  },
  {
    ...must('delimiter/straddles-reads', 'DL-2', 'A mark searched in each read alone.'),
    sends: 'Messages whose delimiter is cut between two reads, at each of its bytes.',
    expects: 'Each comes back.',
    unsupported: speaks('delimiter'),
    async run(trial) {
      const dialogue = await trial.openProven()
      const frame = trial.frame(HELLO)
      for (let at = HELLO.length; at < frame.length; at++) {
        dialogue.owe(HELLO)
        await dialogue.split(cutAt(frame, at))
        await dialogue.replies()
      }
    },
  },
  {
    ...must('delimited/over-max', 'ALL-4', 'Lines without a limit: memory for the asking.'),
    sends: 'More bytes than the largest message has, without the mark that would end it.',
    expects: 'The connection is ended.',
    unsupported: ({ framing }) =>
      framing.family === 'delimited' ? null : 'only framings with a mark at the end have this',
    async run(trial) {
      const dialogue = await trial.openProven()
      await dialogue.send(letters(trial.messageBytesMax + 64))
      await dialogue.refused('A message over the limit')
    },
  },
])
