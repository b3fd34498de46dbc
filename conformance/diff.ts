/** Two runs of conformance held against each other: what is worse, what is better. Pure. */
import type { CaseResult, ConformResult, ConformRun, Outcome, Symptom } from './result.ts'

const DIFF_SCHEMA = 'framegate.diff/1'

/** How a case ended; null where it was not run. */
interface End {
  outcome: Outcome
  symptom: Symptom | null
}

export interface Change {
  id: string
  old: End | null
  new: End | null
  detail: string
  repro: string
}

export interface SubjectDiff {
  name: string
  framing: string
  transport: string
  /** Wrong now, and not before: each fails the comparison, unless its ledger lists it. */
  newFailures: Change[]
  /** New, and listed in the ledger of the new run. */
  newKnownFailures: Change[]
  fixed: Change[]
  /** Wrong before and now, with another symptom. */
  changed: Change[]
  /** Not wrong, but no plain pass any more: lenient, inconclusive, unsupported. */
  weaker: Change[]
  added: string[]
  removed: string[]
  stillFailing: number
}

export interface DiffResult {
  schema: typeof DIFF_SCHEMA
  /** `nothing-compared` when the two have no subject in common. */
  verdict: 'same' | 'better' | 'worse' | 'inconclusive' | 'nothing-compared'
  /** True when one of the two was interrupted. */
  partial: boolean
  subjects: SubjectDiff[]
  /** Subjects that only one of the two has. */
  onlyOld: string[]
  onlyNew: string[]
}

export function diffResults(before: ConformResult, after: ConformResult): DiffResult {
  const pairs = pairsOf(before.runs, after.runs)
  const subjects = pairs.map(([old, now]) => diffRuns(old, now))
  const paired = new Set(pairs.flat())
  const others = (runs: readonly ConformRun[]) => runs.filter((run) => !paired.has(run)).map(keyOf)
  const result = {
    schema: DIFF_SCHEMA,
    partial: before.partial || after.partial,
    subjects,
    onlyOld: others(before.runs),
    onlyNew: others(after.runs),
  } as const
  return { ...result, verdict: verdictOf(result) }
}

const keyOf = ({ subject: { name, framing, transport } }: ConformRun): string =>
  `${name} (${framing}, ${transport})`

/** The same subjects; one alone on either side is compared whatever it is called. */
function pairsOf(old: readonly ConformRun[], now: readonly ConformRun[]) {
  if (old.length === 1 && now.length === 1) return [[old[0]!, now[0]!]] as const
  return now.flatMap((run) => {
    const partner = old.find((candidate) => keyOf(candidate) === keyOf(run))
    return partner ? [[partner, run] as const] : []
  })
}

const WRONG = new Set<Outcome>(['fail', 'timeout', 'crash'])
const isWrong = (result: CaseResult | undefined): boolean =>
  result !== undefined && WRONG.has(result.outcome)
const endOf = (result: CaseResult | undefined): End | null =>
  result ? { outcome: result.outcome, symptom: result.symptom } : null

function diffRuns(old: ConformRun, now: ConformRun): SubjectDiff {
  const before = new Map(old.cases.map((result) => [result.id, result]))
  const after = new Map(now.cases.map((result) => [result.id, result]))
  const changeOf = (result: CaseResult): Change => ({
    id: result.id,
    old: endOf(before.get(result.id)),
    new: endOf(after.get(result.id)),
    detail: result.detail,
    repro: result.repro,
  })
  const wrongNow = now.cases.filter(isWrong)
  const isNew = ({ id }: CaseResult) => !isWrong(before.get(id))
  const wasWrong = old.cases.filter(isWrong)
  const { name, framing, transport } = now.subject
  return {
    name,
    framing,
    transport,
    newFailures: wrongNow.filter((one) => isNew(one) && !one.expected).map(changeOf),
    newKnownFailures: wrongNow.filter((one) => isNew(one) && one.expected).map(changeOf),
    fixed: wasWrong.filter(({ id }) => after.get(id)?.outcome === 'pass').map(changeOf),
    changed: wrongNow
      .filter((one) => !isNew(one) && before.get(one.id)!.symptom !== one.symptom)
      .map(changeOf),
    weaker: now.cases
      .filter((one) => !isWrong(one) && one.outcome !== 'pass')
      .filter(({ id }) => before.get(id)?.outcome === 'pass')
      .map(changeOf),
    added: now.cases.map(({ id }) => id).filter((id) => !before.has(id)),
    removed: old.cases.map(({ id }) => id).filter((id) => !after.has(id)),
    stillFailing: wrongNow.filter((one) => !isNew(one)).length,
  }
}

function verdictOf({
  subjects,
  partial,
}: Pick<DiffResult, 'subjects' | 'partial'>): DiffResult['verdict'] {
  if (subjects.length === 0) return 'nothing-compared'
  const has = (list: (diff: SubjectDiff) => readonly unknown[]) =>
    subjects.some((diff) => list(diff).length > 0)
  if (has(({ newFailures }) => newFailures)) return 'worse'
  const isOpen = ({ new: end }: Change) =>
    end?.outcome === 'inconclusive' || end?.outcome === 'harness-error'
  if (partial || has(({ weaker }) => weaker.filter(isOpen))) return 'inconclusive'
  return has(({ fixed }) => fixed) ? 'better' : 'same'
}
