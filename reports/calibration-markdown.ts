/** What the gate sees on a machine, as a page. */
import type {
  CalibratedSubject,
  CalibrationGate,
  CalibrationResult,
} from '../bench/gate/calibration/result.ts'
import type { MetricId } from '../bench/gate/result.ts'
import { METRIC_WORDS, signed } from './gate-words.ts'
import { alert, code, page, partialAlert, section, table, text } from './markdown.ts'
import { environmentTable } from './sections/environment.ts'
import { percent, plural } from './units.ts'

export function renderCalibrationMarkdown(result: CalibrationResult): string {
  const { settings, subjects, warnings, environment, partial } = result
  const { floor, alpha, budgetSeconds, seed } = settings
  return page([
    '# What the gate sees on this machine',
    partialAlert(partial),
    `Floor ${percent(floor)}, alpha ${percent(alpha)}, ${budgetSeconds} s a gate at most, ` +
      `seed ${seed}.`,
    warnings.length === 0
      ? null
      : alert('WARNING', warnings.map((warning) => `- ${text(warning)}`).join('\n')),
    section('Real gates', gatesTable(subjects)),
    section(
      'Predicted',
      subjects.every(({ predictions }) => predictions.length === 0)
        ? null
        : `${predictionTable(subjects)}\n\nBlocks of the gates without a change, drawn again and ` +
            'again with an effect put in.',
    ),
    section('Noise', noiseTable(subjects)),
    section(
      'Subjects',
      subjects.map(({ name, command }) => `- ${text(name)}: ${code(command)}`).join('\n'),
    ),
    section('Measured on', environmentTable(environment)),
  ])
}

const RIGHT = ['gates', 'regressed', 'inconclusive', 'CPU read as', 'seconds a gate']

const gatesTable = (subjects: readonly CalibratedSubject[]): string =>
  table(
    [
      { title: 'subject', align: 'left' },
      { title: 'head', align: 'left' },
      ...RIGHT.map((title) => ({ title, align: 'right' as const })),
    ],
    subjects.flatMap(({ name, gates }) =>
      [...new Set(gates.map(({ effect }) => effect))].map((effect) => {
        const same = gates.filter((gate) => gate.effect === effect)
        const count = (verdict: string) => same.filter((gate) => gate.verdict === verdict).length
        const ratios = same.flatMap((gate) => cpuRatioOf(gate) ?? [])
        return [
          text(name),
          effect === 0 ? 'the same' : `${signed(1 + effect)} work`,
          String(same.length),
          String(count('regressed')),
          String(count('inconclusive')),
          ratios.length === 0 ? '?' : signed(middleOf(ratios)),
          middleOf(same.map(({ wallSeconds }) => wallSeconds)).toFixed(0),
        ]
      }),
    ),
  )

const cpuRatioOf = ({ cells }: CalibrationGate): number | null =>
  cells.find(({ metric }) => metric === 'cpuNsPerMessage')?.ratio ?? null

const predictionTable = (subjects: readonly CalibratedSubject[]): string =>
  table(
    [
      { title: 'subject', align: 'left' },
      { title: 'head', align: 'left' },
      { title: 'regressed', align: 'right' },
      { title: 'inconclusive', align: 'right' },
    ],
    subjects.flatMap(({ name, predictions }) =>
      predictions.map(({ effect, regressed, inconclusive }) => [
        text(name),
        effect === 0 ? 'the same' : signed(1 + effect),
        percent(regressed),
        percent(inconclusive),
      ]),
    ),
  )

const noiseTable = (subjects: readonly CalibratedSubject[]): string =>
  table(
    [
      { title: 'subject', align: 'left' },
      { title: 'metric', align: 'left' },
      { title: 'blocks', align: 'right' },
      { title: 'deviation of a block', align: 'right' },
      { title: 'a gate could see', align: 'right' },
    ],
    subjects.flatMap((subject) =>
      (Object.keys(METRIC_WORDS) as MetricId[]).flatMap((metric) => noiseRow(subject, metric)),
    ),
  )

/** Of the gates in which nothing was changed. */
function noiseRow({ name, gates }: CalibratedSubject, metric: MetricId): string[][] {
  const cells = gates
    .filter(({ effect }) => effect === 0)
    .flatMap((gate) => gate.cells.filter((cell) => cell.metric === metric))
  const ratios = cells.flatMap(({ logRatios }) => logRatios.filter((value) => value !== null))
  if (ratios.length < 2) return []
  const seen = cells.flatMap(({ minimumDetectableEffect }) => minimumDetectableEffect ?? [])
  const least = seen.length === 0 ? 'nothing' : signed(1 + middleOf(seen))
  const blocks = plural(ratios.length, 'block')
  return [[text(name), METRIC_WORDS[metric], blocks, percent(deviationOf(ratios)), least]]
}

const middleOf = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0

function deviationOf(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return Math.sqrt(squares / (values.length - 1))
}
