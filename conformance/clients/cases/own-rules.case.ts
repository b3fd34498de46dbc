/** What each framing demands of its own spelling, of replies. */
import { hex, joined, letters, text } from '../../cases/bytes.ts'
import { headerFrame, headerLength } from '../../reference/json-header.ts'
import { type ClientCase, defineClientCases, needs } from '../client-case.ts'
import { HELLO, WORLD } from './messages.ts'

type Rule = readonly [
  id: string,
  level: ClientCase['level'],
  clause: string,
  sends: string,
  finds: string,
]

/** A reply of these bytes must be refused; a right one behind it must not be printed. */
const refused = (
  framing: string,
  [id, level, clause, sends, finds]: Rule,
  bytes: () => Uint8Array,
): ClientCase => ({
  id: `client/${framing}-${id}`,
  level,
  clauses: [clause],
  sends: `${sends} Then a right reply.`,
  expects: 'Nothing is printed, and the client does not end with status 0.',
  finds,
  unsupported: needs.speaks(framing),
  async run(trial) {
    const visit = await trial.visit([HELLO, WORLD])
    await visit.heard()
    await visit.atOnce(joined(bytes(), trial.frame(HELLO)), true)
    await visit.fails(sends.replace(/\.$/, ''), 'refused')
  },
})

/** The beginning of a header that can become nothing: refused without waiting for more. */
const refusedAtOnce = (
  framing: string,
  [id, level, clause, sends, finds]: Rule,
  bytes: () => Uint8Array,
): ClientCase => ({
  id: `client/${framing}-${id}`,
  level,
  clauses: [clause],
  sends: `${sends} The connection stays open.`,
  expects: 'The client ends, not with status 0, without waiting for more.',
  finds,
  unsupported: needs.speaks(framing),
  async run(trial) {
    const visit = await trial.visit([HELLO])
    await visit.heard()
    await visit.send(bytes())
    await visit.fails(sends.replace(/\.$/, ''), 'refused')
  },
})

const TWO_READINGS = 'Two readers that take the same bytes for different messages.'
const NUMBER_PARSERS = 'What a number parser lets pass, taken for a length.'

