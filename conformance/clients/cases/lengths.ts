/** Lengths that a header announces and that must be refused. */
import type { ClientTraits } from '../client-case.ts'

export type Length = (client: ClientTraits) => bigint | null

/** The first of these lengths that the framing can spell and that is over the limit. */
export const spelled =
  (...lengths: readonly bigint[]): Length =>
  ({ framing, messageBytesMax }) =>
    lengths.find(
      (length) =>
        (length < 0n || length > BigInt(messageBytesMax)) && framing.announce(length) !== null,
    ) ?? null

export const overMax: Length = (client) => spelled(BigInt(client.messageBytesMax) + 1n)(client)

/** The largest length that the header can spell, where that is over the limit. */
export const overMaxByFar: Length = spelled(
  2n ** 64n - 1n,
  2n ** 63n - 1n,
  2n ** 32n - 1n,
  2n ** 31n - 1n,
  2n ** 24n - 1n,
)

export const canSpell =
  (length: Length) =>
  (client: ClientTraits): string | null =>
    length(client) === null ? `${client.framing.id} cannot spell such a length` : null
