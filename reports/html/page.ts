/**
 * The report as one HTML file: no network, no other files. Everything that can be read without
 * JavaScript is in the markup (and so is printed); the script adds filters, evidence and tooltips.
 */
import type { BenchResult } from '../../bench/result.ts'
import type { ConformResult } from '../../conformance/result.ts'
import type { Environment } from '../../harness/environment.ts'
import type { ChartData } from '../charts/chart.ts'
import type { RenderedChart } from '../charts/svg.ts'
import { type ConformVerdict, conformVerdict } from '../conform-verdict.ts'
import { plural } from '../units.ts'
import { chartFigures } from './chart-figures.ts'
import { type CaseText, evidenceData, type RunTrace, traceScripts } from './evidence.ts'
import { figureTables } from './figure-tables.ts'
import { inline, type Markup, markup, trusted } from './markup.ts'
import { matrix } from './matrix.ts'
import { columnsOf } from './run-column.ts'
import { runTable } from './run-table.ts'

export interface HtmlReport {
  conform: ConformResult | null
  bench: BenchResult | null
  charts: { data: ChartData; rendered: readonly RenderedChart[] } | null
  /** The advice, in Markdown; null where none can be given. */
  advice: string | null
  /** What each case sends, expects and finds, by id. */
  caseTexts: Readonly<Record<string, CaseText>>
  traces: readonly RunTrace[]
  assets: PageAssets
  /** The command that repeats all of it; null where it is not known. */
  repro: string | null
}

/** The page's stylesheet and its script, bundled. */
export interface PageAssets {
  style: string
  script: string
}

const VERDICTS: Readonly<Record<ConformVerdict, string>> = {
  'as-expected': '✓ As expected',
  'not-conformant': '✗ Not conformant',
  inconclusive: '? Inconclusive',
  'nothing-ran': '? Nothing ran',
}

const title = ({ conform, bench }: HtmlReport): string => {
  if (conform && bench) return 'Which framing?'
  return conform ? 'Conformance' : 'Bench'
}

const lead = ({ conform, bench, advice }: HtmlReport): Markup => {
  const cases = new Set(conform?.runs.flatMap((run) => run.cases.map(({ id }) => id))).size
  const what = [
    ...(conform ? [plural(conform.runs.length, 'run'), plural(cases, 'case')] : []),
    ...(bench ? [plural(bench.cells.length, 'measured cell')] : []),
  ]
  const verdict = conform ? VERDICTS[conformVerdict(conform)] : null
  return markup`<p class="lead">${verdict === null ? null : markup`<strong>${verdict}.</strong> `}${what.join(', ')}.</p>
${advice === null ? null : markup`<p class="advice">${inline(advice)}</p>`}`
}

const partialNote = ({ conform, bench }: HtmlReport): Markup | null =>
  conform?.partial || bench?.partial
    ? markup`<p class="warning" role="note">The run was interrupted: what is here is right, but it is not all.</p>`
    : null

const environmentSection = (environment: Environment): Markup => {
  const { cpuModel, cores, platform, kernel, bun, framegate, commit, dirty } = environment
  const rows: readonly (readonly [string, string])[] = [
    ['CPU', `${cpuModel}, ${plural(cores, 'core')}`],
    ['system', `${platform}, kernel ${kernel}`],
    ['Bun', bun],
    ['framegate', framegate],
    ['commit', `${commit ?? 'not from a checkout'}${dirty ? ', with uncommitted changes' : ''}`],
    ['load at the start', environment.load1.toFixed(2)],
    ['started', environment.startedAt],
    ['seed', String(environment.seed)],
  ]
  const lines = rows.map(([name, value]) => markup`<dt>${name}</dt><dd>${value}</dd>\n`)
  return markup`<section aria-labelledby="run-on"><h2 id="run-on">Run on</h2>\n<dl>${lines}</dl></section>`
}

/** The whole page. Reads nothing but its input; the same input gives the same text. */
export const renderHtml = (report: HtmlReport): string => {
  const { conform, bench, charts, assets, repro } = report
  const columns = conform ? columnsOf(conform.runs) : []
  const environment = (conform ?? bench)?.environment ?? null
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>framegate: ${title(report)}</title>
<style>${trusted(assets.style)}</style>
</head>
<body>
<a class="skip" href="#content">Skip to the results</a>
<header>
<p class="brand">framegate</p>
<button type="button" id="theme" aria-pressed="false">Dark theme</button>
</header>
<main id="content">
<h1>${title(report)}</h1>
${partialNote(report)}
${lead(report)}
${conform ? runTable(columns) : null}
${charts ? chartFigures(charts.data, charts.rendered) : null}
${conform ? matrix(columns) : null}
${bench ? figureTables(bench.cells) : null}
${environment ? environmentSection(environment) : null}
${repro === null ? null : markup`<section aria-labelledby="again"><h2 id="again">Run it again</h2><pre>${repro}</pre></section>`}
</main>
<dialog id="evidence" aria-labelledby="evidence-title"></dialog>
<div id="tooltip" role="tooltip" hidden></div>
<script type="application/json" id="data">${evidenceData(columns, report.caseTexts)}</script>
${traceScripts(columns, report.traces)}
<script type="module">${trusted(assets.script)}</script>
</body>
</html>
`.text
}
