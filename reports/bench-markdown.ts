/** The report of `framegate bench --md`: every figure, how it came about and on what machine. */
import type { BenchCell, BenchResult } from '../bench/result.ts'
import { benchSubjects, chartDataOfBench } from './charts/chart.ts'
import { alert, code, page, partialAlert, section } from './markdown.ts'
import { nagleParagraphs } from './nagle.ts'
import { benchTables } from './sections/bench-tables.ts'
import { type ChartPath, chartSections } from './sections/charts-section.ts'
import { environmentTable, environmentWarnings } from './sections/environment.ts'
import { methodSection } from './sections/method.ts'
import { plural } from './units.ts'
import { scenariosOf } from './workload.ts'

export interface BenchMarkdownOptions {
  /** Where the report will find a picture; without it there are none. */
  readonly chartPath?: ChartPath
}

const labelsOf = (cells: readonly BenchCell[]) => {
  const subjects = benchSubjects(cells)
  return (cell: BenchCell): string =>
    subjects.find((subject) => subject.cells.includes(cell))?.label ?? cell.subject
}

const nagleSection = (cells: readonly BenchCell[]): string | null => {
  const labelOf = labelsOf(cells)
  const paragraphs = nagleParagraphs(cells, (cell) => code(labelOf(cell)))
  return paragraphs.length === 0 ? null : paragraphs.join('\n\n')
}

export const renderBenchMarkdown = (
  result: BenchResult,
  { chartPath }: BenchMarkdownOptions = {},
): string => {
  const { cells, environment, partial } = result
  const warnings = environmentWarnings(environment)
  const count = [
    plural(benchSubjects(cells).length, 'subject'),
    plural(scenariosOf(cells).length, 'scenario'),
    plural(cells.length, 'cell'),
  ].join(', ')
  return page([
    '# Bench',
    partialAlert(partial),
    `${count}.`,
    warnings.length === 0
      ? null
      : alert('WARNING', warnings.map((warning) => `- ${warning}`).join('\n')),
    section(
      'Charts',
      chartPath === undefined ? null : chartSections(chartDataOfBench(result), chartPath),
    ),
    section('Every figure', benchTables(cells, labelsOf(cells))),
    section('What small writes cost', nagleSection(cells)),
    section('How it was measured', methodSection(cells, environment)),
    section('Measured on', environmentTable(environment)),
  ])
}
