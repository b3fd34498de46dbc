/** A comparison of two conformance runs on the console. */
import type { Change, DiffResult, SubjectDiff } from '../conformance/diff.ts'
import { endWords } from '../reports/diff-markdown.ts'
import { print, styled } from './console.ts'

const VERDICTS: Readonly<Record<DiffResult['verdict'], string>> = {
  same: 'Nothing has changed for the worse.',
  better: 'Better than before.',
  worse: 'New failures.',
  inconclusive: 'Inconclusive: one of the runs was interrupted, or proves less than before.',
  'nothing-compared': 'The two runs have no subject in common.',
}

export function printDiff({ verdict, subjects, onlyOld, onlyNew }: DiffResult): void {
  for (const diff of subjects) printSubject(diff)
  for (const name of onlyOld) print(`only in the old run: ${name}`)
  for (const name of onlyNew) print(`only in the new run: ${name}`)
  const style = verdict === 'worse' ? 'red' : verdict.startsWith('in') ? 'yellow' : 'green'
  print(styled(style, VERDICTS[verdict]))
}

function printSubject(diff: SubjectDiff): void {
  const { name, framing, transport, newFailures, fixed, added, removed, stillFailing } = diff
  print(styled('bold', `${name} (${framing}${transport === 'unix' ? ', unix' : ''})`))
  printChanges('NEW FAILURE', 'red', newFailures)
  printChanges('NEW, IN THE LEDGER', 'yellow', diff.newKnownFailures)
  printChanges('OTHER SYMPTOM', 'yellow', diff.changed)
  printChanges('WEAKER', 'yellow', diff.weaker)
  printChanges('FIXED', 'green', fixed)
  const counts = [
    [stillFailing, 'failed before and still'],
    [added.length, 'cases more'],
    [removed.length, 'cases less'],
  ] as const
  const told = counts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`)
  if (told.length > 0) print(`  ${told.join(', ')}`)
}

function printChanges(title: string, style: 'red' | 'yellow' | 'green', list: readonly Change[]) {
  for (const { id, old, new: now, detail, repro } of list) {
    print(`  ${styled(style, title)} ${id}: ${endWords(old)} → ${endWords(now)}`)
    if (style !== 'red') continue
    print(`    seen      ${detail.replaceAll('\n', '\n              ')}`)
    print(`    repeat    ${repro}`)
  }
}
