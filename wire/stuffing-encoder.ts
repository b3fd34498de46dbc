import { copyOf } from './bytes.ts'
import type { Encoder } from './framing.ts'
import { refuseOver } from './headed-encoder.ts'

/** Up to here a frame is made in memory that stays, and copied: cheaper than one cut to length. */
const SCRATCH_BYTES = 4096

/** What COBS and SLIP share: the message's own bytes are rewritten, so a frame is one piece. */
export abstract class StuffingEncoder implements Encoder {
  private readonly messageBytesMax: number
  private scratch: Uint8Array | null = null

  constructor(messageBytesMax: number) {
    this.messageBytesMax = messageBytesMax
  }

  abstract frameBytesMax(messageBytes: number): number

  encodeInto(message: Uint8Array, target: Uint8Array, offset: number): number {
    this.check(message)
    const end = this.stuff(message, target, offset)
    if (end <= target.length) return end
    throw new RangeError(`frame ends at ${end}, target has ${target.length} bytes`)
  }

  encode(message: Uint8Array): Uint8Array {
    this.check(message)
    const bytesMax = this.frameBytesMax(message.length)
    if (bytesMax > SCRATCH_BYTES) {
      const frame = new Uint8Array(bytesMax)
      return frame.subarray(0, this.stuff(message, frame, 0))
    }
    this.scratch ??= new Uint8Array(SCRATCH_BYTES)
    return copyOf(this.scratch, 0, this.stuff(message, this.scratch, 0))
  }

  pieces(message: Uint8Array): Uint8Array[] {
    return [this.encode(message)]
  }

  /** Writes the frame and answers the offset behind it, even where the target ended before. */
  protected abstract stuff(message: Uint8Array, target: Uint8Array, offset: number): number

  protected check(message: Uint8Array): void {
    refuseOver(this.messageBytesMax, message.length)
  }
}
