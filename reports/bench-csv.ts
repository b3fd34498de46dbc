/** A bench as CSV, one line a launch: the raw figures, for programs that draw or test. */
import type { BenchCell, BenchResult } from '../bench/result.ts'

const PARAMETERS = [
  'messageBytes',
  'connections',
  'depth',
  'ratePerSecond',
  'rateShare',
  'latencyNsP99Max',
  'writeBytesMax',
  'writes',
  'reconnect',
  'idle',
  'unread',
  'transfer',
] as const

const FIGURES = [
  'messages',
  'durationNs',
  'throughputPerSecond',
  'latencyNsP50',
  'latencyNsP99',
  'cpuNsPerMessage',
] as const

const HEADINGS = ['subject', 'framing', 'scenario', ...PARAMETERS, 'launch', ...FIGURES, 'struck']

/** RFC 4180: quotes where the value has a comma, a quote or a line break. */
const field = (value: unknown): string => {
  const text = value === null || value === undefined ? '' : String(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

const line = (values: readonly unknown[]): string => `${values.map(field).join(',')}\r\n`

/** A struck cell is one line, without a number of its own. */
const linesOf = (cell: BenchCell): string[] => {
  const { subject, framing, scenario, parameters, struck } = cell
  const who = [subject, framing, scenario, ...PARAMETERS.map((name) => parameters[name])]
  if (struck) return [line([...who, '', ...FIGURES.map(() => ''), struck.symptom])]
  return cell.launches.map((launch, index) =>
    line([...who, index + 1, ...FIGURES.map((name) => launch[name]), '']),
  )
}

export const renderBenchCsv = ({ cells }: BenchResult): string =>
  [line(HEADINGS), ...cells.flatMap(linesOf)].join('')
