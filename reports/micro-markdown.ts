/** The report of `framegate bench --micro --md`: the codecs, beside packages like them. */
import type { MicroResult, MicroRow } from '../bench/micro/result.ts'
import { alert, code, page, partialAlert, section, table, text, withNote } from './markdown.ts'
import { environmentTable, environmentWarnings } from './sections/environment.ts'
import { BYTES_PER_SECOND, COUNT, NO_BREAK_SPACE, plural, quantity, range, size } from './units.ts'

const TIMES = `${NO_BREAK_SPACE}×`

export const renderMicroMarkdown = (result: MicroResult): string => {
  const { rows, rounds, partial, environment } = result
  const warnings = environmentWarnings(environment)
  const cases = casesOf(rows)
  const count = [plural(cases.length, 'case'), plural(rows.length, 'contender')].join(', ')
  return page([
    '# Micro-benchmarks',
    partialAlert(partial),
    `${count}, ${plural(rounds, 'round')}. ${goalWords(rows)}`.trim(),
    warnings.length === 0
      ? null
      : alert('WARNING', warnings.map((warning) => `- ${warning}`).join('\n')),
    section('Goals', goalTable(rows)),
    section('Every figure', cases.map(caseSection).join('\n\n')),
    section('How it was measured', method(rounds)),
    section('Measured on', environmentTable(environment)),
  ])
}

/** Rows of one case stand together. */
const casesOf = (rows: readonly MicroRow[]): MicroRow[][] => [
  ...Map.groupBy(rows, ({ name }) => name).values(),
]

const goalWords = (rows: readonly MicroRow[]): string => {
  const goals = rows.flatMap(({ targets }) => targets)
  if (goals.length === 0) return ''
  const met = goals.filter((goal) => goal.met).length
  return `${met} of ${plural(goals.length, 'goal')} reached.`
}

const times = (ratio: number): string => `${quantity(ratio, COUNT)}${TIMES}`

const goalTable = (rows: readonly MicroRow[]): string | null => {
  const lines = rows.flatMap(({ name, targets, ratioToPeer }) =>
    targets.map(({ text: words, wanted, reached, met }) => [
      code(name),
      text(words),
      times(wanted),
      withNote(
        `${met ? '✅' : '❌'} ${times(reached)}`,
        ratioToPeer ? range(reached, ratioToPeer.low, ratioToPeer.high, COUNT) : '',
      ),
    ]),
  )
  if (lines.length === 0) return null
  return table(
    [
      { title: 'case', align: 'left' },
      { title: 'goal', align: 'left' },
      { title: 'wanted', align: 'right' },
      { title: 'reached', align: 'right' },
    ],
    lines,
  )
}

const caseSection = (rows: readonly MicroRow[]): string => {
  const { name, contender, frameBytes } = rows[0]!
  const wrong = rows.flatMap((row) =>
    row.wrong === null ? [] : [`${code(row.contender)}: wrong, so no number: ${text(row.wrong)}.`],
  )
  return [
    `### ${name}`,
    `Messages of ${size(frameBytes)}; the last column says how many times as fast ` +
      `${code(contender)} is:`,
    table(
      [
        { title: 'contender', align: 'left' },
        { title: 'framing', align: 'left' },
        { title: 'in chunks of', align: 'right' },
        { title: 'delivers', align: 'left' },
        { title: 'messages/s', align: 'right' },
        { title: 'bytes/s', align: 'right' },
        { title: 'ratio', align: 'right' },
      ],
      rows.map(rowCells),
    ),
    ...(wrong.length === 0 ? [] : [`<sub>${wrong.join('<br>')}</sub>`]),
  ].join('\n\n')
}

const rowCells = (row: MicroRow): string[] => {
  const { contender, framing, chunkBytes, peer, delivers } = row
  return [
    code(peer ?? contender),
    code(framing),
    chunkBytes === null ? '—' : size(chunkBytes),
    text(delivers),
    rateCell(row),
    row.bytesPerSecond === null ? '—' : quantity(row.bytesPerSecond, BYTES_PER_SECOND),
    ratioCell(row),
  ]
}

const rateCell = ({ framesPerSecond, spread, wrong }: MicroRow): string => {
  if (wrong !== null) return '~~—~~'
  if (framesPerSecond === null) return '—'
  const figures = spread ? range(framesPerSecond, spread.low, spread.high, COUNT) : ''
  return withNote(quantity(framesPerSecond, COUNT), figures)
}

const ratioCell = ({ ratioToPeer }: MicroRow): string => {
  if (ratioToPeer === null) return '—'
  const { value, low, high } = ratioToPeer
  return withNote(times(value), range(value, low, high, COUNT))
}

const method = (rounds: number): string =>
  [
    'Every contender runs in a process of its own, because what an engine learns from one slows ' +
      'the next.',
    `In each of ${plural(rounds, 'round')} all contenders of a case run one behind the other, in ` +
      'another order every time. A ratio is taken within a round; the median of the rounds is ' +
      'quoted, the lowest and highest stand under it.',
    'Before and after it is timed, what a contender delivers is compared with what was sent. One ' +
      'that is wrong gets no number.',
    'A figure is that of the median pass over a stream of frames, after a warm-up. That leaves ' +
      'out passes which the collector of garbage disturbed, to the advantage of those who make ' +
      'garbage. Loops are timed with mitata, whole exchanges with tinybench.',
    'Packages are used as their documentation says, with what helps them: streams without waiting ' +
      'for `drain`, iterators in their synchronous form, no JSON behind the framing.',
  ]
    .map((line) => `- ${line}`)
    .join('\n')
