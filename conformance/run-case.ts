/** One case at one subject → one result. Only here what is thrown becomes an outcome. */
import { nowMs } from '../harness/clock.ts'
import { HarnessError } from '../harness/errors.ts'
import { launch } from '../harness/launch.ts'
import { createRandom, seedFor } from '../harness/random.ts'
import { machineTimeScale } from '../harness/time-scale.ts'
import type { Case, SubjectTraits } from './case.ts'
import type { Dialogue } from './dialogue.ts'
import { type EvidenceKeeper, evidenceOf, isWanted } from './evidence.ts'
import type { CaseResult, Level, Outcome, Symptom } from './result.ts'
import type { Subject } from './subject.ts'
import { Trial } from './trial.ts'
import { CaseFailure, Inconclusive, Unsupported } from './verdict.ts'

/** For subjects that never come to rest; those that do are judged sooner (quiet.ts). */
const CASE_MS_MAX = 15_000
/** What a case may take after so many in a row that ran into their deadline. */
const PATIENCE = [
  [5, 1_000],
  [2, 3_000],
] as const

export interface CaseOptions {
  traits: SubjectTraits
  seed: number
  /** Multiplies every deadline. */
  timeScale: number
  repro(id: string, seed: number): string
  /** Told of each case that was run, with what went over the wire. */
  evidence?: EvidenceKeeper
}

/** A subject that spins and never answers is not given the whole deadline in every case. */
export class Patience {
  #late = 0

