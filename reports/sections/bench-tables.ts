/** Every figure of every cell: one table a workload, warnings as notes beneath it. */
import type { BenchCell } from '../../bench/result.ts'
import { type Column, code, table, text, withNote } from '../markdown.ts'
import {
  BYTE_RATE,
  CPU_PER_MESSAGE,
  figure,
  MESSAGES_PER_SECOND,
  ROUND_TRIP_P50,
  ROUND_TRIP_P99,
  spreadText,
} from '../metric.ts'
import { isWrongUnderLoad } from '../struck.ts'
import { BYTES, DURATION_NS, quantity, type Scale } from '../units.ts'
import { parametersInWords, scenariosOf, type Workload, workloadsOf } from '../workload.ts'
import { figureCell } from './summary-table.ts'

/** One line of a table: who, and its cell. */
export interface BenchRow {
  readonly label: string
  readonly cell: BenchCell
}

const plain = (value: number | null | undefined, scale: Scale): string =>
  value === null || value === undefined ? '—' : quantity(value, scale)

interface FigureColumn {
  readonly title: string
  text(cell: BenchCell): string
}

const COLUMNS: readonly FigureColumn[] = [
  { title: 'messages/s', text: (cell) => figureCell(MESSAGES_PER_SECOND, cell) },
  { title: 'bytes/s', text: (cell) => figure(BYTE_RATE, cell) ?? '—' },
  { title: 'p50', text: (cell) => withSpread(ROUND_TRIP_P50, cell) },
  { title: 'p90', text: ({ latencyNs }) => plain(latencyNs?.p90, DURATION_NS) },
  { title: 'p99', text: (cell) => withSpread(ROUND_TRIP_P99, cell) },
  { title: 'p99.9', text: ({ latencyNs }) => plain(latencyNs?.p999, DURATION_NS) },
  { title: 'max', text: ({ latencyNs }) => plain(latencyNs?.max, DURATION_NS) },
  { title: 'CPU per message', text: (cell) => withSpread(CPU_PER_MESSAGE, cell) },
  {
    title: 'run queue per message',
    text: ({ runQueueNsPerMessage }) => plain(runQueueNsPerMessage, DURATION_NS),
  },
  { title: 'RSS max', text: ({ rssBytesMax }) => plain(rssBytesMax, BYTES) },
]

const withSpread = (metric: Parameters<typeof figure>[0], cell: BenchCell): string => {
  const value = figure(metric, cell)
  return value === null ? '—' : withNote(value, spreadText(metric, cell))
}

/** The bench says itself how busy the generator was; other programs that write results may not. */
const warningsOf = ({ generator, warnings }: BenchCell): string[] => {
  const isSaid = warnings.some((warning) => warning.includes('generator'))
  return generator?.bound && !isSaid
    ? ['the load generator was the limit: the server may be faster than this', ...warnings]
    : [...warnings]
}

const struckNote = ({ label, cell }: BenchRow): string[] => {
  if (cell.struck === null) return []
  const verb = isWrongUnderLoad(cell) ? 'struck out, ' : ''
  const detail = text(cell.struck.detail).replace(/\.$/, '')
  return [`${code(label)}: ${verb}${text(cell.struck.symptom)}: ${detail}.`]
}

const workloadTable = (workload: Workload, labelOf: (cell: BenchCell) => string): string => {
  const rows = workload.cells.map((cell): BenchRow => ({ label: labelOf(cell), cell }))
  const notes: string[] = []
  const noteMarks = (row: BenchRow): string =>
    warningsOf(row.cell)
      .map((warning) => `<sup>${notes.push(`${code(row.label)}: ${text(warning)}`)}</sup>`)
      .join(' ')
  const columns: Column[] = [
    { title: 'implementation', align: 'left' },
    ...COLUMNS.map(({ title }): Column => ({ title, align: 'right' })),
  ]
  const body = rows.map((row) => [
    `${code(row.label)} ${noteMarks(row)}`.trim(),
    ...COLUMNS.map((column) => column.text(row.cell)),
  ])
  const lines = [
    ...notes.map((note, index) => `<sup>${index + 1}</sup> ${note}`),
    ...rows.flatMap(struckNote),
  ]
  const parts = [`${parametersInWords(workload)}:`, table(columns, body)]
  if (lines.length > 0) parts.push(`<sub>${lines.join('<br>')}</sub>`)
  return parts.join('\n\n')
}

/** A heading for each scenario, a table for each of its workloads. Null where there is none. */
export const benchTables = (
  cells: readonly BenchCell[],
  labelOf: (cell: BenchCell) => string,
): string | null => {
  if (cells.length === 0) return null
  const workloads = workloadsOf(cells)
  return scenariosOf(cells)
    .map((scenario) => {
      const tables = workloads
        .filter((workload) => workload.scenario === scenario)
        .map((workload) => workloadTable(workload, labelOf))
      return [`### ${text(scenario)}`, ...tables].join('\n\n')
    })
    .join('\n\n')
}
