/**
 * What one connection sends, made before anything is measured: frames one behind the other, sent
 * round and round. Sending is then nothing but writing a range of these bytes.
 *
 * Each message begins with a stamp, its place on the tape and its connection, so that a reply that
 * comes twice, too soon or on another connection is told from the one that is due. Messages are
 * lower-case letters: every framing can carry them.
 */
import { type Encoder, type Framing, FramingError } from '../wire/index.ts'
import { createRandom } from './random.ts'

/** A tape of small frames is this long: it stays in the cache, and rarely starts again. */
const TAPE_BYTES = 256 * 1024
/** Tapes of all connections together are at most this long, as far as two frames fit. */
const TAPES_BYTES_MAX = 64 * 1024 * 1024
const FIRST_LETTER = 0x61
const LETTERS = 16
/** Four letters for the place, four for the connection; short messages carry the first of them. */
const STAMP_BYTES = 8
const PLACES_MAX = LETTERS ** 4
/** Long messages repeat this many letters: a prime, so that no round shift goes unseen. */
const PERIOD_BYTES = 65_521

export interface TapeOptions {
  framing: Framing
  messageBytes: number
  connections: number
  depth: number
  /** Which of the connections this tape is for. */
  connection: number
  seed: number
}

/** Which message a stamp belongs to. */
export interface Stamp {
  place: number
  connection: number
}

export class LoadTape {
  readonly bytes: Buffer
  /** How many frames there are; more than are in flight, as long as they are not huge. */
  readonly places: number
  readonly messageBytes: number
  readonly #connection: number
  /** Offsets behind each frame. */
  readonly #ends: Float64Array
  /** The message that is due, restamped for each look. */
  readonly #message: Buffer
  readonly #encoder: Encoder

  /** Throws FramingError `message-not-carried`. */
  constructor(options: TapeOptions) {
    const { framing, messageBytes } = options
    const encoder = framing.encoder()
    this.#encoder = encoder
    const frameBytesMax = encoder.frameBytesMax(messageBytes)
    this.messageBytes = messageBytes
    this.#connection = options.connection
    this.#message = Buffer.from(loadMessage(messageBytes, options.seed).buffer)
    this.places = placesFor(frameBytesMax, options)
    this.#ends = new Float64Array(this.places)
    const bytes = Buffer.alloc(this.places * frameBytesMax)
    let end = 0
    for (let place = 0; place < this.places; place++) {
      end = encoder.encodeInto(this.message(place), bytes, end)
      this.#ends[place] = end
    }
    this.bytes = bytes.subarray(0, end)
  }

  frameBytes(place: number): number {
    return this.#ends[place]! - (place === 0 ? 0 : this.#ends[place - 1]!)
  }

  frame(place: number): Buffer {
    return this.bytes.subarray(this.#ends[place]! - this.frameBytes(place), this.#ends[place])
  }

  /** Bytes of the frame before its message; 0 where they are not apart, as in COBS. */
  headBytes(place: number): number {
    const pieces = this.#encoder.pieces(this.message(place))
    return pieces.length > 1 ? pieces[0]!.length : 0
  }

  /** The message at that place, valid until the next call of a method. */
  message(place: number): Uint8Array {
    for (let at = 0; at < STAMP_BYTES && at < this.messageBytes; at++) {
      const value = at < 4 ? place : this.#connection
      this.#message[at] = FIRST_LETTER + ((value >> (4 * (at & 3))) & (LETTERS - 1))
    }
    return this.#message
  }

  /** True when `buffer[start, end)` is the message at that place, byte for byte. */
  holds(place: number, buffer: Uint8Array, start: number, end: number): boolean {
    this.message(place)
    return this.#message.compare(buffer, start, end) === 0
  }

  /** True when `chunk` is what stands at `offset` of the endless tape. */
  continuesWith(chunk: Uint8Array, offset: number): boolean {
    let at = 0
    while (at < chunk.length) {
      const from = (offset + at) % this.bytes.length
      const bytes = Math.min(chunk.length - at, this.bytes.length - from)
      if (this.bytes.compare(chunk, at, at + bytes, from, from + bytes) !== 0) return false
      at += bytes
    }
    return true
  }
}

/** Reads the stamp of a message; null where there is none. */
export function readStamp(message: Uint8Array): Stamp | null {
  if (message.length < STAMP_BYTES) return null
  const stamp = { place: 0, connection: 0 }
  for (let at = 0; at < STAMP_BYTES; at++) {
    const value = message[at]! - FIRST_LETTER
    if (value < 0 || value >= LETTERS) return null
    stamp[at < 4 ? 'place' : 'connection'] += value << (4 * (at & 3))
  }
  return stamp
}

/** Letters as the messages of that seed have them, before they are stamped. */
export function loadMessage(messageBytes: number, seed: number): Uint8Array {
  const message = new Uint8Array(messageBytes)
  const period = createRandom(seed).bytes(Math.min(messageBytes, PERIOD_BYTES))
  for (let at = 0; at < period.length; at++) {
    message[at] = FIRST_LETTER + (period[at]! & (LETTERS - 1))
  }
  // Whole periods are doubled, so the period stays what it is.
  for (let filled = period.length; filled > 0 && filled < messageBytes; filled *= 2) {
    message.copyWithin(filled, 0, Math.min(filled, messageBytes - filled))
  }
  return message
}

/** Null when the framing carries messages of that size, otherwise why it does not. */
export function whyNotCarried(framing: Framing, messageBytes: number): string | null {
  try {
    framing.encoder().encode(loadMessage(messageBytes, 0))
    return null
  } catch (error) {
    if (error instanceof FramingError) return error.message
    throw error
  }
}

/** Enough to tell all that is in flight apart, and a good length; but within the memory. */
function placesFor(frameBytesMax: number, { connections, depth }: TapeOptions): number {
  const wanted = Math.max(depth + 1, Math.floor(TAPE_BYTES / frameBytesMax))
  const fitting = Math.floor(TAPES_BYTES_MAX / connections / frameBytesMax)
  return Math.max(2, Math.min(wanted, fitting, PLACES_MAX))
}