  get caseMsMax(): number {
    return PATIENCE.find(([late]) => this.#late >= late)?.[1] ?? CASE_MS_MAX
  }

  note({ outcome, durationMs }: CaseResult, timeScale: number): void {
    const wasLate = outcome !== 'pass' && durationMs >= this.caseMsMax * timeScale
    if (wasLate) this.#late++
    else if (outcome !== 'unsupported') this.#late = 0
  }
}

/** Where a case stands when it ends: what it threw, and what was left of the subject. */
interface Ending {
  outcome: Outcome
  symptom: Symptom | null
  detail: string
}

const PASS: Ending = { outcome: 'pass', symptom: null, detail: '' }

export async function runCase(
  item: Case,
  subject: Subject,
  patience: Patience,
  options: CaseOptions,
): Promise<CaseResult> {
  const { traits, timeScale } = options
  const against = whyNot(item, { ...traits, takesHost: subject.takesHost })
  const seed = seedFor(options.seed, item.id)
  const started = nowMs()
  const base = {
    id: item.id,
    level: levelFor(item.level, traits),
    clauses: [...item.clauses],
    seed,
    expected: true,
    repro: options.repro(item.id, options.seed),
  }
  const nothing = { close: NO_CLOSE, resources: 'not-observed', schedule: 'none' } as const
  if (against !== null) {
    return { ...base, ...unsupported(against), ...nothing, durationMs: 0 }
  }
  const absence = await absenceOf(subject, traits)
  if (absence) return { ...base, ...absence, ...nothing, durationMs: Math.round(nowMs() - started) }
  const wholeScale = timeScale * machineTimeScale()
  const deadlineMs = nowMs() + patience.caseMsMax * wholeScale
  const trial = makeTrial(subject, options, { seed, deadlineMs })
  const resources = subject.watch.begin(subject.process, traits.messageBytesMax)
  const ending = await judged(item, trial, subject)
  const close = closeOf(trial.dialogues[0])
  const evidence = isWanted(options.evidence, ending.outcome) ? evidenceOf(trial) : null
  await trial.close()
  const result: CaseResult = {
    ...base,
    ...asLevel(ending, base.level),
    close,
    resources: await resources(trial.dialogues.map(({ wire }) => wire.queue)),
    durationMs: Math.round(nowMs() - started),
    schedule: scheduleOf(trial.dialogues),
  }
  patience.note(result, wholeScale)
  if (evidence) options.evidence?.keep(result, evidence)
  return result
}

const NO_CLOSE = { by: 'nobody', how: 'none', unreadBytes: null } as const

const unsupported = (detail: string): Ending => ({ outcome: 'unsupported', symptom: null, detail })

/** Nothing when the subject is there; how the case ends when it cannot be had back. */
async function absenceOf(subject: Subject, traits: SubjectTraits): Promise<Ending | null> {
  const { wasThere } = subject
  try {
    await (traits.singleConnection ? subject.ready() : subject.ensure())
    return null
  } catch (error) {
    if (!wasThere || !(error instanceof HarnessError) || error.code === 'interrupted') throw error
    const detail = `The subject ran before, and could not be started again. ${error.message}`
    return { outcome: 'crash', symptom: 'crashed', detail }
  }
}

/** Cases speak to streams or to datagrams; the rest they say themselves. */
function whyNot(item: Case, traits: SubjectTraits): string | null {
  const over = overOf(traits)
  if (item.over === over) return item.unsupported?.(traits) ?? null
  if (item.over === 'lessons') return 'only a lesson has this'
  if (over === 'lessons') return 'this lesson does not answer each message of its clients'
  if (item.over === 'files') return 'only file servers have this'
  if (over === 'files') return 'a file server does not answer messages with themselves'
  return over ? 'only streams have this' : 'only datagrams have this'
}

/** Some lessons do not answer each message: their services are named so. */
const isLesson = (service: string): boolean => service.startsWith('lesson-')

function overOf({ service, transport }: SubjectTraits): Case['over'] {
  if (isLesson(service)) return 'lessons'
  if (service === 'files') return 'files'
  return transport === 'udp' ? 'datagrams' : undefined
}

/** For our own implementations a SHOULD is a MUST (SPEC.md, "What is MUST for whom"). */
function levelFor(level: Level, traits: SubjectTraits): Level {
  return level === 'should' && traits.ours ? 'must' : level
}

function makeTrial(
  subject: Subject,
  { traits, timeScale }: CaseOptions,
  { seed, deadlineMs }: { seed: number; deadlineMs: number },
): Trial {
  const { target } = subject
  return new Trial({
    subject,
    traits,
    random: createRandom(seed),
    deadlineMs,
    timeScale,
    launchAnother: target.kind === 'started' ? (at) => launch(target.spec, { at }) : null,
  })
}

async function judged(item: Case, trial: Trial, subject: Subject): Promise<Ending> {
  const { traits } = trial.options
  try {
    await item.run(trial)
  } catch (error) {
    if (error instanceof Unsupported) return unsupported(error.message)
    await subject.settled()
    return endingOf(error, subject, traits)
  }
  // What a lesson does with the next client is a case of its own.
  if (isLesson(traits.service)) return PASS
  // Whatever was done to one connection, the next one has to work.
  try {
    if (traits.singleConnection) trial.closeConnections()
    await trial.openProven()
    return PASS
  } catch (error) {
    await subject.settled()
    const ending = endingOf(error, subject, traits)
    if (ending.outcome === 'inconclusive' || ending.outcome === 'crash') return ending
    const detail = `After the case a new connection did not work any more. ${ending.detail}`
    return { ...ending, outcome: 'fail', symptom: 'starved-others', detail }
  }
}

export function endingOf(error: unknown, subject: Subject, traits: SubjectTraits): Ending {
  const { process } = subject
  const mayEnd = traits.singleConnection && process?.ended?.signal === null
  if (process && !process.running && !mayEnd) {
    const { code, signal } = process.ended!
    const how = signal ? `was ended by ${signal}` : `exited with status ${code}`
    const said = process.output.text().trim().slice(-1000)
    const detail = `The subject ${how} during the case.${said ? ` It said:\n${said}` : ''}`
    return { outcome: 'crash', symptom: 'crashed', detail }
  }
  if (error instanceof Inconclusive) {
    return { outcome: 'inconclusive', symptom: null, detail: error.message }
  }
  if (error instanceof CaseFailure) {
    const outcome = error.symptom === 'hung' ? 'timeout' : 'fail'
    return { outcome, symptom: error.symptom, detail: error.message }
  }
  if (error instanceof HarnessError && error.code === 'subject-unreachable') {
    return { outcome: 'fail', symptom: 'starved-others', detail: error.message }
  }
  // It runs, so it can be started: that another instance could not is the machine's fault.
  if (error instanceof HarnessError && error.code === 'subject-not-started') {
    const detail = `A second instance of the subject was not ready in time. ${error.message}`
    return { outcome: 'inconclusive', symptom: null, detail }
  }
  const { stack, message } = error as Error
  return { outcome: 'harness-error', symptom: null, detail: stack ?? message }
}

/** A SHOULD that was not kept is told, not failed; an observation is never a failure. */
function asLevel(ending: Ending, level: Level): Ending {
  const soft = ending.outcome === 'fail' || ending.outcome === 'timeout'
  return soft && level !== 'must' ? { ...ending, outcome: 'lenient' } : ending
}

function closeOf(dialogue: Dialogue | undefined): CaseResult['close'] {
  if (!dialogue) return NO_CLOSE
  const { endedBy, ended } = dialogue.peer
  return { by: endedBy, how: ended ?? 'none', unreadBytes: null }
}

function scheduleOf(dialogues: readonly Dialogue[]): CaseResult['schedule'] {
  const schedules = dialogues.map((dialogue) => dialogue.schedule)
  if (schedules.includes('timed')) return 'timed'
  return schedules.includes('proven') ? 'proven' : 'none'
}
