/** Right servers with other lengths in front, fixed frames, or none, for mutants of them. */
import { Connection, type Look, MESSAGE_BYTES_MAX } from './connection.ts'

/** Checks LP-n, with a length that counts itself. */
export class CountedConnection extends Connection {
  static override readonly framing: string = 'u32be?length-includes-header'

  override lengthAt(at: number): number {
    return this.sizeOf(super.lengthAt(at) - 4)
  }

  /** Infinite for what is no size. */
  sizeOf(bytes: number): number {
    return bytes < 0 ? Number.POSITIVE_INFINITY : bytes
  }

  override frame(message: Uint8Array): Uint8Array {
    const frame = super.frame(message)
    new DataView(frame.buffer).setUint32(0, frame.length)
    return frame
  }
}

/** Checks LP-n: the field is what limits the message. */
export class ShortConnection extends Connection {
  static override readonly framing: string = 'u16be'
  fieldMax = 65_535

  override look(): Look {
    if (this.end - this.start < 2) return 'need-more'
    const length = new DataView(this.input.buffer).getUint16(this.start)
    return this.messageAt(this.start + 2, length)
  }

  override frame(message: Uint8Array): Uint8Array {
    const bytes = new Uint8Array(2 + message.length)
    new DataView(bytes.buffer).setUint16(0, message.length)
    bytes.set(message, 2)
    return bytes
  }
}

/** Checks LF-n: two bytes of another's, then the length of the whole frame. */
export class FieldConnection extends Connection {
  static override readonly framing: string = 'length-field?offset=2&width=2&adjust=-4&strip=4'
  limit = 65_531

  override lengthAt(at: number): number {
    return this.sizeOf(new DataView(this.input.buffer).getUint16(at + 2) - 4)
  }

  /** Infinite for what is no size. */
  sizeOf(bytes: number): number {
    return bytes < 0 ? Number.POSITIVE_INFINITY : bytes
  }

  override isTooLong(length: number): boolean {
    return length > this.limit
  }

  override frame(message: Uint8Array): Uint8Array {
    const bytes = new Uint8Array(4 + message.length)
    new DataView(bytes.buffer).setUint16(2, bytes.length)
    bytes.set(message, 4)
    return bytes
  }
}

/** Checks FX-n. */
export class FixedConnection extends Connection {
  static override readonly framing: string = 'fixed:16'
  static readonly frameBytes = 16

  override look(): Look {
    return this.messageAt(this.start, FixedConnection.frameBytes)
  }

  override frame(message: Uint8Array): Uint8Array {
    return message
  }
}

/** Checks RAW-n. */
export class RawConnection extends Connection {
  static override readonly framing: string = 'raw'

  override look(): Look {
    const length = this.end - this.start
    return length === 0
      ? 'need-more'
      : this.messageAt(this.start, Math.min(length, MESSAGE_BYTES_MAX))
  }

  override frame(message: Uint8Array): Uint8Array {
    return message
  }
}
