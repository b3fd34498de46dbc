/**
 * The commands as functions: typed results, nothing printed, nothing exited. What they start has
 * ended when they return, and an aborted signal ends it at once.
 */

import type { GateResult } from '../bench/gate/result.ts'
import type { BenchResult } from '../bench/result.ts'
import type { CaseResult, ConformResult } from '../conformance/result.ts'
import {
  type ConformVerdict,
  isUnexpected,
  verdictOf as verdictOfRuns,
} from '../conformance/summary.ts'
import { FramingOptionError } from '../wire/options.ts'
import { LAUNCHES_DEFAULT, runBenchJob } from './bench-job.ts'
import { checkedSubject } from './config.ts'
import type { SubjectSettings } from './config-schema.ts'
import { runConformJob } from './conform-job.ts'
import { UsageError } from './errors.ts'
import { ALPHA_DEFAULT, runGateJob } from './gate-job.ts'
import type { SideOptions } from './gate-sides.ts'
import { type Host, hostedBy } from './host.ts'
import { SEED_DEFAULT } from './options.ts'
import { resolveSubjects, type Subject } from './subjects.ts'

/** The name of an implementation or of a configured server, or a server as in a configuration. */
export type SubjectInput = string | (Omit<SubjectSettings, 'name'> & { name?: string })

/** How far a run is. */
export interface ProgressReport {
  title: string
  /** What was just done. */
  what: string
  done: number
  total: number
}

export interface RunOptions {
  /** Ends the run: what is finished by then is in the result, which says that it is partial. */
  signal?: AbortSignal
  onProgress?: (report: ProgressReport) => void
  /** Of every random choice. */
  seed?: number
}

export interface ConformOptions extends RunOptions {
  /** Globs over the ids of cases; all of them without. */
  cases?: readonly string[]
  level?: 'must' | 'should' | 'all'
  /** Instances of the subject side by side. */
  jobs?: number
  /** Each case so often: what changes is flaky. */
  repeat?: number
  /** Stops at the first unexpected outcome. */
  bail?: boolean
  /** Multiplies every deadline. */
  timeoutScale?: number
}

export interface BenchOptions extends RunOptions {
  /** The standard ones without. */
  scenarios?: readonly string[]
  messageBytes?: readonly number[]
  connections?: readonly number[]
  depth?: readonly number[]
  /** Open loop: messages per second. */
  ratePerSecond?: readonly number[]
  /** Measured time of a launch. */
  durationMs?: number
  /** Fresh processes of each cell. */
  launches?: number
  /** Short measurements, for a first look. */
  quick?: boolean
}

/** Named as on the command line of `framegate gate`. */
export type GateSides = Omit<SideOptions, 'usesYardstick' | 'baseName'>

export interface GateOptions extends RunOptions {
  scenarios?: readonly string[]
  /** The smallest slowdown that counts, as a share: 0.03. */
  floor?: number
  /** The chance of a false alarm in a whole run. */
  alpha?: number
  budgetMs?: number
}

/** Is it right? Rejects with UsageError, or with HarnessError where it cannot be started. */
export function conform(
  subject: SubjectInput,
  options: ConformOptions = {},
): Promise<ConformResult> {
  const { cases = [], level = 'all', jobs = 1, repeat = 1, bail = false } = options
  const { seed = SEED_DEFAULT, timeoutScale = 1 } = options
  const job = { case: cases, level, jobs, repeat, bail, seed, timeoutScale }
  return hosted(options, async () => runConformJob(subjectsOf(subject), job))
}

/** How fast is it, where it is right? Rejects as `conform` does. */
export function bench(subject: SubjectInput, options: BenchOptions = {}): Promise<BenchResult> {
  const { scenarios = [], launches = LAUNCHES_DEFAULT, quick = false, durationMs } = options
  const { messageBytes, connections, depth, ratePerSecond, seed = SEED_DEFAULT } = options
  const isNamed = typeof subject === 'string'
  const job = {
    scenario: scenarios,
    peer: [],
    launches,
    quick,
    seed,
    ...(messageBytes && { size: [...messageBytes] }),
    ...(connections && { connections: [...connections] }),
    ...(depth && { depth: [...depth] }),
    ...(ratePerSecond && { rate: [...ratePerSecond] }),
    ...(durationMs !== undefined && { duration: durationMs }),
    ...(!isNamed && subject.service !== undefined && { service: subject.service }),
    ...(!isNamed && subject.exec !== undefined && { exec: subject.exec }),
    ...(!isNamed && subject.connect !== undefined && { connect: subject.connect }),
  }
  return hosted(options, async () =>
    runBenchJob(subjectsOf(subject), isNamed ? [subject] : [], job),
  )
}

/** Is head slower than base? Rejects as `conform` does; HarnessError says which side it was. */
export function gate(sides: GateSides, options: GateOptions = {}): Promise<GateResult> {
  const { scenarios = [], alpha = ALPHA_DEFAULT, seed = SEED_DEFAULT, floor, budgetMs } = options
  const job = {
    ...sides,
    scenario: scenarios,
    alpha,
    seed,
    ...(floor !== undefined && { floor }),
    ...(budgetMs !== undefined && { budgetMs }),
  }
  return hosted(options, async () => runGateJob(job))
}

/** What a conformance run says in one word, as the exit code of `framegate conform` does. */
export const verdictOf = ({ runs }: ConformResult): ConformVerdict => verdictOfRuns(runs)

/** The cases that keep a run from being as expected; in a test: `toEqual([])`. */
export const unexpectedIn = ({ runs }: ConformResult): CaseResult[] =>
  runs.flatMap(({ cases }) => cases.filter(isUnexpected))

const subjectsOf = (subject: SubjectInput): Subject[] =>
  typeof subject === 'string'
    ? resolveSubjects([subject], {})
    : resolveSubjects([], checkedSubject({ name: 'server', ...subject }))

async function hosted<T>(options: RunOptions, run: () => Promise<T>): Promise<T> {
  try {
    return await hostedBy(hostOf(options), run)
  } catch (error) {
    // Which of our files has looked at an option is none of a caller's business.
    if (error instanceof FramingOptionError) throw new UsageError(error.message)
    throw error
  }
}

function hostOf({ signal = new AbortController().signal, onProgress }: RunOptions): Host {
  return {
    signal,
    log() {},
    startProgress(title, steps) {
      let total = steps
      let done = 0
      return {
        step: (what) => onProgress?.({ title, what, done: ++done, total }),
        resize: (now) => {
          total = now
        },
        note() {},
        stop() {},
      }
    },
  }
}
