/** Exactly n bytes. Checks FX-n. */
import { type ReferenceFraming, reference } from './framing.ts'
import { optionsOf } from './options.ts'

const PADDING = 0x2e

/** The reference for `fixed:<n>`, or null when the id is another. */
export function fixedReference(id: string): ReferenceFraming | null {
  const { name, argument } = optionsOf(id)
  if (name !== 'fixed') return null
  const bytesEach = Number(argument)
  return reference({
    id,
    family: 'fixed',
    carriesEmpty: false,
    messageBytesMax: bytesEach,
    adapt(message) {
      const padded = new Uint8Array(bytesEach).fill(PADDING)
      padded.set(message.subarray(0, bytesEach))
      return padded
    },
    pieces: (message) => [message],
    headerBytes: () => 0,
    announce: () => null,
    parse(bytes, at) {
      const next = at + bytesEach
      return next > bytes.length ? 'need-more' : { message: bytes.subarray(at, next), next }
    },
  })
}
