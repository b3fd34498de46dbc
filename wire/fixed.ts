import { BareEncoder } from './datagram.ts'
import { DIRECT } from './decoder-state.ts'
import { type DecodeStep, FRAME, type Framing, FramingError } from './framing.ts'
import { LengthDecoder } from './length-decoder.ts'

/** FX-1 … FX-3: every message is exactly `messageBytes` (1 or more) bytes long. */
export function fixed(id: string, messageBytes: number): Framing {
  return {
    id,
    summary: `exactly ${messageBytes} bytes`,
    messageBytesMax: messageBytes,
    carriesEmpty: false,
    cannotCarry: `any length but ${messageBytes} bytes`,
    overheadBytes: () => 0,
    decoder: () => new FixedDecoder(messageBytes),
    encoder: () => new FixedEncoder(messageBytes),
  }
}

class FixedDecoder extends LengthDecoder {
  constructor(messageBytes: number) {
    super()
    this.bodyBytes = messageBytes
  }

  override next(): DecodeStep {
    const start = this.at
    const end = start + this.bodyBytes
    if (this.state !== DIRECT || end > this.limit) return this.advance()
    this.start = start
    this.end = end
    this.at = end
    return FRAME
  }

  protected override readHead(): number {
    return 0
  }
}

class FixedEncoder extends BareEncoder {
  private readonly messageBytes: number

  constructor(messageBytes: number) {
    super(messageBytes)
    this.messageBytes = messageBytes
  }

  protected override check(message: Uint8Array): void {
    if (message.length === this.messageBytes) return
    const detail = `message of ${message.length} bytes, exactly ${this.messageBytes} are carried`
    throw new FramingError('message-not-carried', detail)
  }
}
