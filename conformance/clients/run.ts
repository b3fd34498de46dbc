/** Client cases × client → results. Unlike in ../run.ts, it is the case that starts its subject. */
import { nowMs } from '../../harness/clock.ts'
import { HarnessError } from '../../harness/errors.ts'
import { createRandom, seedFor } from '../../harness/random.ts'
import { type Evidence, type EvidenceKeeper, evidenceFrom, isWanted } from '../evidence.ts'
import type { CaseResult, Level } from '../result.ts'
import { CaseFailure, Inconclusive } from '../verdict.ts'
import type { ClientCase, ClientTraits } from './client-case.ts'
import { ClientTrial } from './client-trial.ts'
import type { Visit } from './visit.ts'

/** For clients that never come to rest; those that do are judged sooner (../quiet.ts). */
const CASE_MS_MAX = 20_000
/** A client is given this long to connect for the first time. */
const START_MS_MAX = 15_000

export interface ClientRunOptions {
  /** {host} and {port} are replaced. */
  command: string
  traits: ClientTraits
  cases: readonly ClientCase[]
  seed: number
  /** Multiplies every deadline. */
  timeScale: number
  /** Cases side by side: each starts clients of its own. */
  jobs: number
  bail: boolean
  signal: AbortSignal
  repro(id: string, seed: number): string
  onCase(result: CaseResult): void
  /** Told of each case that was run, with what went over the wire. */
  evidence?: EvidenceKeeper
  /** True when the outcome was to be expected; `--bail` stops at the first that was not. */
  isExpected(result: CaseResult): boolean
}

/** Results in the order of the cases. Throws HarnessError when the client never connects. */
export async function runClientCases(options: ClientRunOptions): Promise<CaseResult[]> {
  const { signal } = options
  const results: (CaseResult | undefined)[] = []
  const queue = options.cases.entries()
  const interrupted = new Promise<null>((resolve) => {
    if (signal.aborted) resolve(null)
    signal.addEventListener('abort', () => resolve(null))
  })
  let stop = false
  const lane = async () => {
    for (const [index, item] of queue) {
      if (stop || signal.aborted) return
      // A case that is under way when the run is interrupted is given up: it would take seconds.
      const result = await Promise.race([runCase(item, options), interrupted])
      if (result === null) return
      results[index] = result
      options.onCase(result)
      if (options.bail && !options.isExpected(result)) stop = true
    }
  }
  if ((await Promise.race([mustConnect(options), interrupted])) !== null) {
    await Promise.all(Array.from({ length: options.jobs }, lane))
  }
  return results.filter((result) => result !== undefined)
}

/** A command that is wrong would fail every case: it is told once. */
async function mustConnect(options: ClientRunOptions): Promise<'connects'> {
  const trial = makeTrial(options, START_MS_MAX, options.seed)
  try {
    await trial.visit([HELLO])
    return 'connects'
  } catch (error) {
    if (!(error instanceof CaseFailure) || options.signal.aborted) throw error
    const hint = '{host} and {port} are replaced by where it has to connect to'
    const what = `"${options.command}" did not connect (${hint}). ${error.message}`
    throw new HarnessError('subject-not-started', what)
  } finally {
    await trial.close()
  }
}

const HELLO = new TextEncoder().encode('hello')

function makeTrial(options: ClientRunOptions, withinMs: number, seed: number): ClientTrial {
  const { command, traits, timeScale } = options
  const deadlineMs = nowMs() + withinMs * timeScale
  return new ClientTrial({ command, traits, timeScale, deadlineMs, random: createRandom(seed) })
}

type Ending = Pick<CaseResult, 'outcome' | 'symptom' | 'detail'>

async function runCase(item: ClientCase, options: ClientRunOptions): Promise<CaseResult> {
  const seed = seedFor(options.seed, item.id)
  const base = {
    id: item.id,
    level: item.level,
    clauses: [...item.clauses],
    seed,
    expected: true,
    repro: options.repro(item.id, options.seed),
  }
  const against = item.unsupported?.(options.traits) ?? null
  if (against !== null) {
    const close = { by: 'nobody', how: 'none', unreadBytes: null } as const
    const ending = { outcome: 'unsupported', symptom: null, detail: against } as const
    return { ...base, ...ending, close, resources: 'not-observed', durationMs: 0, schedule: 'none' }
  }
  const started = nowMs()
  const trial = makeTrial(options, CASE_MS_MAX, seed)
  const ending = await judged(item, trial)
  const close = closeOf(trial.visits[0])
  const evidence = isWanted(options.evidence, ending.outcome) ? evidenceOfClient(trial) : null
  await trial.close()
  const result: CaseResult = {
    ...base,
    ...asLevel(ending, item.level),
    close,
    resources: trial.resources,
    durationMs: Math.round(nowMs() - started),
    schedule: scheduleOf(trial.visits),
  }
  if (evidence) options.evidence?.keep(result, evidence)
  return result
}

const PRINTED_BYTES_SHOWN = 2_000

function evidenceOfClient({ visits, options }: ClientTrial): Evidence {
  const printed = visits.flatMap(({ client }) => [
    Buffer.from(client.output().subarray(0, PRINTED_BYTES_SHOWN)).toString('latin1'),
    client.errors.text(),
  ])
  return evidenceFrom(visits, { framing: options.traits.framing }, printed.join(''))
}

async function judged(item: ClientCase, trial: ClientTrial): Promise<Ending> {
  try {
    await item.run(trial)
    return { outcome: 'pass', symptom: null, detail: '' }
  } catch (error) {
    return endingOf(error)
  }
}

function endingOf(error: unknown): Ending {
  if (error instanceof Inconclusive) {
    return { outcome: 'inconclusive', symptom: null, detail: error.message }
  }
  if (error instanceof CaseFailure) {
    const { symptom, message } = error
    const outcome = symptom === 'hung' ? 'timeout' : symptom === 'crashed' ? 'crash' : 'fail'
    return { outcome, symptom, detail: message }
  }
  const { stack, message } = error as Error
  return { outcome: 'harness-error', symptom: null, detail: stack ?? message }
}

/** A SHOULD that was not kept is told, not failed; an observation is never a failure. */
function asLevel(ending: Ending, level: Level): Ending {
  const soft = ['fail', 'timeout', 'crash'].includes(ending.outcome)
  return soft && level !== 'must' ? { ...ending, outcome: 'lenient' } : ending
}

function closeOf(visit: Visit | undefined): CaseResult['close'] {
  if (!visit) return { by: 'nobody', how: 'none', unreadBytes: null }
  const { endedBy, ended } = visit.peer
  return { by: endedBy, how: ended ?? 'none', unreadBytes: null }
}

function scheduleOf(visits: readonly Visit[]): CaseResult['schedule'] {
  const schedules = visits.map(({ schedule }) => schedule)
  if (schedules.includes('timed')) return 'timed'
  return schedules.includes('proven') ? 'proven' : 'none'
}
