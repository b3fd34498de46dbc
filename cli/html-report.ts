/** The HTML report: the page of reports/html with its script bundled and its cases in words. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { BenchResult } from '../bench/result.ts'
import { ALL_CASES } from '../conformance/registry.ts'
import type { ConformResult } from '../conformance/result.ts'
import { chartDataOfBench, chartDataOfCompare } from '../reports/charts/chart.ts'
import { renderCharts } from '../reports/charts/svg.ts'
import type { CaseText, RunTrace } from '../reports/html/evidence.ts'
import { type PageAssets, renderHtml } from '../reports/html/page.ts'
import { recommend } from '../reports/recommendation.ts'
import { headline } from '../reports/recommendation-words.ts'
import type { CompareResult } from '../reports/report.ts'

const inPage = (file: string): string =>
  fileURLToPath(new URL(`../reports/html/${file}`, import.meta.url))

/** Throws when the script does not build: then this installation is broken. */
async function pageAssets(): Promise<PageAssets> {
  const build = await Bun.build({
    entrypoints: [inPage('browser/main.ts')],
    target: 'browser',
    minify: true,
  })
  const script = await build.outputs[0]!.text()
  // What stands in a script element must not end it.
  return {
    script: script.replaceAll('</script', '<\\/script'),
    style: readFileSync(inPage('style.css'), 'utf8'),
  }
}

const caseTexts = (): Record<string, CaseText> =>
  Object.fromEntries(
    ALL_CASES.map(({ id, sends, expects, finds }) => [id, { sends, expects, finds }]),
  )

/** Conformance alone, a bench alone, or both. */
export async function htmlOfResults(
  conform: ConformResult | null,
  bench: BenchResult | null,
  traces: readonly RunTrace[] = [],
): Promise<string> {
  const data = bench && chartDataOfBench(bench)
  return renderHtml({
    conform,
    bench,
    charts: data && { data, rendered: await renderCharts(data, true) },
    advice: null,
    caseTexts: caseTexts(),
    traces,
    assets: await pageAssets(),
    repro: null,
  })
}

export async function htmlOfCompare(
  result: CompareResult,
  traces: readonly RunTrace[] = [],
): Promise<string> {
  const data = chartDataOfCompare(result)
  return renderHtml({
    conform: result.conform,
    bench: result.bench,
    charts: { data, rendered: await renderCharts(data, true) },
    advice: headline(recommend(result)),
    caseTexts: caseTexts(),
    traces,
    assets: await pageAssets(),
    repro: result.repro,
  })
}
