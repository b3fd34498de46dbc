import { BareEncoder, WholePushDecoder } from './datagram.ts'
import { type Framing, FramingError } from './framing.ts'

/** RAW-1 … RAW-3: what one read returns is taken for one message. Wrong by design (ALL-1). */
export function raw(id: string, messageBytesMax: number): Framing {
  return {
    id,
    summary: 'no framing: the bytes of one read are taken for one message',
    messageBytesMax,
    carriesEmpty: false,
    cannotCarry: 'an empty message',
    overheadBytes: () => 0,
    decoder: () => new WholePushDecoder(messageBytesMax, false),
    encoder: () => new RawEncoder(messageBytesMax),
  }
}

class RawEncoder extends BareEncoder {
  protected override check(message: Uint8Array): void {
    super.check(message)
    if (message.length > 0) return
    throw new FramingError('message-not-carried', 'an empty message leaves no bytes to read')
  }
}
