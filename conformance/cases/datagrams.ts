/** What cases over datagrams share. */
import { nowMs } from '../../harness/clock.ts'
import type { Relay } from '../../harness/relay.ts'
import type { RelayCounts } from '../../harness/relay-direction.ts'
import type { Weather } from '../../harness/relay-plan.ts'
import { type Case, defineCases, type SubjectTraits } from '../case.ts'
import type { Dialogue } from '../dialogue.ts'
import type { Trial } from '../trial.ts'
import { CaseFailure, Inconclusive } from '../verdict.ts'

/** These cases speak to datagrams. */
export const overUdp = (cases: readonly Omit<Case, 'over'>[]): readonly Case[] =>
  defineCases(cases.map((one) => ({ ...one, over: 'datagrams' })))

/** One message, one datagram, one reply. */
export async function exchangeEach(
  dialogue: Dialogue,
  messages: readonly Uint8Array[],
): Promise<void> {
  for (const message of messages) {
    await dialogue.sendDatagram(dialogue.owing(message))
    await dialogue.replies()
  }
}

/** All of them are there to be read when the subject looks. */
export async function sendFrozen(trial: Trial, send: () => Promise<void>): Promise<void> {
  const process = trial.process!
  if (!(await process.freeze())) throw new Inconclusive('The subject could not be stopped.')
  try {
    await send()
  } finally {
    process.thaw()
  }
}

/** A bit turned over may make a format with a directive of a message that had none. */
export const needsAnyBytes = ({ service }: SubjectTraits): string | null =>
  service === 'time' ? 'a message that was changed on the way may ask for the time' : null

/**
 * Sends them through a relay, so many at once; each that passes has to be answered, as often as it
 * passes and as it passes, and nothing else.
 */
export async function sendThrough(
  trial: Trial,
  weather: Weather,
  messages: readonly Uint8Array[],
  atOnce = 1,
): Promise<RelayCounts> {
  const { dialogue, relay } = await trial.openRelayed(weather)
  const deadlineMs = nowMs() + trial.timeLeftMs
  const passed: Uint8Array[] = []
  relay.toSubject.onPass = (bytes) => passed.push(bytes)
  for (const [index, message] of messages.entries()) {
    await dialogue.sendDatagram(trial.frame(message))
    const sent = index + 1
    if (sent % atOnce !== 0 && sent < messages.length) continue
    if (!(await relay.passedOn(sent, deadlineMs))) {
      throw new Inconclusive(`Not everything was on its way before the deadline. ${relay}`)
    }
    for (const bytes of passed.splice(0)) dialogue.owe(bytes)
    await repliesBy(relay, dialogue)
  }
  const counts = { ...relay.toSubject.counts }
  relay.toSubject.calm()
  // A reply that came twice shows in front of the next one.
  await trial.exchange(dialogue)
  if (counts.undelivered === 0) return counts
  throw new Inconclusive(`The relay could not send everything on. ${relay}`)
}

async function repliesBy(relay: Relay, dialogue: Dialogue): Promise<void> {
  try {
    await dialogue.replies()
  } catch (error) {
    if (!(error instanceof CaseFailure)) throw error
    throw new CaseFailure(error.symptom, `${error.message} ${relay}`)
  }
}

/** A reply that is not the legal one is the start of the one that is too long. */
export async function asTruncated(replies: () => Promise<void>): Promise<void> {
  try {
    await replies()
  } catch (error) {
    if (!(error instanceof CaseFailure) || error.symptom === 'hung') throw error
    const detail = `A datagram over the limit was answered. ${error.message}`
    throw new CaseFailure('truncated-delivered', detail)
  }
}
