/** Values of JSON headers at the edges of what is one, and how a reply's header is spelled. */
import { defineCases, needs } from '../case.ts'
import { headerFrame, md5 } from '../reference/json-header.ts'
import { HELLO } from '../trial.ts'
import { chopped, joined, text } from './bytes.ts'
import { accepted, must, refusedHeader, should } from './json-rules.ts'
import { mustBeSpelled } from './spelling.ts'

const KIND_NUMBERS = 'Numbers in a spelling that was never meant.'
const KIND_PARSERS = 'Parsers that are too kind.'
const NOT_AN_OBJECT = 'Headers that are not objects.'
const DIGESTS = 'Digests that are looked at only when they look like one.'

/** Objects and arrays in turn, so deep. */
const nested = (depth: number): string =>
  `${'{"x":['.repeat(depth / 2)}${']}'.repeat(depth / 2)}`.replace('[]', '[0]')

export const jsonSpelling = defineCases([
  refusedHeader(
    must('control-character', 'JH-2', KIND_PARSERS),
    'A header with a line feed inside a string.',
    () => '{"note":"two\nlines","total_size":5}',
  ),
  accepted(
    must('nested-in-unknown-key', 'JH-6', 'Nesting limits that nobody declared.'),
    'A header with an unknown key whose value is nested 200 deep.',
    () => `{"x":${nested(200)},"total_size":5}`,
  ),
  accepted(
    should('nested-very-deep', 'JH-6', 'Recursive parsers.'),
    'A header with an unknown key whose value is nested 600 deep.',
    () => `{"x":${nested(600)},"total_size":5}`,
  ),
  accepted(
    must('names-in-values', 'JH-6', 'Keys searched in the text.'),
    'A header with strings that look like keys, quotes and braces in it.',
    () => '{"x":"\\"total_size\\":9,}{","y":"total_size","total_size":5,"z":"}"}',
  ),
  accepted(
    should('agreeing-sizes', 'JH-3', 'Agreeing values refused.'),
    'A header with total_size twice, both 5.',
    () => '{"total_size":5,"total_size":5}',
  ),
  {
    ...must('long-header-in-pieces', 'JH-1', 'Headers read with one recv, or into a small buffer.'),
    sends: 'A header of 60,000 bytes in pieces of 7,000.',
    expects: 'The reply to its message.',
    unsupported: needs.jsonHeader,
    async run(trial) {
      const dialogue = await trial.openProven()
      dialogue.owe(HELLO)
      const frame = joined(headerFrame('{"total_size":5}'.padStart(60_000)), HELLO)
      await dialogue.split(chopped(frame, 7_000))
      await dialogue.replies()
    },
  },
  {
    ...must('header-apart-from-length', 'JH-1', 'Length and header expected in one read.'),
    sends: 'The header’s length; then the header; then the message; each when the server has read.',
    expects: 'The reply to its message, and to one more.',
    unsupported: needs.jsonHeader,
    async run(trial) {
      const dialogue = await trial.openProven()
      const frame = dialogue.owing(HELLO)
      const body = trial.framing.headerBytes(HELLO)
      await dialogue.split([frame.subarray(0, 4), frame.subarray(4, body), frame.subarray(body)])
      await dialogue.replies()
      await trial.exchange(dialogue)
    },
  },
  {
    ...should('reply-is-compact', 'JH-7', 'Replies whose headers differ from run to run.'),
    sends: 'A message with spaces in its header.',
    expects: 'A reply whose header is compact, md5 before total_size.',
    unsupported: needs.jsonHeader,
    async run(trial) {
      const dialogue = await trial.open()
      dialogue.owe(HELLO)
      await dialogue.merge(joined(headerFrame('{ "total_size" : 5 }'), HELLO))
      await mustBeSpelled(trial, dialogue, [HELLO])
    },
  },

  refusedHeader(must('number', 'JH-2', NOT_AN_OBJECT), 'A header that is a number.', () => '5'),
  refusedHeader(
    must('string', 'JH-2', NOT_AN_OBJECT),
    'A header that is a string.',
    () => '"total_size"',
  ),
  refusedHeader(must('boolean', 'JH-2', NOT_AN_OBJECT), 'A header that is true.', () => 'true'),
  refusedHeader(
    must('two-objects', 'JH-2', 'What stands behind the object is not looked at.'),
    'A header of two objects.',
    () => '{"total_size":5}{"total_size":5}',
  ),
  refusedHeader(
    must('cut-short', 'JH-2', KIND_PARSERS),
    'A header without its closing brace.',
    () => '{"total_size":5',
  ),
  refusedHeader(
    must('single-quotes', 'JH-2', KIND_PARSERS),
    'A header in single quotes.',
    () => "{'total_size':5}",
  ),
  refusedHeader(
    must('comment', 'JH-2', KIND_PARSERS),
    'A header with a comment.',
    () => '{"total_size":5/* five */}',
  ),
  refusedHeader(
    must('nul-behind', 'JH-2', 'Headers that end at a NUL.'),
    'A header with a NUL behind its object.',
    () => '{"total_size":5}\0',
  ),
  refusedHeader(
    must('only-spaces', 'JH-2', 'An empty header taken for an empty object.'),
    'A header of spaces alone.',
    () => '    ',
  ),
  refusedHeader(
    must('header-in-utf16', 'JH-2', 'Parsers that guess the encoding.'),
    'A header in UTF-16.',
    () => new Uint8Array(Buffer.from('{"total_size":5}', 'utf16le')),
  ),

  refusedHeader(
    must('size-nested-alone', 'JH-3', 'A nested key of the same name taken for the outer one.'),
    'A header whose only total_size is nested.',
    () => '{"x":{"total_size":5}}',
  ),
  refusedHeader(
    must('size-in-capitals', 'JH-3', 'Keys compared without regard to case.'),
    'A header with TOTAL_SIZE.',
    () => '{"TOTAL_SIZE":5}',
  ),
  refusedHeader(
    must('size-null', 'JH-3', 'null taken for 0.'),
    'A total_size that is null.',
    () => '{"total_size":null}',
  ),
  refusedHeader(
    must('size-array', 'JH-3', 'An array taken for its only element.'),
    'A total_size that is [5].',
    () => '{"total_size":[5]}',
  ),
  refusedHeader(
    must('size-object', 'JH-3', 'Whatever is there taken for a size.'),
    'A total_size that is {}.',
    () => '{"total_size":{}}',
  ),
  refusedHeader(
    must('size-leading-zero', 'JH-3', KIND_NUMBERS),
    'A total_size of 05.',
    () => '{"total_size":05}',
  ),
  refusedHeader(
    must('size-hexadecimal', 'JH-3', KIND_NUMBERS),
    'A total_size of 0x5.',
    () => '{"total_size":0x5}',
  ),
  refusedHeader(
    should('size-exponent', 'JH-3', KIND_NUMBERS),
    'A total_size of 5e0.',
    () => '{"total_size":5e0}',
  ),
  refusedHeader(
    should('size-whole-fraction', 'JH-3', KIND_NUMBERS),
    'A total_size of 5.0.',
    () => '{"total_size":5.0}',
  ),
  refusedHeader(
    should('size-minus-zero', 'JH-3', KIND_NUMBERS),
    'A total_size of -0.',
    () => '{"total_size":-0}',
  ),
  refusedHeader(
    must('digest-too-short', 'JH-4', DIGESTS),
    'An md5 of 31 digits.',
    () => `{"md5":"${md5(HELLO).slice(1)}","total_size":5}`,
  ),
  refusedHeader(
    must('digest-not-text', 'JH-4', DIGESTS),
    'An md5 that is a number.',
    () => '{"md5":5,"total_size":5}',
  ),
  refusedHeader(
    should('digest-empty', 'JH-4', 'A digest that counts as none when it is empty.'),
    'An md5 without digits.',
    () => '{"md5":"","total_size":5}',
  ),
  refusedHeader(
    must('digest-of-another', 'JH-4', 'A digest that is carried and never looked at.'),
    'The md5 of a message with one bit changed.',
    () => `{"md5":"${md5(text('hellm'))}","total_size":5}`,
  ),
  refusedHeader(
    must('digest-with-a-wrong-digit', 'JH-4', 'Digests of which a part is compared.'),
    'The md5 of the message with its last digit changed.',
    () => `{"md5":"${md5(HELLO).slice(0, -1)}f","total_size":5}`,
  ),
  refusedHeader(
    should('not-a-number-elsewhere', 'JH-2', 'Words that some languages add to JSON.'),
    'A header with an unknown key whose value is NaN.',
    () => '{"note":NaN,"total_size":5}',
  ),
  refusedHeader(
    should('file-name-not-text', 'JH-5', 'Names used without a look at what they are.'),
    'A file_name that is a number.',
    () => '{"file_name":5,"total_size":5}',
  ),
])
