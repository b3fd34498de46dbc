/** The contract of a chart: data in, a Vega-Lite specification and its text out. */
import type { TopLevelSpec } from 'vega-lite'
import type { BenchCell, BenchResult } from '../../bench/result.ts'
import type { CompareResult } from '../report.ts'
import { type Standing, subjectViews } from '../standing.ts'
import { isWrongUnderLoad } from '../struck.ts'
import type { Theme } from './theme.ts'

export interface ChartSubject {
  readonly label: string
  readonly framing: string
  readonly standing: Standing
  readonly cells: readonly BenchCell[]
  /** Bytes that the framing adds, by size of the message. */
  readonly overheads: readonly { messageBytes: number; bytes: number }[]
}

export interface ChartData {
  readonly subjects: readonly ChartSubject[]
}

export interface Chart {
  /** Part of the file name: `throughput` becomes `throughput-light.svg`. */
  readonly name: string
  readonly title: string
  /** What to look at, in one or two sentences of Markdown. */
  readonly caption: string
  /** False where there is nothing to draw. */
  isFor(data: ChartData): boolean
  spec(data: ChartData, theme: Theme): TopLevelSpec
  /** The main figures in words, for those who do not see the picture. */
  alt(data: ChartData): string
}

/** Pictures are this wide; GitHub's page has a little more. */
export const CHART_WIDTH_PX = 800

const overheadsOf = (cells: readonly BenchCell[]) =>
  cells.map(({ parameters, overheadBytesPerMessage }) => ({
    messageBytes: parameters.messageBytes,
    bytes: overheadBytesPerMessage,
  }))

export const chartDataOfCompare = (result: CompareResult): ChartData => ({
  subjects: subjectViews(result).map(({ label, subject, standing, cells }) => ({
    label,
    framing: subject.framing,
    standing,
    cells,
    overheads: [
      { messageBytes: 64, bytes: subject.overheadBytes64 },
      { messageBytes: 1024 ** 2, bytes: subject.overheadBytes1MiB },
      ...overheadsOf(cells),
    ],
  })),
})

/** A bench alone knows nothing of conformance but what it struck out itself. */
export const chartDataOfBench = (result: BenchResult): ChartData => ({
  subjects: benchSubjects(result.cells).map(({ label, framing, cells }) => ({
    label,
    framing,
    standing: cells.some(isWrongUnderLoad) ? 'wrong' : 'unproven',
    cells,
    overheads: overheadsOf(cells),
  })),
})

/** Subjects of a bench in the order of their cells, with the framing where a name has several. */
export const benchSubjects = (
  cells: readonly BenchCell[],
): { label: string; framing: string; cells: BenchCell[] }[] => {
  const groups = Map.groupBy(cells, ({ subject, framing }) => JSON.stringify([subject, framing]))
  const names = [...groups.values()].map((group) => group[0]!.subject)
  return [...groups.values()].map((group) => {
    const { subject, framing } = group[0]!
    const isUnique = names.indexOf(subject) === names.lastIndexOf(subject)
    return { label: isUnique ? subject : `${subject} (${framing})`, framing, cells: group }
  })
}
