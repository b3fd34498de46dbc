/**
 * The contract every framing keeps: bytes in, messages out, and back.
 *
 * Pure: no sockets, files or clock. A decoder is fed with whatever a read returned and asked for
 * frames until it needs more; which frames come out depends only on the bytes, never on how they
 * were cut (SPEC.md, ALL-1).
 */

/** Waiting is not an error: more bytes have to be pushed before the next frame is complete. */
export const NEED_MORE = 0
/** A message is ready: `buffer[start, end)`. */
export const FRAME = 1
/** The stream cannot be understood from here on; `error` says why. Final. */
export const MALFORMED = 2

export type DecodeStep = typeof NEED_MORE | typeof FRAME | typeof MALFORMED

/** Default for the largest message a receiver accepts: 16 MiB. */
export const MESSAGE_BYTES_MAX_DEFAULT = 16 * 1024 * 1024

/** Why a stream was refused. A closed list: programs branch on it, reports print it. */
export type FramingErrorReason =
  | 'length-over-max' // announced or gathered length is over the receiver's limit
  | 'length-negative' // signed length field below zero
  | 'length-unsafe' // beyond 2^53-1: cannot be held without rounding
  | 'length-malformed' // not a number in the framing's spelling (leading zero, sign, no digit)
  | 'length-overlong' // varint not in its shortest spelling, or over 10 bytes
  | 'length-mismatch' // the length contradicts itself (adjusted below the header it counts)
  | 'header-length' // json-header: header length field outside 1..65,536
  | 'header-over-max' // header block longer than its bound
  | 'header-malformed' // header is not what the framing says (not UTF-8, not JSON, bare LF …)
  | 'length-missing' // header without the length
  | 'length-repeated' // two differing lengths in one header
  | 'terminator-missing' // netstring without its comma
  | 'escape-malformed' // COBS or SLIP sequence that means nothing
  | 'digest-malformed' // json-header: md5 not spelled as 32 hex digits
  | 'digest-mismatch' // json-header: md5 of the message differs
  | 'truncated' // end of stream inside a frame
  | 'message-not-carried' // encoder: this framing cannot carry this message

/** The one error type of this folder. */
export class FramingError extends Error {
  override readonly name = 'FramingError'
  readonly reason: FramingErrorReason
  constructor(reason: FramingErrorReason, message: string) {
    super(message)
    this.reason = reason
  }
}

/**
 * Turns bytes into messages.
 *
 * ```
 * decoder.push(chunk)
 * let step: DecodeStep
 * while ((step = decoder.next()) === FRAME) use(decoder.buffer, decoder.start, decoder.end)
 * if (step === MALFORMED) close(decoder.error)
 * ```
 */
export interface Decoder {
  /**
   * Hands over what one read returned. Call it only after `next()` has answered NEED_MORE (or at
   * the start). The chunk is borrowed until `next()` answers NEED_MORE again: by then every byte
   * that is still wanted has been copied, and the caller may reuse the memory.
   */
  push(chunk: Uint8Array): void
  /** The next step. After MALFORMED it answers MALFORMED for ever. */
  next(): DecodeStep
  /** After FRAME the message is `buffer[start, end)`, valid until the next `next()` or `push()`. */
  readonly buffer: Uint8Array
  readonly start: number
  readonly end: number
  /**
   * Instead of `next()`: steps over all frames that lie whole in the chunk from here on, and says
   * how many. Their bytes, heads included, are `buffer[start, end)` then. What is left, if any, is
   * `next()`'s. Only decoders have it whose messages have one frame each: an encoder of the same
   * framing would write these very bytes.
   */
  wholeFrames?(): number
  /**
   * Behind `wholeFrames()`: leaves the long frame that the chunk ends in where it lies, instead of
   * copying it, and the caller leaves that chunk as it is. It is `held`, from `heldStart` to its
   * end, until either the next `wholeFrames()` has counted the frame, whose other bytes
   * `buffer[start, end)` begins with, or `next()` has copied it after all.
   */
  holdRest?(): void
  /** No bytes where nothing is held. */
  readonly held?: Uint8Array
  readonly heldStart?: number
  /**
   * After FRAME: the message as memory of the caller's own, to be kept. It is a copy, but where the
   * frame came in pieces: the memory in which they were put together is handed over (and may have
   * the frame's other bytes around the message).
   */
  take(): Uint8Array
  /** After MALFORMED: what was wrong. */
  readonly error: FramingError | null
  /**
   * End of stream, asked for once `next()` has answered NEED_MORE or MALFORMED. Null on a frame
   * boundary (ALL-6), otherwise the error: `truncated`, or what `error` says already.
   */
  finish(): FramingError | null
}

/** Turns messages into bytes. Throws FramingError `message-not-carried` before any byte is made. */
export interface Encoder {
  /** Upper bound for the frame of `messageBytes` bytes of message; exact but for COBS and SLIP. */
  frameBytesMax(messageBytes: number): number
  /**
   * Writes the frame into `target` at `offset` and returns the offset behind it. Throws RangeError
   * where `target` ends before the frame does.
   */
  encodeInto(message: Uint8Array, target: Uint8Array, offset: number): number
  /**
   * The same for the message `source[start, end)`, of which nobody has to make a view then. Only
   * encoders have it that gain by it.
   */
  encodeRangeInto?(
    source: Uint8Array,
    start: number,
    end: number,
    target: Uint8Array,
    offset: number,
  ): number
  /**
   * Makes a frame of the message `buffer[start, end)` where it lies: the head is written in front
   * of it, over what stands there. Returns where the frame begins; it ends where the message does.
   * -1, and nothing is written, where that would be before `from`, or where more follows the
   * message. Only encoders have it that write no byte of the message.
   */
  encodeInPlace?(buffer: Uint8Array, start: number, end: number, from: number): number
  /** The whole frame in a buffer of its own. */
  encode(message: Uint8Array): Uint8Array
  /**
   * The frame in the pieces that a writer with separate writes sends: header(s), message, trailer.
   * Empty pieces are left out. The message piece is the caller's own memory, not a copy, except
   * where the framing rewrites the message's bytes (COBS, SLIP): there the frame is one piece.
   */
  pieces(message: Uint8Array): Uint8Array[]
}

/** A framing with its options settled. Made by `parseFraming` in registry.ts. */
export interface Framing {
  /** What it was asked for as, canonical: `u32be`, `fixed:256`, `json-header?digest=none`. */
  readonly id: string
  /** One line for a person: `4-byte unsigned big-endian length, then the message`. */
  readonly summary: string
  /** Largest message this receiver accepts, in bytes; not over what the length field can say. */
  readonly messageBytesMax: number
  /** False for `raw`, `slip` (ALL-3), `fixed` and some `length-field`: no empty message there. */
  readonly carriesEmpty: boolean
  /** What the encoder refuses, in words; empty where it carries everything up to the maximum. */
  readonly cannotCarry: string
  /** Bytes that a frame adds to a message of `messageBytes` bytes; SLIP without its escapes. */
  overheadBytes(messageBytes: number): number
  decoder(): Decoder
  encoder(): Encoder
}
