/** What the gate sees on a machine, as a page. */
import type {
  CalibratedSubject,
  CalibrationGate,
  CalibrationResult,
  Rate,
} from '../bench/gate/calibration/result.ts'
import type { MetricId } from '../bench/gate/result.ts'
import { METRIC_WORDS, signed } from './gate-words.ts'
import { alert, type Column, code, page, partialAlert, section, table, text } from './markdown.ts'
import { environmentTable } from './sections/environment.ts'
import { percent, plural } from './units.ts'

export function renderCalibrationMarkdown(result: CalibrationResult): string {
  const { settings, subjects, warnings, environment, partial, runs } = result
  return page([
    '# What the gate sees on this machine',
    partialAlert(partial),
    summary(result),
    warnings.length === 0
      ? null
      : alert('WARNING', warnings.map((warning) => `- ${text(warning)}`).join('\n')),
    section(
      'Real gates',
      `${gatesTable(subjects)}\n\nHead is the same program, or does so much more work a message. ` +
        'Of the same program every `regressed` is a false alarm. In brackets: the exact 95 % ' +
        'interval of the share. `CPU read as`: the median of what the gates measured.',
    ),
    section('Predicted', predicted(subjects)),
    section('Noise, and what a gate could see', noiseTable(subjects)),
    section('Subjects', subjects.map(subjectLine).join('\n')),
    section(
      'Measured on',
      `${environmentTable(environment)}\n\n${plural(runs.length, 'calibration')}, alpha ` +
        `${percent(settings.alpha)}, seed ${settings.seed}.`,
    ),
  ])
}

/** The sentence that a reader takes away. */
function summary({ subjects }: CalibrationResult): string {
  const rates = subjects.flatMap((subject) => subject.rates)
  const same = rates.filter(({ effect }) => effect === 0)
  const seconds = subjects.flatMap(({ gates }) => gates.map(({ wallSeconds }) => wallSeconds))
  if (seconds.length === 0) return 'No gate was run.'
  return (
    `${plural(sumOf(same, 'gates'), 'gate')} in which nothing was changed: ` +
    `${sumOf(same, 'regressed')} regressed, ${sumOf(same, 'inconclusive')} inconclusive. ` +
    `${plural(seconds.length, 'gate')} took ${minutes(seconds.reduce((a, b) => a + b, 0))}; ` +
    `the longest ${Math.max(...seconds).toFixed(0)} s.`
  )
}

const sumOf = (rates: readonly Rate[], what: 'gates' | 'regressed' | 'inconclusive'): number =>
  rates.reduce((sum, rate) => sum + rate[what], 0)

const minutes = (seconds: number): string => plural(Math.ceil(seconds / 60), 'minute')

const left = (title: string): Column => ({ title, align: 'left' })
const right = (title: string): Column => ({ title, align: 'right' })

const gatesTable = (subjects: readonly CalibratedSubject[]): string =>
  table(
    [
      ...[left('subject'), left('head'), right('floor'), right('gates')],
      ...[right('regressed'), right('inconclusive'), right('CPU read as')],
      ...[right('minutes a gate'), right('longest')],
    ],
    subjects.flatMap((subject) => subject.rates.map((rate) => gatesRow(subject, rate))),
  )

function gatesRow({ name, floor, gates }: CalibratedSubject, rate: Rate): string[] {
  const same = gates.filter(({ effect }) => effect === rate.effect)
  const ratios = same.flatMap((gate) => cpuRatioOf(gate) ?? [])
  const seconds = same.map(({ wallSeconds }) => wallSeconds)
  const share = `${rate.regressed} (${percent(rate.low)} to ${percent(rate.high)})`
  return [
    text(name),
    headOf(rate.effect),
    percent(floor),
    String(rate.gates),
    share,
    String(rate.inconclusive),
    ratios.length === 0 ? '?' : signed(middleOf(ratios)),
    (middleOf(seconds) / 60).toFixed(1),
    (Math.max(...seconds) / 60).toFixed(1),
  ]
}

const headOf = (effect: number): string =>
  effect === 0 ? 'the same' : `${signed(1 + effect)} work`

const cpuRatioOf = ({ cells }: CalibrationGate): number | null =>
  cells.find(({ metric }) => metric === 'cpuNsPerMessage')?.ratio ?? null

function predicted(subjects: readonly CalibratedSubject[]): string | null {
  if (subjects.every(({ predictions }) => predictions.length === 0)) return null
  const rows = subjects.flatMap(({ name, floor, predictions }) =>
    predictions.map(({ effect, regressed, inconclusive }) => [
      text(name),
      headOf(effect),
      percent(floor),
      percent(regressed),
      percent(inconclusive),
    ]),
  )
  const columns = [left('subject'), left('head'), right('floor')]
  const shares = [right('regressed'), right('inconclusive')]
  return (
    `${table([...columns, ...shares], rows)}\n\nBlocks of the gates without a change, drawn again ` +
    'and again with an effect put in: real noise, and what happens once in an hour left out. An ' +
    'effect at the floor itself is found half of the time, by design.'
  )
}

const noiseTable = (subjects: readonly CalibratedSubject[]): string =>
  table(
    [
      ...[left('subject'), left('metric'), right('floor'), right('blocks')],
      ...[right('deviation of a block'), right('a gate could see')],
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
  const floor = percent(cells[0]!.floor)
  const deviation = percent(deviationOf(ratios))
  return [[text(name), METRIC_WORDS[metric], floor, String(ratios.length), deviation, least]]
}

const subjectLine = ({ name, command, cpuNsPerMessage, budgetSeconds }: CalibratedSubject) =>
  `- ${text(name)}: ${code(command)}, ${microseconds(cpuNsPerMessage)} of CPU a message, ` +
  `${budgetSeconds} s a gate at most`

const microseconds = (ns: number | null): string =>
  ns === null ? 'an unknown time' : `${(ns / 1000).toFixed(1)} µs`

const middleOf = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0

function deviationOf(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return Math.sqrt(squares / (values.length - 1))
}
