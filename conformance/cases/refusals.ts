/** What cases of refused frames share. */
import type { SubjectTraits } from '../case.ts'
import type { Trial } from '../trial.ts'

/** Can this length be announced at all? A u8 cannot announce more than it can carry. */
export const canAnnounce =
  (length: (subject: SubjectTraits) => bigint) =>
  (subject: SubjectTraits): string | null => {
    const wanted = length(subject)
    return subject.framing.announce(wanted) === null
      ? `${subject.framing.id} cannot spell a length of ${wanted}`
      : null
  }

export const overMax = (subject: SubjectTraits): bigint => BigInt(subject.messageBytesMax) + 1n

/** The header goes out behind an answered message, and what follows may never be answered. */
export async function mustRefuse(trial: Trial, header: Uint8Array, what: string): Promise<void> {
  const dialogue = await trial.openProven()
  await dialogue.send(header)
  await dialogue.refused(what)
}
