/** `framegate report FILE…`: renders results of earlier runs again, in any format. */
import { basename, dirname, extname, join, relative } from 'node:path'
import { BENCH_SCHEMA, type BenchResult } from '../../bench/result.ts'
import { CONFORM_SCHEMA, type ConformResult } from '../../conformance/result.ts'
import { renderBadge } from '../../reports/badge.ts'
import { renderBenchMarkdown } from '../../reports/bench-markdown.ts'
import { chartDataOfBench, chartDataOfCompare } from '../../reports/charts/chart.ts'
import { renderCharts } from '../../reports/charts/svg.ts'
import { renderCompareMarkdown } from '../../reports/compare-markdown.ts'
import { renderConformMarkdown } from '../../reports/conform-markdown.ts'
import type { RunTrace } from '../../reports/html/evidence.ts'
import { renderJunit } from '../../reports/junit.ts'
import { COMPARE_SCHEMA, type CompareResult } from '../../reports/report.ts'
import { renderCompareShort, renderShort } from '../../reports/short-markdown.ts'
import { log, print } from '../console.ts'
import { UsageError } from '../errors.ts'
import { EXIT } from '../exit-codes.ts'
import { writeFileWhole } from '../files.ts'
import { htmlOfCompare, htmlOfResults } from '../html-report.ts'
import { type ResultFile, readResultFile } from '../result-files.ts'
import { readTraces } from '../trace-files.ts'
import type { AddCommand } from './registry.ts'

const FORMATS = ['md', 'html', 'junit', 'badge'] as const
type Format = (typeof FORMATS)[number]

interface Options {
  format: Format
  out?: string
  trace?: string
  short?: boolean
}

export const addReport: AddCommand = (program, end) => {
  program
    .command('report')
    .description('render results of earlier runs again: Markdown, HTML, JUnit or a badge')
    .argument('<files...>', 'results that --json, or compare (report.json), wrote')
    .option('--format <format>', FORMATS.join(', '), parseFormat, 'md')
    .option('--out <file>', 'where to write it; all but HTML goes to stdout without it')
    .option('--short', 'for Markdown: what fits into a comment on GitHub')
    .option('--trace <dir>', 'for HTML: what `conform --trace` wrote, shown with the cases')
    .addHelpText('after', HELP)
    .action(async (files: string[], options: Options) => {
      await report(files, options)
      end(EXIT.ok)
    })
}

const HELP = `
Several files are shown together: runs of conformance beside each other, figures of benches beside
each other. The HTML page is one file and needs no network.

Exit codes: 0 written, 2 a file cannot be read or has an unknown schema.

Examples:
  framegate report reports/latest/report.json --format html --out report.html
  framegate report conform.json --short
  framegate report conform.json --trace traces --format html
  framegate report a.json b.json --format junit --out junit.xml
  framegate report conform.json --format badge --out badge.svg`

function parseFormat(text: string): Format {
  const format = FORMATS.find((one) => one === text)
  if (format) return format
  throw new UsageError(`There is no format "${text}". There are: ${FORMATS.join(', ')}.`)
}

async function report(paths: readonly string[], options: Options): Promise<void> {
  const { format, out, trace, short = false } = options
  if (short && format !== 'md') throw new UsageError('--short is for Markdown: --format md.')
  if (trace !== undefined && format !== 'html') {
    throw new UsageError('--trace is for the HTML page: add --format html.')
  }
  const results = joined(paths.map(readResultFile))
  const target = out ?? (format === 'html' ? `${nameOf(paths[0]!)}.html` : null)
  const content = await RENDERERS[format](results, { target, traceFolder: trace ?? null, short })
  if (target === null) return print(content.trimEnd())
  writeFileWhole(target, content)
  log(`written: ${relative('.', target)}`)
}

const nameOf = (path: string): string => join(dirname(path), basename(path, extname(path)))

interface Results {
  conform: ConformResult | null
  bench: BenchResult | null
  compare: CompareResult | null
}

/** Runs and cells of all files; a comparison is shown as one where it is alone. */
function joined(files: readonly ResultFile[]): Results {
  const [first] = files
  const alone = files.length === 1 && first?.schema === COMPARE_SCHEMA ? first : null
  const conforms = files.flatMap((file) => {
    if (file.schema === COMPARE_SCHEMA) return [file.conform]
    return file.schema === CONFORM_SCHEMA ? [file] : []
  })
  const benches = files.flatMap((file) => {
    if (file.schema === COMPARE_SCHEMA) return [file.bench]
    return file.schema === BENCH_SCHEMA ? [file] : []
  })
  return {
    conform: conforms[0]
      ? {
          ...conforms[0],
          partial: conforms.some(({ partial }) => partial),
          runs: conforms.flatMap(({ runs }) => runs),
        }
      : null,
    bench: benches[0]
      ? {
          ...benches[0],
          partial: benches.some(({ partial }) => partial),
          cells: benches.flatMap(({ cells }) => cells),
        }
      : null,
    compare: alone,
  }
}

interface Rendering {
  target: string | null
  traceFolder: string | null
  short: boolean
}

type Renderer = (results: Results, rendering: Rendering) => string | Promise<string>

const RENDERERS: Readonly<Record<Format, Renderer>> = {
  md: (results, rendering) =>
    rendering.short ? shortMarkdownOf(results) : markdownOf(results, rendering),
  html({ conform, bench, compare }, { traceFolder }) {
    const traces = tracesOf(conform, traceFolder)
    return compare ? htmlOfCompare(compare, traces) : htmlOfResults(conform, bench, traces)
  },
  junit: ({ conform }) => renderJunit(withCases('JUnit', conform)),
  badge: ({ conform }) => renderBadge(withCases('A badge', conform)),
}

function withCases(what: string, conform: ConformResult | null): ConformResult {
  if (conform) return conform
  throw new UsageError(`${what} is of cases: give a result of conform or compare.`)
}

function tracesOf(conform: ConformResult | null, folder: string | null): RunTrace[] {
  if (folder === null) return []
  return readTraces(folder, withCases('--trace', conform))
}

function shortMarkdownOf({ conform, bench, compare }: Results): string {
  return compare ? renderCompareShort(compare) : renderShort(conform, bench)
}

/** Charts go beside the file; on stdout the text refers to pictures beside the result. */
async function markdownOf(
  { conform, bench, compare }: Results,
  { target }: Rendering,
): Promise<string> {
  const stem = target === null ? null : basename(nameOf(target))
  const chartPath = (name: string, theme: string) =>
    stem === null ? `${name}-${theme}.svg` : `${stem}-${name}-${theme}.svg`
  if (target !== null && (compare ?? bench)) {
    const data = compare ? chartDataOfCompare(compare) : chartDataOfBench(bench!)
    for (const { name, theme, svg } of await renderCharts(data)) {
      writeFileWhole(join(dirname(target), chartPath(name, theme)), svg)
    }
  }
  if (compare) return renderCompareMarkdown(compare, { chartPath })
  const parts = [
    ...(conform ? [renderConformMarkdown(conform)] : []),
    ...(bench ? [renderBenchMarkdown(bench, { chartPath })] : []),
  ]
  return parts.join('\n')
}
