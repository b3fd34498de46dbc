/** One datagram is one message; what a reply is, the reads tell (see reply-reader.ts). */
import { reference } from './framing.ts'

/** What fits into one UDP datagram over IPv4: 65,535 bytes less the two headers. */
export const DATAGRAM_BYTES_MAX = 65_507

export const datagramReference = reference({
  id: 'datagram',
  family: 'datagram',
  carriesEmpty: true,
  messageBytesMax: DATAGRAM_BYTES_MAX,
  adapt: (message) => message,
  pieces: (message) => [message],
  headerBytes: () => 0,
  announce: () => null,
  parse: () => 'need-more',
})
