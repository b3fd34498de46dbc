/** No framing: the bytes of one recv. What a reply is, only the reads tell (see dialogue.ts). */
import { reference } from './framing.ts'

export const rawReference = reference({
  id: 'raw',
  family: 'raw',
  carriesEmpty: false,
  messageBytesMax: Number.MAX_SAFE_INTEGER,
  adapt: (message) => message,
  pieces: (message) => [message],
  headerBytes: () => 0,
  announce: () => null,
  parse(bytes, at) {
    if (at === bytes.length) return 'need-more'
    return { message: bytes.subarray(at), next: bytes.length }
  },
})
