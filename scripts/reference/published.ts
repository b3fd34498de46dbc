/** The figures in docs/choose-a-framing.md: those of the published report, as they stand there. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = join(import.meta.dir, '../..')
const REPORT = 'reports/published/report.md'
const PAGE = 'docs/choose-a-framing.md'
const BEGIN = '<!-- of the published report, by `npm run reference` -->'
const END = '<!-- until here -->'

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')

/** The page with the figures of today's report in it; the rest of it is written by hand. */
export function choiceWithFigures(): string {
  const page = read(PAGE)
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)]
  if (begin === -1 || end < begin) throw new Error(`${PAGE} needs "${BEGIN}" and "${END}".`)
  const figures = figuresOf(read(REPORT))
  return `${page.slice(0, begin + BEGIN.length)}\n\n${figures}\n\n${page.slice(end)}`
}

/** The table at a glance with its footnotes, and what it was measured on. */
export function figuresOf(report: string): string {
  const glance = /^## At a glance\n\n([\s\S]*?)\n\n## /m.exec(report)?.[1]
  const [cpu, bun, started] = ['CPU', 'Bun', 'started'].map(
    (row) => new RegExp(`^\\| ${row} \\| (.*) \\|$`, 'm').exec(report)?.[1],
  )
  if (!glance || !cpu || !bun || !started) {
    throw new Error(`${REPORT} has no table at a glance, or does not say what it was measured on.`)
  }
  const day = started.slice(0, 'yyyy-mm-dd'.length)
  return `${glance}\n\nMeasured on ${cpu}, Bun ${bun}, on ${day}.`
}
