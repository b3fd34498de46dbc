import { copyOf, copyRange, NO_BYTES, unclearedBytes } from './bytes.ts'

/** First allocation. Most straddling frames of a chatty protocol fit. */
const CAPACITY_BYTES_MIN = 1024
/** Memory is at most this many times the bytes that have come, and that a message has. */
const SLACK_FACTOR = 4
/** Kept by an idle connection after larger frames: enough for a message of 1 MiB and its head. */
const RETAINED_BYTES_MAX = 1024 * 1024 + 4096

/**
 * Collects the bytes of the one frame that straddles reads.
 *
 * Grows fourfold: it holds at most four times the bytes that have really arrived (ALL-4: an
 * announced length allocates nothing), and every byte is moved less than two and a half times
 * (ALL-11).
 */
export class Gather {
  bytes: Uint8Array = NO_BYTES
  length = 0
  /** Bytes moved so far, growth included. Tests hold it against the bytes received. */
  bytesCopied = 0
  /** Bytes of the whole frame once they are known: growing stops there. Never grown to early. */
  lengthKnown: number
  private readonly lengthMax: number

  /** No frame that is collected here is longer than `lengthMax`. */
  constructor(lengthMax = Number.POSITIVE_INFINITY) {
    this.lengthMax = lengthMax
    this.lengthKnown = lengthMax
  }

  /** Appends `source[start, end)`. */
  append(source: Uint8Array, start: number, end: number): void {
    const length = this.length + end - start
    if (length > this.bytes.length) this.grow(length)
    copyRange(source, start, end, this.bytes, this.length)
    this.bytesCopied += end - start
    this.length = length
  }

  /** Appends one byte. */
  appendByte(byte: number): void {
    if (this.length === this.bytes.length) this.grow(this.length + 1)
    this.bytes[this.length++] = byte
    this.bytesCopied++
  }

  /**
   * `buffer[start, end)` as memory of the caller's own. Where it was collected here, the memory is
   * handed over as it is; but a short message does not take a large buffer with it.
   */
  take(buffer: Uint8Array, start: number, end: number): Uint8Array {
    const isWorthIt = (end - start) * SLACK_FACTOR >= buffer.length && start < end
    if (buffer !== this.bytes || !isWorthIt) return copyOf(buffer, start, end)
    this.bytes = NO_BYTES
    // Behind the frame are bytes of others.
    if (this.length < buffer.length) buffer.fill(0, this.length)
    return buffer.subarray(start, end)
  }

  /** Forgets the bytes; memory is kept unless it is large. */
  clear(): void {
    this.length = 0
    this.lengthKnown = this.lengthMax
    if (this.bytes.length > RETAINED_BYTES_MAX) this.bytes = NO_BYTES
  }

  private grow(lengthNeeded: number): void {
    const capacity = this.capacityFor(lengthNeeded)
    const grown = unclearedBytes(Math.max(CAPACITY_BYTES_MIN, capacity))
    copyRange(this.bytes, 0, this.length, grown, 0)
    this.bytesCopied += this.length
    this.bytes = grown
  }

  /** A fourth, a sixteenth, … of the whole: so the last growth is to the whole from a fourth. */
  private capacityFor(bytes: number): number {
    const most = bytes * SLACK_FACTOR
    if (this.lengthKnown === Number.POSITIVE_INFINITY) return most
    let capacity = Math.max(bytes, this.lengthKnown)
    while (capacity > most) capacity /= SLACK_FACTOR
    return Math.ceil(capacity)
  }
}
