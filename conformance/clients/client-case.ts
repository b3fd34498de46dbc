/** The contract of a case that judges a client: we are the server, and a hostile one. */

import type { CaseWords } from '../case.ts'
import type { ReferenceFraming } from '../reference/framing.ts'
import type { ClientTrial } from './client-trial.ts'

/** What is known of the client before a case runs. */
export interface ClientTraits {
  framing: ReferenceFraming
  /** Largest message the client promises to take, the framing's own bound included, in bytes. */
  messageBytesMax: number
}

export interface ClientCase extends CaseWords {
  /** Null when it can run against this client, otherwise the reason why it cannot. */
  unsupported?(client: ClientTraits): string | null
  /** Judges by throwing CaseFailure or Inconclusive; returning is a pass. */
  run(trial: ClientTrial): Promise<void>
}

/** Identity, for the types. */
export const defineClientCases = (cases: readonly ClientCase[]): readonly ClientCase[] => cases

type Need = (client: ClientTraits) => string | null

/** Reasons that many cases share. */
export const needs = {
  /** A header that can be cut. */
  header: ({ framing }: ClientTraits) =>
    framing.headerBytes(PROBE) >= 2 ? null : `${framing.id} has no header that could be cut`,
  /** Bytes in front of the message at all. */
  lead: ({ framing }: ClientTraits) =>
    framing.headerBytes(PROBE) >= 1 ? null : `${framing.id} has nothing in front of the message`,
  cut: ({ framing }: ClientTraits) =>
    framing.frame(framing.adapt(PROBE)).length >= 2 ? null : 'a frame of one byte cannot be cut',
  announcedLength: ({ framing }: ClientTraits) =>
    framing.announce(1n) === null ? `${framing.id} announces no length` : null,
  empty: ({ framing }: ClientTraits) =>
    framing.carriesEmpty ? null : `${framing.id} cannot carry an empty message`,
  messageBytes: (bytes: number) => (client: ClientTraits) =>
    client.messageBytesMax >= bytes
      ? null
      : `needs messages of ${bytes} bytes; this client carries at most ${client.messageBytesMax}`,
  /** Lengths that differ from message to message. */
  anyLength: ({ framing }: ClientTraits) =>
    framing.family === 'fixed' ? 'every message has the same length' : null,
  speaks:
    (name: string) =>
    ({ framing }: ClientTraits) =>
      framing.id.split(/[:?]/)[0] === name ? null : `only ${name} has this`,
}

const PROBE = new Uint8Array(9).fill(0x61)

/** The first reason against it, if any. */
export const allOf =
  (...reasons: readonly Need[]): Need =>
  (client) => {
    for (const reason of reasons) {
      const against = reason(client)
      if (against) return against
    }
    return null
  }
