/**
 * Cases of very many messages are for subjects that can answer them in the time a case has. One
 * that takes its time for each message is slow, which is not wrong, and nothing is lost of it.
 */
import { nowMs } from '../../harness/clock.ts'
import type { Dialogue } from '../dialogue.ts'
import type { Trial } from '../trial.ts'
import { Unsupported } from '../verdict.ts'
import { numbered, repeat } from './bytes.ts'

const PROBE_MESSAGES = 200
/** The best counts: a pause of the machine, or of a collector, is not the subject's pace. */
const PROBES = 3
const MESSAGE_BYTES = 8
/** Of the time that is left, for the messages themselves. */
const SHARE_OF_TIME = 0.8

/** Throws Unsupported where so many small messages would take longer than there is time. */
export async function mustKeepUp(
  trial: Trial,
  dialogue: Dialogue,
  messages: number,
): Promise<void> {
  const length = trial.atMost(MESSAGE_BYTES)
  let needsMs = Number.POSITIVE_INFINITY
  for (let probe = 0; probe < PROBES; probe++) {
    const startMs = nowMs()
    const probed = repeat(PROBE_MESSAGES, (i) => numbered(i, length))
    await dialogue.send(dialogue.owing(...probed), true)
    await dialogue.replies()
    needsMs = Math.min(needsMs, ((nowMs() - startMs) / PROBE_MESSAGES) * messages)
    if (needsMs < trial.timeLeftMs * SHARE_OF_TIME) return
  }
  const perSecond = Math.round((messages / needsMs) * 1e3)
  const count = messages.toLocaleString('en')
  throw new Unsupported(`needs ${count} replies in time; the subject answers ${perSecond} a second`)
}
