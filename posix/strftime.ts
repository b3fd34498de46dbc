/** The C library's strftime: local time in a format, every directive that it knows included. */
import { dlopen, FFIType, ptr } from 'bun:ffi'
import { C } from './constants.ts'

const { pointer, u64 } = FFIType
const { symbols: time } = dlopen(C.libc, {
  localtime_r: { args: [pointer, pointer], returns: pointer },
  strftime: { args: [pointer, u64, pointer, pointer], returns: u64 },
  tzset: { args: [], returns: FFIType.void },
})

/** `struct tm` has 56 bytes on 64-bit systems. */
const TM_BYTES = 64
/** What a format may grow to: `%c`, the longest of the common ones, makes 24 bytes of 2. */
const GROWTH_MAX = 32
const SPARE_BYTES = 4_096
/** In front of each format, since a result of 0 bytes cannot be told from one that does not fit. */
const MARK = 0x3d

/** The format would become longer than any use of it explains: `%999999999d`. */
export class TimeFormatError extends Error {
  override readonly name = 'TimeFormatError'
}

/**
 * Bytes in, bytes out: whatever is no directive stays as it is, and so do directives that the C
 * library does not know. Throws TimeFormatError.
 */
export function strftime(format: Uint8Array, at = new Date()): Uint8Array {
  const tm = new Uint8Array(TM_BYTES)
  time.tzset()
  const seconds = BigInt64Array.of(BigInt(Math.floor(at.getTime() / 1_000)))
  time.localtime_r(ptr(seconds), ptr(tm))
  const parts: Uint8Array[] = []
  // A C string ends at its first NUL: what is between two of them is a format each.
  for (let from = 0; from <= format.length; ) {
    const nul = format.indexOf(0, from)
    const to = nul < 0 ? format.length : nul
    parts.push(formatted(format.subarray(from, to), tm))
    if (nul >= 0) parts.push(format.subarray(nul, nul + 1))
    from = to + 1
  }
  return Buffer.concat(parts)
}

function formatted(format: Uint8Array, tm: Uint8Array): Uint8Array {
  const marked = new Uint8Array(format.length + 2)
  marked[0] = MARK
  marked.set(format, 1)
  const bytesMax = SPARE_BYTES + GROWTH_MAX * format.length
  for (let size = Math.min(SPARE_BYTES + 2 * format.length, bytesMax); ; size *= 4) {
    const result = new Uint8Array(Math.min(size, bytesMax))
    const count = Number(time.strftime(ptr(result), result.length, ptr(marked), ptr(tm)))
    if (count > 0) return result.subarray(1, count)
    if (size < bytesMax) continue
    throw new TimeFormatError(`The time would have more than ${bytesMax} bytes in this format.`)
  }
}
