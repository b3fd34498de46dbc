/** How cases talk to a lesson that does not answer each message with one of its own. */
import { until } from '../../harness/reactor.ts'
import type { SubjectTraits } from '../case.ts'
import type { Dialogue } from '../dialogue.ts'
import { concat, ReplyMalformed } from '../reference/framing.ts'
import type { Symptom } from '../result.ts'
import type { Trial } from '../trial.ts'
import { CaseFailure } from '../verdict.ts'

/** The lessons' `recv(1024)`. */
const RECV_BYTES = 1_024
const SHOWN_CHARACTERS = 60

export const forLesson =
  (wanted: string) =>
  ({ service }: SubjectTraits): string | null =>
    service === wanted ? null : 'another lesson has this'

/** `1` to `last`, a line each: what seq says. */
export const lines = (last: number): string =>
  Array.from({ length: last }, (_, index) => `${index + 1}\n`).join('')

/** All that comes until the stream ends. */
export async function restOf(dialogue: Dialogue, trial: Trial): Promise<Uint8Array> {
  const { peer } = dialogue
  await peer.readUntil(() => false, trial.options.deadlineMs)
  if (peer.open) throw new CaseFailure('not-closed', 'The connection stayed open.')
  return concat(peer.reads)
}

/**
 * The next reply as a right client reads it: by its framing. Without one it is what a recv of
 * 1,024 bytes returns.
 */
export async function answer(dialogue: Dialogue, trial: Trial): Promise<Uint8Array> {
  const { peer } = dialogue
  const { framing, options } = trial
  const { deadlineMs } = options
  const before = concat(peer.reads).length
  if (framing.family === 'raw') {
    await until(() => peer.read(RECV_BYTES) > 0 || !peer.open, deadlineMs)
    return concat(peer.reads).subarray(before)
  }
  let message: Uint8Array | null = null
  const isWhole = () => {
    const parsed = framing.parse(concat(peer.reads), before)
    if (parsed !== 'need-more') ({ message } = parsed)
    return message !== null
  }
  try {
    await peer.readUntil(isWhole, deadlineMs)
  } catch (error) {
    if (!(error instanceof ReplyMalformed)) throw error
    throw new CaseFailure('malformed-reply', error.message)
  }
  if (message) return message
  throw new CaseFailure(peer.open ? 'hung' : 'closed-early', 'The reply did not come whole.')
}

/** Fails with the symptom when it is anything else. */
export function said(bytes: Uint8Array, expected: string, symptom: Symptom): void {
  const got = new TextDecoder().decode(bytes)
  if (got === expected) return
  const difference = `${shown(got)} came where ${shown(expected)} was expected.`
  throw new CaseFailure(symptom, difference)
}

function shown(value: string): string {
  const start = JSON.stringify(value.slice(0, SHOWN_CHARACTERS))
  return value.length > SHOWN_CHARACTERS ? `${start}… (${value.length} characters)` : start
}
