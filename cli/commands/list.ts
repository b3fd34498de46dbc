/** `framegate list`: what there is. */

import { SCENARIOS } from '../../bench/registry.ts'
import { CLIENT_CASES } from '../../conformance/clients/registry.ts'
import { ALL_CASES } from '../../conformance/registry.ts'
import { SERVICES } from '../../impl/contract.ts'
import { IMPLEMENTATIONS } from '../../impl/registry.ts'
import { nearest } from '../../wire/nearest.ts'
import { print } from '../console.ts'
import { readCoverage } from '../coverage.ts'
import { UsageError } from '../errors.ts'
import { EXIT } from '../exit-codes.ts'
import { describeFramings } from '../framings.ts'
import type { AddCommand } from './registry.ts'

/** What is printed: an id, a line for a person, and a second line where there is more to say. */
type Row = { id: string; summary: string; note?: string } & Record<string, unknown>

/** Who a case judges. */
const CLIENT_IDS = new Set(CLIENT_CASES.map(({ id }) => id))

export function caseRows() {
  return ALL_CASES.map(({ id, level, clauses, sends, expects, finds }) => ({
    id,
    role: CLIENT_IDS.has(id) ? ('client' as const) : ('server' as const),
    summary: sends,
    level,
    clauses,
    expects,
    finds,
  }))
}

const LISTS: Record<string, () => Row[]> = {
  implementations: () =>
    IMPLEMENTATIONS.map(({ id, summary, discipline, framings, ledger, service }) => ({
      id,
      summary,
      discipline,
      framings,
      services: service ? [service] : SERVICES,
      wrongByDesign: ledger !== null,
    })),
  framings: describeFramings,
  cases: caseRows,
  scenarios: () => SCENARIOS.map(({ id, claim, requires }) => ({ id, summary: claim, requires })),
}

interface Options {
  json?: boolean
  coverage?: boolean
}

export const addList: AddCommand = (program, end) => {
  const kinds = Object.keys(LISTS)
  program
    .command('list')
    .description(`list ${kinds.join(', ')}`)
    .argument('[kind]', `one of ${kinds.join(', ')}; all of them when not given`)
    .option('--json', 'as JSON, for programs')
    .option('--coverage', 'clauses of the specification and the cases that check them')
    .addHelpText(
      'after',
      '\nExamples:\n  framegate list framings\n  framegate list cases --json\n  framegate list --coverage',
    )
    .action((kind: string | undefined, options: Options) => {
      if (kind !== undefined && !LISTS[kind]) {
        const near = nearest(kind, kinds)
        const hint = near === null ? '' : ` Did you mean ${near}?`
        throw new UsageError(`There is no list "${kind}".${hint} There are: ${kinds.join(', ')}.`)
      }
      if (options.coverage) printCoverage(options.json === true)
      else printLists(kind === undefined ? kinds : [kind], options.json === true)
      end(EXIT.ok)
    })
}

function printLists(kinds: readonly string[], json: boolean): void {
  if (json) {
    const lists = Object.fromEntries(kinds.map((kind) => [kind, LISTS[kind]!()]))
    print(JSON.stringify(kinds.length === 1 ? lists[kinds[0]!] : lists, null, 2))
    return
  }
  for (const kind of kinds) {
    const rows = LISTS[kind]!()
    print(`${kind} (${rows.length})`)
    const width = Math.max(...rows.map(({ id }) => id.length))
    for (const { id, summary, note } of rows) {
      print(`  ${id.padEnd(width)}  ${summary}`)
      if (note) print(`  ${' '.repeat(width)}    ${note}`)
    }
    print()
  }
}

function printCoverage(json: boolean): void {
  const coverage = readCoverage()
  if (json) return print(JSON.stringify(coverage, null, 2))
  for (const { clause, cases } of coverage) {
    print(`${clause.padEnd(6)}  ${cases.length > 0 ? cases.join(', ') : 'no case'}`)
  }
}