export const ownRules = defineClientCases([
  refusedAtOnce(
    'varint',
    ['endless', 'must', 'VI-2', 'Eleven bytes that all announce another.', 'Varints without end.'],
    () => new Uint8Array(11).fill(0x80),
  ),
  refused(
    'varint',
    ['overlong', 'should', 'VI-3', 'A length of 5 in two bytes.', TWO_READINGS],
    () => joined(hex('85 00'), HELLO),
  ),
  refused(
    'netstring',
    ['no-comma', 'must', 'NS-3', 'A semicolon where the comma belongs.', 'A byte that is skipped.'],
    () => text('5:hello;'),
  ),
  refusedAtOnce(
    'netstring',
    ['no-digit', 'must', 'NS-2', 'A letter for a length.', NUMBER_PARSERS],
    () => text('x:hello,'),
  ),
  refused('netstring', ['leading-zero', 'must', 'NS-2', 'A length of 05.', TWO_READINGS], () =>
    text('05:hello,'),
  ),
  refused('netstring', ['sign', 'must', 'NS-2', 'A length of +5.', NUMBER_PARSERS], () =>
    text('+5:hello,'),
  ),
  refused(
    'content-length',
    [
      'missing',
      'must',
      'CL-3',
      'A header block without a length.',
      'A missing length taken for 0.',
    ],
    () => text('Content-Type: text/plain\r\n\r\n'),
  ),
  refused('content-length', ['sign', 'must', 'CL-4', 'A length of +5.', NUMBER_PARSERS], () =>
    text('Content-Length: +5\r\n\r\nhello'),
  ),
  refused(
    'content-length',
    ['two-lengths', 'should', 'CL-3', 'Two lengths that differ.', TWO_READINGS],
    () => text('Content-Length: 5\r\nContent-Length: 3\r\n\r\nhello'),
  ),
  refused(
    'content-length',
    [
      'block-over-max',
      'must',
      'CL-5',
      'A header block of 9,000 bytes.',
      'Headers without a limit.',
    ],
    () => joined(text('X-Long: '), letters(9_000), text('\r\nContent-Length: 5\r\n\r\nhello')),
  ),
  refused(
    'json-header',
    [
      'no-json',
      'must',
      'JH-2',
      'A header whose key has no quotes.',
      'Errors of a parser that are lost.',
    ],
    () => joined(headerFrame('{total_size:5}'), HELLO),
  ),
  refused(
    'json-header',
    ['no-size', 'must', 'JH-3', 'A header without total_size.', 'A missing size taken for 0.'],
    () => joined(headerFrame('{"file_name":"a"}'), HELLO),
  ),
  refused(
    'json-header',
    ['size-as-text', 'must', 'JH-3', 'A total_size in quotes.', NUMBER_PARSERS],
    () => joined(headerFrame('{"total_size":"5"}'), HELLO),
  ),
  refused(
    'json-header',
    ['wrong-digest', 'must', 'JH-4', 'An md5 of other bytes.', 'Digests that nobody compares.'],
    () => joined(headerFrame(`{"md5":"${'0'.repeat(32)}","total_size":5}`), HELLO),
  ),
  refusedAtOnce(
    'json-header',
    ['length-zero', 'must', 'JH-1', 'A header of 0 bytes.', 'A header that is not there, read.'],
    () => headerLength(0),
  ),
  refusedAtOnce(
    'json-header',
    ['header-over-max', 'must', 'JH-1', 'A header of 1 MiB.', 'Headers without a limit.'],
    () => headerLength(1_048_576),
  ),
  {
    id: 'client/json-header-unknown-keys',
    level: 'must',
    clauses: ['JH-6'],
    sends: 'A header with unknown keys, white space, escapes and another order.',
    expects: 'The reply is printed.',
    finds: 'Headers that are compared with one spelling instead of being read.',
    unsupported: needs.speaks('json-header'),
    async run(trial) {
      const visit = await trial.visit([HELLO])
      await visit.heard()
      const header = '{ "x": {"y": [1, {}]}, "total\\u005fsize" : 5,\n "__proto__": null }'
      visit.owing(WORLD)
      await visit.atOnce(joined(headerFrame(header), WORLD))
      await visit.succeeds()
    },
  },
  {
    id: 'client/content-length-spellings',
    level: 'must',
    clauses: ['CL-2', 'CL-4'],
    sends: 'A length in lower case, with a tab, behind a header that is unknown.',
    expects: 'The reply is printed.',
    finds: 'Headers that are compared with one spelling instead of being read.',
    unsupported: needs.speaks('content-length'),
    async run(trial) {
      const visit = await trial.visit([HELLO])
      await visit.heard()
      visit.owing(WORLD)
      await visit.atOnce(text('X-Unknown: a: b\r\ncontent-length:\t5 \r\n\r\nworld'))
      await visit.succeeds()
    },
  },
  {
    id: 'client/slip-shared-end',
    level: 'must',
    clauses: ['SL-2'],
    sends: 'Two replies with one END between them, and three in front.',
    expects: 'Two lines: nothing between two END is no message.',
    finds: 'Empty messages where there is nothing between two marks.',
    unsupported: needs.speaks('slip'),
    async run(trial) {
      const visit = await trial.visit([HELLO, WORLD])
      await visit.heard()
      visit.owing(HELLO, WORLD)
      await visit.atOnce(joined(hex('c0 c0 c0'), HELLO, hex('c0'), WORLD, hex('c0')))
      await visit.succeeds()
    },
  },
  refused(
    'slip',
    ['bad-escape', 'must', 'SL-3', 'ESC before a byte that it cannot stand for.', 'Lost escapes.'],
    () => hex('c0 68 db 41 69 c0'),
  ),
  refused(
    'cobs',
    ['zero-inside', 'must', 'CB-2', 'A block that runs past its frame.', 'Blocks read too far.'],
    () => hex('05 68 65 00'),
  ),
])
