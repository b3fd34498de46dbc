/** `framegate explain ID`: what a case sends, what it expects, and why it matters. */

import { matches } from '../../conformance/ledger.ts'
import { ALL_CASES } from '../../conformance/registry.ts'
import { IMPLEMENTATIONS } from '../../impl/registry.ts'
import { nearest } from '../../wire/nearest.ts'
import { print, styled } from '../console.ts'
import { UsageError } from '../errors.ts'
import { EXIT } from '../exit-codes.ts'
import { ledgerOf } from '../ledgers.ts'
import type { AddCommand } from './registry.ts'

export const addExplain: AddCommand = (program, end) => {
  program
    .command('explain')
    .description('what a conformance case sends, expects and finds')
    .argument('<id>', 'a case, as `framegate list cases` names it')
    .addHelpText('after', '\nExample:\n  framegate explain boundary/two-frames-one-write')
    .action((id: string) => {
      const found = ALL_CASES.find((candidate) => candidate.id === id)
      if (!found) throw new UsageError(unknownCase(id))
      print(`${styled('bold', found.id)}  ${found.level.toUpperCase()}  ${found.clauses.join(' ')}`)
      print(`sends    ${found.sends}`)
      print(`expects  ${found.expects}`)
      print(`finds    ${found.finds}`)
      for (const implementation of IMPLEMENTATIONS) {
        for (const entry of ledgerOf(implementation)?.entries ?? []) {
          if (!matches(entry.case, id)) continue
          const symptom = [entry.symptom].flat().join(' or ')
          print(`known    ${implementation.id}: ${symptom}. ${entry.reason}`)
        }
      }
      end(EXIT.ok)
    })
}

function unknownCase(id: string): string {
  const word = id.split('/').at(-1) ?? id
  const near = ALL_CASES.filter((candidate) => candidate.id.includes(word)).map(({ id }) => id)
  const misspelled = nearest(
    id,
    ALL_CASES.map((candidate) => candidate.id),
  )
  const meant = misspelled === null ? near.slice(0, 3) : [misspelled]
  const hint = meant.length > 0 ? ` Did you mean ${meant.join(' or ')}?` : ''
  return `There is no case "${id}".${hint} \`framegate list cases\` shows all.`
}
