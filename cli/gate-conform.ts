/** Right before fast: what head fails and base does not, before anything is timed. */
import { asSide } from '../bench/gate/launch.ts'
import type { NewFailure } from '../bench/gate/result.ts'
import type { Case } from '../conformance/case.ts'
import { CASES } from '../conformance/registry.ts'
import type { CaseResult, Outcome } from '../conformance/result.ts'
import type { Environment } from '../harness/environment.ts'
import { runConformance } from './conform-run.ts'
import { CREW_SIZE } from './crew.ts'
import { host } from './host.ts'
import type { Subject } from './subjects.ts'

export interface ConformanceOfHead {
  newFailures: NewFailure[]
  /** Ids of everything that head fails. */
  failing: string[]
  warnings: string[]
}

export interface HeadCheck {
  head: Subject
  /** Which of these cases does base fail? Asked for nothing that head passes. */
  failsInBase(cases: readonly Case[]): Promise<readonly string[]>
  environment: Environment
  /** All failures are wanted, to be stored. */
  wantsAll: boolean
}

const FAILURES: readonly Outcome[] = ['fail', 'timeout', 'crash']

/**
 * Ends with the first new failure, unless all are wanted. Throws HarnessError, saying which side,
 * when one cannot be started.
 */
export async function checkHead(check: HeadCheck): Promise<ConformanceOfHead> {
  const { wantsAll } = check
  const found: ConformanceOfHead = { newFailures: [], failing: [], warnings: [] }
  let rest = CASES.filter(({ level }) => level === 'must')
  while (rest.length > 0 && !host().signal.aborted) {
    const cases = await run('head', check.head, { cases: rest, bail: !wantsAll, ...check })
    const ran = new Set(cases.map(({ id }) => id))
    const failures = cases.filter(isFailure)
    await judge(failures, check, found)
    if (failures.length === 0 || wantsAll || found.newFailures.length > 0) break
    // What base fails as well is no reason to stop.
    rest = rest.filter(({ id }) => !ran.has(id))
  }
  return found
}

/** Failures of head: known ones, new ones, and those that come and go. */
async function judge(
  failures: readonly CaseResult[],
  { head, environment, failsInBase }: HeadCheck,
  found: ConformanceOfHead,
): Promise<void> {
  if (failures.length === 0 || host().signal.aborted) return
  const casesOf = (results: readonly CaseResult[]) =>
    CASES.filter(({ id }) => results.some((result) => result.id === id))
  found.failing.push(...failures.map(({ id }) => id))
  const known = await failsInBase(casesOf(failures))
  const fresh = failures.filter(({ id }) => !known.includes(id))
  // What comes and goes is not new: both sides get a second chance, head to pass and base to fail.
  const options = { cases: casesOf(fresh), bail: false, environment }
  const again = failingOf(await run('head', head, options))
  const steady = fresh.filter(({ id }) => again.includes(id))
  const knownAfterAll = await failsInBase(casesOf(steady))
  if (host().signal.aborted) return
  for (const result of fresh) {
    const { id } = result
    if (!again.includes(id)) found.warnings.push(`head failed ${id} in one of two runs`)
    else if (knownAfterAll.includes(id)) found.warnings.push(`base failed ${id} in one of two runs`)
    else found.newFailures.push(newFailureOf(result))
  }
}

/** Runs base to find out. */
export async function failingIn(
  base: Subject,
  cases: readonly Case[],
  environment: Environment,
): Promise<string[]> {
  return failingOf(await run('base', base, { cases, bail: false, environment }))
}

const failingOf = (results: readonly CaseResult[]): string[] =>
  results.filter(isFailure).map(({ id }) => id)

const isFailure = ({ outcome }: CaseResult): boolean => FAILURES.includes(outcome)

const newFailureOf = ({ id, symptom, outcome, detail, repro }: CaseResult): NewFailure => ({
  id,
  symptom: symptom ?? outcome,
  detail,
  repro,
})

async function run(
  side: string,
  subject: Subject,
  options: { cases: readonly Case[]; bail: boolean; environment: Environment },
): Promise<CaseResult[]> {
  const { cases, bail, environment } = options
  if (cases.length === 0 || host().signal.aborted) return []
  try {
    const { runs } = await runConformance([subject], {
      cases,
      complete: false,
      seed: environment.seed,
      timeScale: 1,
      // Instances of it side by side: nothing is timed meanwhile.
      jobs: CREW_SIZE,
      bail,
      environment,
    })
    return runs.flatMap((one) => one.cases)
  } catch (error) {
    throw asSide(error, side)
  }
}
