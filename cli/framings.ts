/** Every framing, as `list framings` shows it. */
import { formatSize } from '../wire/options.ts'
import { FRAMING_USAGES, parseFraming } from '../wire/registry.ts'

/** Header sizes are told for a small and a large message: some grow with the length. */
const SMALL_BYTES = 64
const LARGE_BYTES = 1024 * 1024

export const describeFramings = () =>
  FRAMING_USAGES.map(({ usage, example }) => {
    const framing = parseFraming(example)
    const small = framing.overheadBytes(SMALL_BYTES)
    const large = framing.overheadBytes(Math.min(LARGE_BYTES, framing.messageBytesMax))
    const overhead = small === large ? `${small} B` : `${small} B (64 B) to ${large} B (1 MiB)`
    const cannotCarry = [framing.cannotCarry, framing.carriesEmpty ? '' : 'an empty message']
    return {
      id: usage,
      summary: framing.summary,
      note: `adds ${overhead}; up to ${formatSize(framing.messageBytesMax)} here${without(cannotCarry)}`,
      example,
      overheadBytes64: small,
      overheadBytes1MiB: large,
      messageBytesMax: framing.messageBytesMax,
      carriesEmpty: framing.carriesEmpty,
      cannotCarry: framing.cannotCarry,
    }
  })

function without(parts: readonly string[]): string {
  const told = [...new Set(parts.filter((part) => part !== ''))]
  return told.length > 0 ? `; cannot carry ${told.join(' or ')}` : ''
}
