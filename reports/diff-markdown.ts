/** A comparison of two conformance runs, as a comment on a pull request. */
import type { Change, DiffResult, SubjectDiff } from '../conformance/diff.ts'
import { COMMENT_BYTES_MAX, cutTable, fitted } from './limits.ts'
import { type Column, code, details, partialAlert, shorten, text } from './markdown.ts'
import { symptomWords } from './symptom-words.ts'
import { plural } from './units.ts'

const VERDICTS: Readonly<Record<DiffResult['verdict'], string>> = {
  same: '✅ **Nothing has changed.**',
  better: '✅ **Better than before.**',
  worse: '❌ **New failures.**',
  inconclusive: '❓ **Inconclusive.**',
  'nothing-compared': '❓ **Nothing in common to compare.**',
}

/** Of each table: a subject has five, and new failures come first. */
const LIMIT = { bytesMax: 12_000, noun: 'case' }
const DETAIL_CHARACTERS_MAX = 300
const IDS_SHOWN_MAX = 100

const COLUMNS: readonly Column[] = [
  { title: 'case', align: 'left' },
  { title: 'before', align: 'left' },
  { title: 'now', align: 'left' },
  { title: 'what was seen', align: 'left' },
]

export const endWords = (end: Change['old']): string => {
  if (end === null) return 'not run'
  return end.symptom === null ? end.outcome : `${end.outcome}: ${end.symptom}`
}

const rowOf = ({ id, old, new: now, detail }: Change): string[] => [
  code(id),
  text(endWords(old)),
  text(endWords(now)),
  text(detail === '' && now?.symptom ? symptomWords(now.symptom) : firstLineOf(detail)),
]

const firstLineOf = (detail: string): string =>
  shorten(detail.split('\n')[0] ?? '', DETAIL_CHARACTERS_MAX)

const changes = (title: string, list: readonly Change[]): string | null =>
  list.length === 0 ? null : `**${title}**\n\n${cutTable(COLUMNS, list.map(rowOf), LIMIT)}`

function subjectPart(diff: SubjectDiff): string {
  const { name, framing, transport, newFailures, fixed, added, removed, stillFailing } = diff
  const known = diff.newKnownFailures
  const told = [
    changes(plural(newFailures.length, 'new failure'), newFailures),
    changes(`${plural(known.length, 'new failure')} that the ledger lists`, known),
    changes(`${fixed.length} fixed`, fixed),
    changes(`${diff.changed.length} wrong in another way`, diff.changed),
    changes(`${diff.weaker.length} no plain pass any more`, diff.weaker),
    stillFailing > 0 ? `${plural(stillFailing, 'case')} failed before and still.` : null,
    added.length > 0 ? folded(`${plural(added.length, 'case')} more`, added) : null,
    removed.length > 0 ? folded(`${plural(removed.length, 'case')} less`, removed) : null,
  ].filter((part) => part !== null)
  const title = `### ${text(name)} (${text(framing)}, ${text(transport)})`
  return [title, ...(told.length > 0 ? told : ['No difference.'])].join('\n\n')
}

function folded(summary: string, ids: readonly string[]): string {
  const lines = ids.slice(0, IDS_SHOWN_MAX).map((id) => `- ${code(id)}`)
  const left = ids.length - lines.length
  return details(summary, [...lines, ...(left > 0 ? [`- … and ${left} more`] : [])].join('\n'))
}

export const renderDiffMarkdown = (result: DiffResult): string => {
  const { verdict, partial, subjects, onlyOld, onlyNew } = result
  const others = (names: readonly string[], which: string) =>
    names.length > 0 ? `Only in the ${which} run: ${names.map(code).join(', ')}.` : null
  const parts = [
    '## Conformance, before and now',
    VERDICTS[verdict],
    partialAlert(partial),
    ...subjects.map(subjectPart),
    others(onlyOld, 'old'),
    others(onlyNew, 'new'),
  ]
  return fitted(parts, COMMENT_BYTES_MAX)
}
