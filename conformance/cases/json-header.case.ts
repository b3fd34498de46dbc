/** What a JSON header may say, and what is refused with its neighbours unharmed. */
import { allOf, defineCases, needs } from '../case.ts'
import { HEADER_BYTES_MAX, headerFrame, headerLength, md5 } from '../reference/json-header.ts'
import { HELLO } from '../trial.ts'
import { chopped, joined, letters, text } from './bytes.ts'
import { accepted, must, refused, refusedHeader, should } from './json-rules.ts'

const LARGE_BYTES = 200_000

const utf8 = (bytes: number[]): Uint8Array => Uint8Array.from(bytes)

export const jsonHeader = defineCases([
  accepted(
    must('spaces-and-order', 'JH-6', 'Headers compared as text instead of parsed.'),
    'A header with white space and its keys in another order.',
    () => `{ "total_size" : 5 ,\n "md5" : "${md5(HELLO)}" }`,
  ),
  accepted(
    must('escaped-key', 'JH-6', 'Keys searched in the text.'),
    'A header whose key is written with an escape.',
    () => '{"\\u0074otal_size":5}',
  ),
  accepted(
    must('unknown-keys', 'JH-6', 'A nested key of the same name taken for the outer one.'),
    'A header with unknown keys, nested ones included.',
    () => '{"x":{"total_size":999},"y":[1,{"total_size":7}],"total_size":5}',
  ),
  accepted(
    must('prototype-keys', 'JH-6', 'Headers merged into objects: prototype pollution.'),
    'A header with the keys __proto__ and constructor.',
    () => '{"__proto__":{"total_size":7},"constructor":{"x":1},"total_size":5}',
  ),
  accepted(
    must('without-digest', 'JH-4', 'Servers that insist on an optional key.'),
    'A header without md5.',
    () => '{"total_size":5}',
  ),
  accepted(
    should('upper-case-digest', 'JH-4', 'Digests compared as text.'),
    'A header whose md5 is spelled in upper case.',
    () => `{"md5":"${md5(HELLO).toUpperCase()}","total_size":5}`,
  ),
  accepted(
    must('file-name', 'JH-5', 'Header lengths counted in characters instead of bytes.'),
    'A header with a file name outside ASCII.',
    () => '{"file_name":"電影.mkv","total_size":5}',
  ),
  accepted(
    must('longest-header', 'JH-1', 'Header limits that are off by one.'),
    'A header of exactly 65,536 bytes.',
    () => '{"total_size":5}'.padEnd(HEADER_BYTES_MAX),
  ),
  {
    ...must('header-cut-inside-character', 'JH-1', 'Headers decoded to text read by read.'),
    sends: 'A header with a file name outside ASCII, byte after byte.',
    expects: 'The reply to its message.',
    unsupported: needs.jsonHeader,
    async run(trial) {
      const dialogue = await trial.openProven()
      dialogue.owe(HELLO)
      const frame = joined(headerFrame('{"file_name":"電影 \\u96fb","total_size":5}'), HELLO)
      await dialogue.split(chopped(frame, 1))
      await dialogue.replies()
    },
  },
  refused(
    must('header-length-zero', 'JH-1', 'An empty header taken for a header.'),
    'A header length of 0.',
    () => headerLength(0),
  ),
  refused(
    must('header-length-negative', 'JH-1', 'A negative size used as a size.'),
    'A header length of -1.',
    () => headerLength(-1),
  ),
  refused(
    must('header-too-long', 'JH-1', 'A header without a limit: memory for the asking.'),
    'A header length of 65,537, with that header.',
    () => headerFrame('{"total_size":5}'.padEnd(HEADER_BYTES_MAX + 1)),
  ),
  refusedHeader(
    must('not-json', 'JH-2', 'A parser’s exception that nobody handles.'),
    'A header that is no JSON.',
    () => '{total_size:5}',
  ),
  refusedHeader(
    must('trailing-comma', 'JH-2', 'Parsers that are too kind.'),
    'A header with a trailing comma.',
    () => '{"total_size":5,}',
  ),
  refusedHeader(
    must('array', 'JH-2', 'Headers that are not objects.'),
    'A header that is an array.',
    () => '[5]',
  ),
  refusedHeader(
    must('null', 'JH-2', 'null taken for an object.'),
    'A header that is null.',
    () => 'null',
  ),
  refusedHeader(
    should('byte-order-mark', 'JH-2', 'Two programs that disagree on what is JSON.'),
    'A header behind a byte-order mark.',
    () => joined(utf8([0xef, 0xbb, 0xbf]), text('{"total_size":5}')),
  ),
  refusedHeader(
    must('invalid-utf8', 'JH-2', 'Broken text repaired instead of refused.'),
    'A header with a byte that is no UTF-8.',
    () => joined(text('{"total_size":5,"file_name":"'), utf8([0xff]), text('"}')),
  ),
  refusedHeader(
    must('size-missing', 'JH-3', 'A missing size taken for zero.'),
    'A header without total_size.',
    () => '{}',
  ),
  refusedHeader(
    must('size-string', 'JH-3', 'Sizes converted from text.'),
    'A total_size that is a string.',
    () => '{"total_size":"5"}',
  ),
  refusedHeader(
    must('size-fraction', 'JH-3', 'Sizes rounded.'),
    'A total_size of 5.5.',
    () => '{"total_size":5.5}',
  ),
  refusedHeader(
    must('size-negative', 'JH-3', 'Negative sizes used as sizes.'),
    'A total_size of -5.',
    () => '{"total_size":-5}',
  ),
  refusedHeader(
    must('size-boolean', 'JH-3', 'true taken for 1.'),
    'A total_size that is true.',
    () => '{"total_size":true}',
  ),
  refusedHeader(
    must('size-beyond-exact', 'JH-3', 'Sizes rounded to the nearest floating-point number.'),
    'A total_size of 2^53 + 1.',
    () => '{"total_size":9007199254740993}',
  ),
  refusedHeader(
    must('size-infinite', 'JH-3', 'Infinity used as a size.'),
    'A total_size of 1e400.',
    () => '{"total_size":1e400}',
  ),
  refusedHeader(
    should('size-twice', 'JH-3', 'Two readers that pick different ones of two sizes: smuggling.'),
    'A header with two different values of total_size.',
    () => '{"total_size":5,"total_size":500}',
  ),
  refusedHeader(
    must('wrong-digest', 'JH-4', 'A digest that is carried and never looked at.'),
    'A message whose md5 is another.',
    () => `{"md5":"${'0'.repeat(32)}","total_size":5}`,
  ),
  {
    ...must('wrong-digest-of-large', 'JH-4', 'Digests that are looked at for small messages only.'),
    sends: 'A large message with the md5 of one that differs in its last byte.',
    expects: 'The connection is ended, nothing behind is answered.',
    unsupported: allOf(needs.jsonHeader, needs.messageBytes(LARGE_BYTES)),
    async run(trial) {
      const dialogue = await trial.openProven()
      const other = letters(LARGE_BYTES)
      other[LARGE_BYTES - 1]! ^= 1
      const header = headerFrame(`{"md5":"${md5(other)}","total_size":${LARGE_BYTES}}`)
      await dialogue.send(joined(header, letters(LARGE_BYTES), trial.frame(HELLO)), true)
      await dialogue.refused('A large message whose md5 is another')
    },
  },
  {
    ...must('deep-nesting', 'JH-2', 'A recursive parser’s stack exhausted by one header.'),
    sends: 'A header of 60,000 opening brackets.',
    expects: 'Refused; the server goes on.',
    unsupported: needs.jsonHeader,
    async run(trial) {
      const bystander = await trial.openProven()
      const dialogue = await trial.openProven()
      await dialogue.send(headerFrame('['.repeat(60_000)))
      await dialogue.refused('A header of opening brackets')
      await trial.exchange(bystander)
    },
  },
])
