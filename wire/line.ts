import { DelimiterDecoder, DelimiterEncoder } from './delimiter.ts'
import type { Framing } from './framing.ts'

const LINE_FEED = Uint8Array.of(0x0a)

/** LN-1 … LN-3: the message, then LF. A CR before the LF belongs to the message. */
export function line(id: string, messageBytesMax: number): Framing {
  return {
    id,
    summary: 'the message, then a line feed',
    messageBytesMax,
    carriesEmpty: true,
    cannotCarry: 'a line feed',
    overheadBytes: () => 1,
    decoder: () => new DelimiterDecoder(messageBytesMax, LINE_FEED),
    encoder: () => new DelimiterEncoder(messageBytesMax, LINE_FEED),
  }
}
