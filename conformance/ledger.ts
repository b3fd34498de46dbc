/**
 * Expected failures: what a subject is known to get wrong, with the symptom and the reason.
 *
 * Listed cases still run. A listed case that passes, or fails in another way, or an entry that
 * matches nothing: each fails the run, so that a ledger cannot rot.
 */
import * as v from 'valibot'
import type { CaseResult } from './result.ts'

export const LEDGER_SCHEMA = 'framegate.ledger/1'

const Entry = v.strictObject({
  /** Glob over case ids: `boundary/*`. */
  case: v.pipe(v.string(), v.nonEmpty()),
  /** Glob over framing ids; every framing when absent. */
  framing: v.optional(v.string()),
  /** Glob over `tcp` and `unix`; both when absent. */
  transport: v.optional(v.string()),
  /** One symptom, or several where chance decides which one shows. */
  symptom: v.union([v.pipe(v.string(), v.nonEmpty()), v.pipe(v.array(v.string()), v.nonEmpty())]),
  /** The fault does not show every time: a pass is no surprise. */
  mayPass: v.optional(v.boolean()),
  reason: v.pipe(v.string(), v.nonEmpty()),
  /** ISO date; from that day on the entry is itself a problem. */
  expires: v.optional(v.pipe(v.string(), v.isoDate())),
})

export const Ledger = v.strictObject({ schema: v.literal(LEDGER_SCHEMA), entries: v.array(Entry) })

export type LedgerEntry = v.InferOutput<typeof Entry>
export type Ledger = v.InferOutput<typeof Ledger>

/** Reads a ledger's JSON. Throws an error that names the field. */
export function parseLedger(text: string, path: string): Ledger {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    throw new Error(`The ledger ${path} is no JSON: ${(error as Error).message}`)
  }
  const parsed = v.safeParse(Ledger, json)
  if (parsed.success) return parsed.output
  const issue = parsed.issues[0]
  throw new Error(
    `The ledger ${path} is wrong at ${v.getDotPath(issue) ?? 'its top'}: ${issue.message}`,
  )
}

export const matches = (glob: string, text: string): boolean => new Bun.Glob(glob).match(text)

/** Does this entry speak of this case of this run? */
export const speaksOf = (
  entry: LedgerEntry,
  id: string,
  framing: string,
  transport: string,
): boolean =>
  matches(entry.case, id) &&
  matches(entry.framing ?? '**', framing) &&
  matches(entry.transport ?? '*', transport)

/** Only these can be expected: what was not run proves nothing either way. */
const FAILED = new Set(['fail', 'timeout', 'crash', 'lenient'])

/** Marks each result as expected or not; returns what is wrong with the ledger itself. */
export function applyLedger(
  ledger: Ledger | null,
  results: readonly CaseResult[],
  subject: { framing: string; transport: string },
  options: { complete: boolean; today: string },
): string[] {
  const problems: string[] = []
  const used = new Set<LedgerEntry>()
  for (const result of results) {
    const entry = ledger?.entries.find((candidate) =>
      speaksOf(candidate, result.id, subject.framing, subject.transport),
    )
    if (entry) used.add(entry)
    result.expected = isExpected(result, entry)
  }
  for (const entry of ledger?.entries ?? []) {
    // A part of the cases, another framing or transport says nothing about the other entries.
    const concerned =
      matches(entry.framing ?? '**', subject.framing) &&
      matches(entry.transport ?? '*', subject.transport)
    if (options.complete && concerned && !used.has(entry)) {
      problems.push(`The ledger's entry "${entry.case}" matches no case of this run: remove it.`)
    }
    if (entry.expires && entry.expires <= options.today) {
      problems.push(
        `The ledger's entry "${entry.case}" expired on ${entry.expires}: mend or renew it.`,
      )
    }
  }
  return problems
}

function isExpected(result: CaseResult, entry: LedgerEntry | undefined): boolean {
  if (result.outcome === 'unsupported') return true
  if (!entry) {
    return result.outcome === 'pass' || (result.outcome === 'lenient' && result.level !== 'must')
  }
  if (result.outcome === 'pass') return entry.mayPass === true
  const symptoms: readonly string[] = [entry.symptom].flat()
  return FAILED.has(result.outcome) && symptoms.includes(result.symptom ?? '')
}
