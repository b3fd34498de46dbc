/** What the tests of this folder share: subjects, and turns for runs that take seconds. */
import { readFileSync } from 'node:fs'
import type { SubjectSpec } from '../harness/launch.ts'
import type { Case, SubjectTraits } from './case.ts'
import { parseLedger } from './ledger.ts'
import { referenceFor } from './reference/registry.ts'
import type { CaseResult } from './result.ts'
import { runCases } from './run.ts'
import { framingForService } from './service.ts'

/** Subjects at a time. One that is at rest costs nothing but time: there may be more than cores. */
const LANES = 4
/**
 * A right server is never waited for in vain, so its deadlines may be long: they are there for
 * people with one subject, not for several on a machine that does other things as well. Cases that
 * want the machine for themselves repeat until it is plain what grows, and need the time as well.
 */
const PATIENT_SCALE = 2

/** For `bun test`: a run waits for its turn first. */
export const RUN_MS_MAX = 400_000

let free = LANES
const waiting: (() => void)[] = []

async function inLane<T>(work: () => Promise<T>): Promise<T> {
  if (free > 0) free--
  else await new Promise<void>((resolve) => waiting.push(resolve))
  try {
    return await work()
  } finally {
    const next = waiting.shift()
    if (next) next()
    else free++
  }
}

export interface SubjectUnderTest {
  spec: SubjectSpec
  framing: string
  messageBytesMax: number
  service?: string
  /** True: every SHOULD is a MUST. */
  ours: boolean
  /** True: it is expected to pass everything. */
  right: boolean
  singleConnection?: boolean
}

/** Runs the cases against the subject, in turn with the other runs of this process. */
export function runAgainst(
  { spec, framing, messageBytesMax, service = 'echo', ours, right, ...more }: SubjectUnderTest,
  cases: readonly Case[],
): Promise<CaseResult[]> {
  const reference = framingForService(referenceFor(framing)!, service)
  const traits: SubjectTraits = {
    framing: reference,
    transport: spec.transport,
    service,
    messageBytesMax: Math.min(messageBytesMax, reference.messageBytesMax),
    started: true,
    ours,
    ...more,
  }
  const run = {
    target: { kind: 'started', spec },
    traits,
    cases,
    seed: 1,
    timeScale: right || cases.some(({ lane }) => lane === 'alone') ? PATIENT_SCALE : 1,
    jobs: 1,
    bail: false,
    signal: new AbortController().signal,
    repro: () => '',
    onCase: () => {},
    isExpected: () => true,
  } as const
  return inLane(() => runCases(run))
}

/** A line for each case that did not end as `isFine` wants, for a test that shows them. */
export const linesOf = (
  results: readonly CaseResult[],
  isFine: (result: CaseResult) => boolean,
): string[] =>
  results
    .filter((result) => !isFine(result))
    .map(({ id, outcome, symptom, detail }) => `${id}: ${outcome} ${symptom ?? ''}. ${detail}`)

/** A lesson that does not answer each message. */
interface LessonUnderTest {
  name: string
  service: string
  singleConnection?: boolean
}

export const LESSONS: readonly LessonUnderTest[] = [
  { name: 'one-exchange', service: 'lesson-one-exchange', singleConnection: true },
  { name: 'two-sends', service: 'lesson-two-sends' },
  { name: 'remote-command', service: 'lesson-commands' },
  { name: 'send-loses-tail', service: 'lesson-bulk' },
  { name: 'file-upload', service: 'lesson-uploads' },
  { name: 'file-download', service: 'lesson-downloads' },
]

/** Ids of cases, each with the symptom that the lesson shows in it. */
export function listedIn(name: string): ReadonlyMap<string, string> {
  const url = new URL(`../impl/tutorial/${name}/ledger.json`, import.meta.url)
  const { entries } = parseLedger(readFileSync(url, 'utf8'), url.pathname)
  return new Map(entries.map((entry) => [entry.case, [entry.symptom].flat()[0]!]))
}
