/** How replies are spelled, where a case asks for more than what they mean. */
import type { Dialogue } from '../dialogue.ts'
import type { Trial } from '../trial.ts'
import { CaseFailure } from '../verdict.ts'

/** All replies of this connection are these messages, in the bytes of a right sender. */
export async function mustBeSpelled(
  trial: Trial,
  dialogue: Dialogue,
  messages: readonly Uint8Array[],
): Promise<void> {
  await dialogue.replies()
  const wanted = Buffer.concat(messages.map((message) => trial.frame(message)))
  const spelled = Buffer.concat(dialogue.peer.reads)
  if (spelled.equals(wanted)) return
  const [is, shouldBe] = [spelled, wanted].map((bytes) => JSON.stringify(bytes.toString('latin1')))
  throw new CaseFailure('malformed-reply', `The reply is spelled ${is}, not ${shouldBe}.`)
}
