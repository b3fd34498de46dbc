/**
 * A first conversation with a subject: is it spoken to in the right way at all? It tells options
 * that are wrong from a server that is wrong, before every case fails for the same reason.
 */
import { nowMs } from '../harness/clock.ts'
import { createRandom } from '../harness/random.ts'
import type { SubjectTraits } from './case.ts'
import type { Dialogue } from './dialogue.ts'
import { concat } from './reference/framing.ts'
import { endingOf } from './run-case.ts'
import { type Guess, guessFrom, guessLookalike } from './smoke-guess.ts'
import { Subject, type Target } from './subject.ts'
import { Trial } from './trial.ts'

const SMOKE_MS_MAX = 10_000

export interface SmokeStep {
  what: string
  ok: boolean
  /** What went out and came back in this step, as far as it is kept. */
  sent: Uint8Array
  received: Uint8Array
  detail: string
}

export interface SmokeResult {
  /** `options`: with the flags of the guess it answers as it should. */
  verdict: 'fine' | 'options' | 'server'
  steps: SmokeStep[]
  guess: Guess | null
}

interface SmokeOptions {
  target: Target
  traits: SubjectTraits
  timeScale: number
  signal: AbortSignal
}

/** Mixed case shows a service that changes it. */
const FIRST = new TextEncoder().encode('Hello framegate, hello sun')
const SECOND = new TextEncoder().encode('And once more')
const ASIDE = new TextEncoder().encode('Meanwhile, next door')

/** Throws HarnessError when the subject cannot be started or reached. */
export async function runSmoke(options: SmokeOptions): Promise<SmokeResult> {
  const { target, traits, timeScale, signal } = options
  await using subject = new Subject(target, signal)
  await subject.ensure()
  const deadlineMs = nowMs() + SMOKE_MS_MAX * timeScale
  const random = createRandom(1)
  const trial = new Trial({ subject, traits, random, deadlineMs, timeScale, launchAnother: null })
  const steps: SmokeStep[] = []
  try {
    for (const [what, talk] of conversation(trial)) {
      steps.push(await stepOf(what, talk, trial, subject))
      if (!steps.at(-1)!.ok) break
    }
  } finally {
    await trial.close()
  }
  if (steps.at(-1)!.ok) {
    const guess = await guessLookalike(subject, traits)
    return { verdict: guess === null ? 'fine' : 'options', steps, guess }
  }
  const guess = await guessFrom({ steps, subject, traits, message: FIRST })
  return { verdict: guess.settings === null ? 'server' : 'options', steps, guess }
}

type Step = readonly [what: string, talk: () => Promise<void>]

/** What is tried, one after the other. */
function conversation(trial: Trial): readonly Step[] {
  let first: Dialogue
  const ask = async (dialogue: Dialogue, message: Uint8Array) => {
    const frame = dialogue.owing(message)
    if (dialogue.peer.isStream) await dialogue.send(frame)
    else await dialogue.sendDatagram(frame)
    await dialogue.replies()
  }
  const open = async () => {
    first = await trial.open()
  }
  const aside = async () => {
    await ask(await trial.open(), ASIDE)
    await ask(first, SECOND)
  }
  const after = async () => {
    trial.closeConnections()
    await ask(await trial.open(), ASIDE)
  }
  const { singleConnection } = trial.options.traits
  return [
    ['a connection', open],
    ['one frame', () => ask(first, FIRST)],
    ['a second frame on the same connection', () => ask(first, SECOND)],
    singleConnection ? ['another connection', after] : ['two connections at once', aside],
  ]
}

async function stepOf(
  what: string,
  talk: () => Promise<void>,
  trial: Trial,
  subject: Subject,
): Promise<SmokeStep> {
  const sinceMs = nowMs()
  const bytes = (direction: string) =>
    concat(
      trial.dialogues
        .flatMap(({ peer }) => peer.events)
        .filter((event) => event.direction === direction && event.atMs >= sinceMs)
        .map(({ head }) => head),
    )
  const told = (ok: boolean, detail: string): SmokeStep => ({
    what,
    ok,
    sent: bytes('sent'),
    received: bytes('received'),
    detail,
  })
  try {
    await talk()
    return told(true, '')
  } catch (error) {
    await subject.settled()
    return told(false, endingOf(error, subject, trial.options.traits).detail)
  }
}
