/** A line for each cell, to be collected over time; tools that look for changes read it. */
import type { GateCell, GateCounter, GateResult } from '../bench/gate/result.ts'

const COLUMNS = [
  'time', 'commit', 'scenario', 'metric', 'base', 'head', 'ratio', 'ciLow', 'ciHigh', 'verdict',
] as const // biome-ignore format: one line of a table

/** The first column is a Unix time in seconds, as Apache Otava wants it. */
export function renderGateCsv(result: GateResult): { heading: string; lines: string } {
  const rows = [
    ...result.counters.map((counter) => rowOf(cellOf(counter), result)),
    ...result.cells.map((cell) => rowOf(cell, result)),
  ]
  const lines = rows.map((row) => `${row.map(field).join(',')}\n`)
  return { heading: `${COLUMNS.join(',')}\n`, lines: lines.join('') }
}

type Row = Pick<
  GateCell,
  'scenario' | 'base' | 'head' | 'ratio' | 'ciLow' | 'ciHigh' | 'verdict'
> & { metric: string }

/** What is exact is an interval without width. */
function cellOf({ scenario, counter, base, head, verdict }: GateCounter): Row {
  const ratio = base > 0 ? head / base : null
  return { scenario, metric: counter, base, head, ratio, ciLow: ratio, ciHigh: ratio, verdict }
}

function rowOf(cell: Row, { environment }: GateResult): (string | number | null)[] {
  const { scenario, metric, base, head, ratio, ciLow, ciHigh, verdict } = cell
  const time = Math.floor(Date.parse(environment.startedAt) / 1000)
  return [
    time, environment.commit, scenario, metric, base, head, ratio, ciLow, ciHigh, verdict,
  ] // biome-ignore format: one line of a table
}

function field(value: string | number | null): string {
  const text = String(value ?? '')
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
