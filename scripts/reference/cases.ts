/** Every case, as `list cases --json` tells them. */
import { caseRows } from '../../cli/commands/list.ts'

type CaseRow = ReturnType<typeof caseRows>[number]

const ROLES = {
  server: 'Cases for servers',
  client: 'Cases for clients',
} as const

const INTRO = `# Cases

Every case of the suite: what it sends, what has to come back, and which mistake it finds. MUST and
SHOULD are of foreign subjects; for framegate's own servers a SHOULD is a MUST. The clauses are in
[the specification](../../wire/SPEC.md). \`framegate explain ID\` shows one case, and who is known
to fail it; \`framegate list cases --json\` is this page for programs.`

export function casesReference(): string {
  const cases = caseRows()
  const sections = (['server', 'client'] as const).map((role) =>
    roleSection(
      ROLES[role],
      cases.filter((one) => one.role === role),
    ),
  )
  return `${[INTRO, ...sections].join('\n\n')}\n`
}

function roleSection(title: string, cases: readonly CaseRow[]): string {
  const categories = [...Map.groupBy(cases, ({ id }) => id.slice(0, id.indexOf('/')))]
  const counts = categories.map(([category, { length }]) => `${category} ${length}`)
  const parts = [`## ${title}`, `${cases.length} in all: ${counts.join(', ')}.`]
  return [...parts, ...categories.flatMap(([, of]) => of.map(caseSection))].join('\n\n')
}

const LEVELS = { must: 'MUST', should: 'SHOULD', observe: 'observed, not judged' } as const

function caseSection({ id, level, clauses, summary, expects, finds }: CaseRow): string {
  const cited = [LEVELS[level], ...clauses].join(', ')
  const items = [
    `- **sends**: ${escaped(summary)}`,
    `- **expects**: ${escaped(expects)}`,
    `- **finds**: ${escaped(finds)}`,
  ]
  return `### ${id}\n\n${cited}\n\n${items.join('\n')}`
}

/** Prose of the cases, with nothing in it that Markdown would take for markup. */
const escaped = (words: string): string => words.replace(/[\\*_[\]<>|]/g, '\\$&')
