/** A gate as a comment on a pull request: the verdict first, then what it rests on. */
import type { GateCell, GateCounter, GateResult, GateVerdict } from '../bench/gate/result.ts'
import { forestPlot } from './gate-forest.ts'
import {
  COUNTER_WORDS,
  changeOf,
  countsOf,
  detectableOf,
  figureOf,
  METRIC_WORDS,
  signed,
  VERDICT_MARKS,
} from './gate-words.ts'
import {
  alert,
  code,
  codeBlock,
  details,
  page,
  partialAlert,
  shorten,
  table,
  text,
} from './markdown.ts'
import { environmentTable } from './sections/environment.ts'
import { percent, plural } from './units.ts'

/** GitHub refuses comments beyond 65,536 characters. */
const CHARACTERS_MAX = 65_000
/** Of each list; a reader who needs more opens the JSON. */
const ROWS_MAX = 60
const DETAIL_CHARACTERS_MAX = 400

const WORDS: Readonly<Record<GateVerdict, string>> = {
  pass: 'No regression',
  improved: 'Improved',
  regressed: 'Regressed',
  inconclusive: 'Inconclusive',
}

export function renderGateMarkdown(result: GateResult): string {
  const { cells, counters, verdict, reason, warnings, partial } = result
  const whole = page([
    `# ${VERDICT_MARKS[verdict]} framegate: ${WORDS[verdict].toLowerCase()}`,
    partialAlert(partial),
    text(shorten(reason, DETAIL_CHARACTERS_MAX)),
    wrongList(result),
    counterTable(counters),
    cells.length === 0 ? null : codeBlock('text', forestPlot(cells.slice(0, ROWS_MAX))),
    cells.length === 0 ? null : cellTable(cells.slice(0, ROWS_MAX)),
    cells.length > ROWS_MAX ? `${cells.length - ROWS_MAX} further cells are in the JSON.` : null,
    warnings.length === 0
      ? null
      : alert('WARNING', warnings.map((one) => `- ${text(one)}`).join('\n')),
    details('How this was decided', method(result)),
    details('Measured on', environmentTable(result.environment)),
  ])
  return whole.length <= CHARACTERS_MAX ? whole : `${whole.slice(0, CHARACTERS_MAX - 1)}…`
}

function wrongList({ newFailures, failures }: GateResult): string | null {
  const lines = [
    ...newFailures.map(
      ({ id, symptom, detail, repro }) =>
        `- ${code(id)} **${text(symptom)}**: ${brief(detail)}<br>again: ${code(repro)}`,
    ),
    ...failures.map(
      ({ side, scenario, symptom, detail }) =>
        `- ${side} in ${code(scenario)} **${text(symptom)}**: ${brief(detail)}`,
    ),
  ]
  return lines.length === 0 ? null : lines.slice(0, ROWS_MAX).join('\n')
}

const brief = (detail: string): string => text(shorten(detail, DETAIL_CHARACTERS_MAX))

/** What is as it was is no news. */
function counterTable(counters: readonly GateCounter[]): string | null {
  if (counters.length === 0) return null
  const changed = counters.filter(({ verdict }) => verdict !== 'pass')
  if (changed.length === 0) return `All ${counters.length} exact counts are as they were.`
  return table(
    [
      { title: '', align: 'left' },
      { title: 'scenario', align: 'left' },
      { title: 'counted', align: 'left' },
      { title: 'base → head', align: 'right' },
    ],
    changed
      .slice(0, ROWS_MAX)
      .map((one) => [
        VERDICT_MARKS[one.verdict],
        text(one.scenario),
        COUNTER_WORDS[one.counter],
        countsOf(one),
      ]),
  )
}

const cellTable = (cells: readonly GateCell[]): string =>
  table(
    [
      { title: '', align: 'left' },
      { title: 'scenario', align: 'left' },
      { title: 'metric', align: 'left' },
      { title: 'base', align: 'right' },
      { title: 'head', align: 'right' },
      { title: 'head costs (95 % interval)', align: 'right' },
      { title: 'could see', align: 'right' },
      { title: 'why', align: 'left' },
    ],
    cells.map((cell) => [
      VERDICT_MARKS[cell.verdict],
      text(cell.scenario),
      METRIC_WORDS[cell.metric],
      figureOf(cell.metric, cell.base),
      figureOf(cell.metric, cell.head),
      changeOf(cell),
      detectableOf(cell),
      text(cell.reason),
    ]),
  )

function method({ base, head, settings, cells, control, wallSeconds }: GateResult): string {
  const launches = cells.length === 0 ? 0 : Math.max(...cells.map(({ blocks }) => blocks)) * 4
  const { ratio, ciLow, ciHigh } = control
  return [
    `- base: ${code(base)}`,
    `- head: ${code(head)}`,
    `- ${plural(launches, 'launch', 'launches')} of a scenario at most, each a fresh process, in ` +
      'pairs of base and head that are loaded in turns; a block is two pairs, and one value.',
    `- A slowdown counts from ${percent(settings.floor)} on (latencies: more), and when chance ` +
      `makes it in less than ${percent(settings.alpha)} of runs without any, over all cells ` +
      'together (exact sign-flip permutation, Holm).',
    '- `could see`: the least slowdown that 95 of 100 runs like this one would have flagged.',
    `- The same program against itself in this run: ${signed(ratio)} (${signed(ciLow)} to ` +
      `${signed(ciHigh)}).`,
    `- ${wallSeconds} s, budget ${settings.budgetSeconds} s, seed ${settings.seed}.`,
  ].join('\n')
}
