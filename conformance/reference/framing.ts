/**
 * The suite's own reading of the framings, written a second time on purpose: a case that used the
 * codecs of wire/ would not see a mistake that is in both. Simple and slow is fine here.
 */

export class ReplyMalformed extends Error {
  override readonly name = 'ReplyMalformed'
}

/** What one look at the buffered reply found. */
export type Parsed = { message: Uint8Array; next: number } | 'need-more'

export interface ReferenceFraming extends Rules {
  /** The frame as a right sender writes it, of a message that it can carry. */
  frame(message: Uint8Array): Uint8Array
}

/** What a framing has to say of itself. */
interface Rules {
  /** As given, options included. */
  readonly id: string
  readonly family: 'raw' | 'length' | 'json-header' | 'delimited' | 'fixed' | 'stuffed' | 'datagram'
  readonly carriesEmpty: boolean
  /** The longest message that the framing itself can spell, in bytes. */
  readonly messageBytesMax: number
  /** The message, or the nearest one that this framing can carry: padded, or without its mark. */
  adapt(message: Uint8Array): Uint8Array
  /** The frame in pieces, so that the frames of many messages are joined by one copy. */
  pieces(message: Uint8Array): readonly Uint8Array[]
  /** Bytes of the frame in front of the message. */
  headerBytes(message: Uint8Array): number
  /** A whole header that announces `length` bytes; null where it cannot be spelled. */
  announce(length: bigint): Uint8Array | null
  /** Reads one message at `at`, which may be a view of `bytes`. Throws ReplyMalformed. */
  parse(bytes: Uint8Array, at: number): Parsed
}

export const reference = (rules: Rules): ReferenceFraming => ({
  ...rules,
  frame: (message) => concat(rules.pieces(message)),
})

export const text = (value: string): Uint8Array => new TextEncoder().encode(value)

export const lengthOf = (parts: readonly Uint8Array[]): number =>
  parts.reduce((sum, part) => sum + part.length, 0)

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(lengthOf(parts))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
