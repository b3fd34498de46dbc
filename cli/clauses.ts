/** Clauses of the specification, each with what it says. */
import { readFileSync } from 'node:fs'

const SPECIFICATION = new URL('../wire/SPEC.md', import.meta.url)
/** `**ALL-1 …` and `- **NS-2** …`: where the specification states a clause. */
const CLAUSE = /^(?:- )?\*\*([A-Z]+-\d+)\b(.*(?:\n(?!\n|- \*\*|\*\*).*)*)/gm

let read: ReadonlyMap<string, string> | null = null

/** By id, in the order of the specification. */
export function readClauses(): ReadonlyMap<string, string> {
  if (read) return read
  const matches = readFileSync(SPECIFICATION, 'utf8').matchAll(CLAUSE)
  read = new Map([...matches].map(([, id, text]) => [id!, plain(text!)]))
  return read
}

/** On one line, without marks. */
const plain = (markdown: string): string =>
  markdown
    .replaceAll('**', '')
    .replaceAll(/\s*\n\s*/g, ' ')
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .trim()

/** `ALL-2 Once, in order, at once, unchanged. Messages MUST come out in …`. */
export const clauseWords = (id: string): string => `${id} ${readClauses().get(id) ?? ''}`.trim()
