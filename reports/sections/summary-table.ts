/** One line a subject: is it right, and its main figures, one headline workload for each. */
import type { BenchCell } from '../../bench/result.ts'
import { type Column, code, table, text, withNote } from '../markdown.ts'
import {
  BYTE_RATE,
  CPU_PER_MESSAGE,
  figure,
  MESSAGES_PER_SECOND,
  type Metric,
  ROUND_TRIP_P50,
  ROUND_TRIP_P99,
  spreadText,
} from '../metric.ts'
import { cellIn, type Standing, type SubjectView } from '../standing.ts'
import { isWrongUnderLoad } from '../struck.ts'
import { NO_BREAK_SPACE, overhead } from '../units.ts'
import {
  headlineWorkload,
  parametersInWords,
  scenariosOf,
  type Workload,
  workloadsOf,
} from '../workload.ts'

const STANDING_WORDS: Readonly<Record<Standing, string>> = {
  right: `✅${NO_BREAK_SPACE}right`,
  wrong: `❌${NO_BREAK_SPACE}wrong`,
  unproven: `❓${NO_BREAK_SPACE}unproven`,
}

/** Scenarios that can fill a column, the best first; any other one stands in for none of them. */
interface FigureColumn {
  readonly metric: Metric
  readonly scenarios: readonly string[]
}

const FIGURE_COLUMNS: readonly FigureColumn[] = [
  { metric: MESSAGES_PER_SECOND, scenarios: ['pipelined', 'many-connections', 'ping-pong'] },
  { metric: BYTE_RATE, scenarios: ['bulk', 'file-transfer', 'pipelined'] },
  { metric: ROUND_TRIP_P50, scenarios: ['ping-pong', 'open-loop'] },
  { metric: ROUND_TRIP_P99, scenarios: ['ping-pong', 'open-loop'] },
  { metric: CPU_PER_MESSAGE, scenarios: ['ping-pong', 'pipelined'] },
]

const workloadFor = (
  workloads: readonly Workload[],
  { scenarios }: FigureColumn,
): Workload | null => {
  const measured = scenariosOf(workloads.flatMap(({ cells }) => cells))
  const scenario = [...scenarios, ...measured].find((name) => measured.includes(name))
  return scenario === undefined ? null : headlineWorkload(workloads, scenario)
}

/** The figure with its spread; a struck cell says what was wrong; a dash where there is nothing. */
export const figureCell = (metric: Metric, cell: BenchCell | null): string => {
  if (cell === null) return '—'
  if (cell.struck !== null) {
    return withNote(isWrongUnderLoad(cell) ? '~~—~~' : '—', text(cell.struck.symptom))
  }
  const value = figure(metric, cell)
  if (value === null) return '—'
  return withNote(value, spreadText(metric, cell))
}

const conformanceCell = ({ standing, must }: SubjectView): string => {
  const open = must.open === 0 ? '' : `, ${must.open} open`
  const count =
    must.total === 0 ? 'not checked' : `${must.passed}/${must.total}${NO_BREAK_SPACE}MUST${open}`
  return withNote(STANDING_WORDS[standing], count)
}

const footnotes = (workloads: readonly (Workload | null)[]): string => {
  const numbered = distinct(workloads).map((workload, index) => {
    return `<sup>${index + 1}</sup> ${text(workload.scenario)}: ${parametersInWords(workload)}.`
  })
  const small =
    'Under each figure: lowest and highest launch, in the same unit. ~~—~~: no figure, because ' +
    'the server was wrong under that very load, and how.'
  return `<sub>${[...numbered, small].join('<br>')}</sub>`
}

const distinct = (workloads: readonly (Workload | null)[]): Workload[] => [
  ...new Set(workloads.filter((workload) => workload !== null)),
]

/** The table and its footnotes. */
export const summaryTable = (views: readonly SubjectView[]): string => {
  const all = workloadsOf(views.flatMap(({ cells }) => cells))
  const figures = FIGURE_COLUMNS.map((column) => ({
    metric: column.metric,
    workload: workloadFor(all, column),
  }))
  const notes = distinct(figures.map(({ workload }) => workload))
  const columns: Column[] = [
    { title: 'implementation<br><sub>framing</sub>', align: 'left' },
    { title: 'verdict', align: 'left' },
    { title: `adds to 64${NO_BREAK_SPACE}B`, align: 'right' },
    ...figures.map(({ metric, workload }): Column => {
      const note =
        workload === null ? '' : `${NO_BREAK_SPACE}<sup>${notes.indexOf(workload) + 1}</sup>`
      return { title: `${metric.title}${note}`, align: 'right' }
    }),
  ]
  const rows = views.map((view) => [
    withNote(code(view.subject.name), code(view.subject.framing)),
    conformanceCell(view),
    overhead(view.subject.overheadBytes64),
    ...figures.map(({ metric, workload }) =>
      figureCell(metric, workload === null ? null : cellIn(workload.cells, view)),
    ),
  ])
  return `${table(columns, rows)}\n\n${footnotes(figures.map(({ workload }) => workload))}`
}
