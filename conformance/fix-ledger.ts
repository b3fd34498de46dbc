/** A ledger made to say what was seen: nothing mended stays on it, nothing new is missing. Pure. */
import { type Ledger, type LedgerEntry, speaksOf } from './ledger.ts'
import type { CaseResult, ConformRun, SubjectRecord } from './result.ts'
import { isUnexpected } from './summary.ts'

export interface FixedLedger {
  ledger: Ledger
  added: number
  removed: number
}

interface Seen {
  result: CaseResult
  subject: SubjectRecord
}

const FAILED = new Set(['fail', 'timeout', 'crash', 'lenient'])

/** `runs` are whole: what a part of the suite does not show would be taken off. */
export function fixLedger(ledger: Ledger, runs: readonly ConformRun[], today: string): FixedLedger {
  const seen = runs.flatMap(({ subject, cases }) => cases.map((result) => ({ subject, result })))
  const claims = new Map<LedgerEntry, Seen[]>(ledger.entries.map((entry) => [entry, []]))
  const entries: LedgerEntry[] = []
  const unclaimed: Seen[] = []
  for (const one of seen) {
    const entry = ledger.entries.find((candidate) => isAbout(candidate, one))
    if (entry) claims.get(entry)!.push(one)
    else if (isUnexpected(one.result)) unclaimed.push(one)
  }
  for (const [entry, claimed] of claims) entries.push(...kept(entry, claimed, runs))
  entries.push(...unclaimed.map((one) => entryOf(one, reasonFor(one, today))))
  const before = new Set(ledger.entries.map((entry) => JSON.stringify(entry)))
  const after = new Set(entries.map((entry) => JSON.stringify(entry)))
  return {
    ledger: { ...ledger, entries },
    added: [...after].filter((entry) => !before.has(entry)).length,
    removed: [...before].filter((entry) => !after.has(entry)).length,
  }
}

const isAbout = (entry: LedgerEntry, { result, subject }: Seen): boolean =>
  speaksOf(entry, result.id, subject.framing, subject.transport)

/** The entry where all is as it says; otherwise one for each case that still fails. */
function kept(
  entry: LedgerEntry,
  claimed: readonly Seen[],
  runs: readonly ConformRun[],
): LedgerEntry[] {
  if (claimed.length === 0) {
    const concerned = runs.some(({ subject }) =>
      speaksOf({ ...entry, case: '**' }, '', subject.framing, subject.transport),
    )
    return concerned ? [] : [entry]
  }
  const isUnproven = ({ outcome }: CaseResult) => !FAILED.has(outcome) && outcome !== 'pass'
  if (claimed.every(({ result }) => result.expected || isUnproven(result))) return [entry]
  const { reason, mayPass, expires } = entry
  return claimed
    .filter(({ result }) => FAILED.has(result.outcome))
    .map((one) => ({
      ...entryOf(one, reason),
      ...(mayPass === undefined ? {} : { mayPass }),
      ...(expires === undefined ? {} : { expires }),
    }))
}

/** What was flaky may be so again: with any of its symptoms, or as a pass. */
function entryOf({ result, subject }: Seen, reason: string): LedgerEntry {
  const { id, repeats = [result] } = result
  const failures = repeats.filter(({ outcome }) => FAILED.has(outcome))
  const symptoms = [...new Set(failures.map(({ symptom }) => symptom ?? 'crashed'))]
  return {
    case: id,
    framing: subject.framing,
    transport: subject.transport,
    symptom: symptoms.length === 1 ? symptoms[0]! : symptoms,
    ...(repeats.some(({ outcome }) => outcome === 'pass') ? { mayPass: true } : {}),
    reason,
  }
}

const reasonFor = ({ result }: Seen, today: string): string => {
  const [sentence = ''] = result.detail.split('\n')
  return `Seen on ${today}; say why. ${sentence}`.trim()
}
