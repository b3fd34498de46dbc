/** The report of a comparison, written and told: by `compare`, and by `merge` of its shards. */
import { join, relative } from 'node:path'
import { renderCompareCharts } from '../reports/charts/svg.ts'
import { renderCompareMarkdown } from '../reports/compare-markdown.ts'
import { recommend } from '../reports/recommendation.ts'
import type { Compared } from './compare-shard.ts'
import { printConformance } from './conform-text.ts'
import { print, styled } from './console.ts'
import { writeFileWhole, writeJson } from './files.ts'
import { htmlOfCompare } from './html-report.ts'

const chartFile = (name: string, theme: string): string => `${name}-${theme}.svg`

/** report.md, report.html, report.json and the charts; then the outcome for who waits. */
export async function publishCompare({ result, traces }: Compared, out: string): Promise<void> {
  writeJson(join(out, 'report.json'), result)
  for (const { name, theme, svg } of await renderCompareCharts(result)) {
    writeFileWhole(join(out, chartFile(name, theme)), svg)
  }
  writeFileWhole(join(out, 'report.md'), renderCompareMarkdown(result, { chartPath: chartFile }))
  writeFileWhole(join(out, 'report.html'), await htmlOfCompare(result, traces))
  printConformance(result.conform)
  print()
  const chosen = recommend(result).chosen.map(({ label }) => label)
  if (chosen.length > 0) print(`recommended: ${styled('bold', chosen.join(' or '))}`)
  print(`report: ${relative('.', join(out, 'report.md'))}`)
}
