/** The files of a bench: the report with its pictures, and everything raw. */
import { join } from 'node:path'
import type { BenchResult } from '../bench/result.ts'
import { renderBenchCsv } from '../reports/bench-csv.ts'
import { renderBenchMarkdown } from '../reports/bench-markdown.ts'
import { renderBenchCharts } from '../reports/charts/svg.ts'
import { percentileFiles } from '../reports/hgrm.ts'
import { writeFileWhole, writeJson } from './files.ts'

const chartFile = (name: string, theme: string): string => `${name}-${theme}.svg`

/** report.md, its charts in two themes, bench.json, launches.csv and a .hgrm for each histogram. */
export async function writeBenchFiles(result: BenchResult, folder: string): Promise<void> {
  writeJson(join(folder, 'bench.json'), result)
  writeFileWhole(join(folder, 'launches.csv'), renderBenchCsv(result))
  for (const { name, text } of percentileFiles(result.cells)) {
    writeFileWhole(join(folder, 'histograms', name), text)
  }
  for (const { name, theme, svg } of await renderBenchCharts(result)) {
    writeFileWhole(join(folder, chartFile(name, theme)), svg)
  }
  writeFileWhole(join(folder, 'report.md'), renderBenchMarkdown(result, { chartPath: chartFile }))
}
