import { NO_BYTES } from './bytes.ts'
import {
  type Decoder,
  type DecodeStep,
  FRAME,
  type Framing,
  FramingError,
  type FramingErrorReason,
  MALFORMED,
  NEED_MORE,
} from './framing.ts'
import { Gather } from './gather.ts'
import { StuffingEncoder } from './stuffing-encoder.ts'

/** Code of a block of 254 bytes that no zero follows. */
const FULL_BLOCK = 0xff
const FULL_BLOCK_BYTES = 254

/** CB-1 … CB-5: the message without its zeros (COBS), then a zero. */
export function cobs(id: string, messageBytesMax: number): Framing {
  return {
    id,
    summary: 'the message with its zeros stuffed away (COBS), then a zero byte',
    messageBytesMax,
    carriesEmpty: true,
    cannotCarry: '',
    overheadBytes: (messageBytes) => Math.max(1, Math.ceil(messageBytes / FULL_BLOCK_BYTES)) + 1,
    decoder: () => new CobsDecoder(messageBytesMax),
    encoder: () => new CobsEncoder(messageBytesMax),
  }
}

class CobsDecoder implements Decoder {
  buffer: Uint8Array = NO_BYTES
  start = 0
  end = 0
  error: FramingError | null = null
  /** The message so far, zeros put back. */
  readonly gather: Gather
  private readonly messageBytesMax: number
  private chunk: Uint8Array = NO_BYTES
  private at = 0
  /** A code of the current frame has been read. */
  private inFrame = false
  private blockBytesLeft = 0
  /** The last block stands for a zero behind it, if another block follows. */
  private zeroOwed = false
  private handedOut = false

  constructor(messageBytesMax: number) {
    this.messageBytesMax = messageBytesMax
    this.gather = new Gather(messageBytesMax)
  }

  push(chunk: Uint8Array): void {
    this.chunk = chunk
    this.at = 0
  }

  next(): DecodeStep {
    if (this.error !== null) return MALFORMED
    if (this.handedOut) {
      this.gather.clear()
      this.handedOut = false
    }
    if (!this.inFrame && this.isOneBlock()) return FRAME
    while (this.at < this.chunk.length) {
      const step = this.blockBytesLeft > 0 ? this.readBlock() : this.readCode()
      if (step !== NEED_MORE) return step
    }
    // Used up: hold on to nothing that was borrowed.
    this.chunk = NO_BYTES
    this.buffer = NO_BYTES
    this.at = 0
    return NEED_MORE
  }

  take(): Uint8Array {
    return this.gather.take(this.buffer, this.start, this.end)
  }

  finish(): FramingError | null {
    if (this.error === null && this.inFrame) {
      this.refuse('truncated', 'the stream ends inside a frame')
    }
    return this.error
  }

  /** A frame of one block that lies in the chunk is the message as it stands: no copy. */
  private isOneBlock(): boolean {
    const chunk = this.chunk
    const start = this.at + 1
    const end = this.at + (chunk[this.at] ?? 0)
    if (end < start || end >= chunk.length || end - start > this.messageBytesMax) return false
    if (chunk[end] !== 0) return false
    for (let i = start; i < end; i++) if (chunk[i] === 0) return false
    this.buffer = chunk
    this.start = start
    this.end = end
    this.at = end + 1
    return true
  }

  private readCode(): DecodeStep {
    const code = this.chunk[this.at++]!
    if (code === 0) return this.endFrame()
    if (this.zeroOwed) this.gather.appendByte(0)
    this.inFrame = true
    this.blockBytesLeft = code - 1
    this.zeroOwed = code !== FULL_BLOCK
    const messageBytes = this.gather.length + this.blockBytesLeft
    if (messageBytes <= this.messageBytesMax) return NEED_MORE
    const detail = `${messageBytes} bytes or more, limit ${this.messageBytesMax}`
    return this.refuse('length-over-max', detail)
  }

  private readBlock(): DecodeStep {
    const from = this.at
    const to = Math.min(from + this.blockBytesLeft, this.chunk.length)
    for (let i = from; i < to; i++) {
      if (this.chunk[i] === 0) return this.refuse('escape-malformed', 'a zero inside a COBS block')
    }
    this.gather.append(this.chunk, from, to)
    this.blockBytesLeft -= to - from
    this.at = to
    return NEED_MORE
  }

  private endFrame(): DecodeStep {
    if (!this.inFrame) return this.refuse('escape-malformed', 'a COBS frame without a code')
    this.inFrame = false
    this.zeroOwed = false
    this.handedOut = true
    this.buffer = this.gather.bytes
    this.start = 0
    this.end = this.gather.length
    return FRAME
  }

  private refuse(reason: FramingErrorReason, message: string): DecodeStep {
    this.error = new FramingError(reason, message)
    return MALFORMED
  }
}

class CobsEncoder extends StuffingEncoder {
  override frameBytesMax(messageBytes: number): number {
    return messageBytes + Math.floor(messageBytes / FULL_BLOCK_BYTES) + 2
  }

  protected override stuff(message: Uint8Array, target: Uint8Array, offset: number): number {
    let codeAt = offset
    let at = offset + 1
    for (let i = 0; i < message.length; i++) {
      const byte = message[i]!
      if (byte !== 0) target[at++] = byte
      const full = byte !== 0 && at - codeAt === FULL_BLOCK
      if (byte !== 0 && !full) continue
      target[codeAt] = at - codeAt
      // A full block that ends the message needs no other behind it.
      if (full && i === message.length - 1) codeAt = -1
      else codeAt = at++
    }
    if (codeAt >= 0) target[codeAt] = at - codeAt
    target[at] = 0
    return at + 1
  }
}
