/** Moves over a short range by hand: a native call costs more than the bytes below this. */
const COPIED_BY_HAND_BYTES_MAX = 32
/** From here on it costs more to clear memory than to ask for it uncleared. */
const UNCLEARED_BYTES_MIN = 128 * 1024
/** Smaller ones lie in the collector's own heap, or cost less than the call. */
const GIVEN_BACK_BYTES_MIN = 16 * 1024
/** Takes a range without a view of it, which `set` would need: half the time, nothing allocated. */
const copy = Buffer.prototype.copy

/** How many bytes `copyRange` has moved in this process: one addition a call. */
export const copied = { bytes: 0 }

/** What a decoder looks at before the first push: no bytes. */
export const NO_BYTES = new Uint8Array(0)

/**
 * Copies `source[start, end)` to `target` at `offset`; allocates nothing.
 *
 * The caller has made sure that the target is long enough.
 */
export function copyRange(
  source: Uint8Array,
  start: number,
  end: number,
  target: Uint8Array,
  offset: number,
): void {
  copied.bytes += end - start
  if (end - start > COPIED_BY_HAND_BYTES_MAX) {
    copy.call(source, target, offset, start, end)
    return
  }
  let at = offset
  for (let i = start; i < end; i++) target[at++] = source[i]!
}

/** Memory for somebody who writes all of it that they show: what is in it may be anything. */
export function unclearedBytes(bytes: number): Uint8Array {
  if (bytes < UNCLEARED_BYTES_MIN) return new Uint8Array(bytes)
  const { buffer, byteOffset } = Buffer.allocUnsafeSlow(bytes)
  return new Uint8Array(buffer, byteOffset, bytes)
}

/** `source[start, end)` in memory of its own. `slice` will not do: a Buffer's is a view. */
export function copyOf(source: Uint8Array, start: number, end: number): Uint8Array {
  const own = unclearedBytes(end - start)
  copyRange(source, start, end, own, 0)
  return own
}

/**
 * For memory that nobody will look at again: it is free at once. Left to the collector, much of it
 * piles up before it is looked for. A part of somebody's memory is not ours to give.
 */
export function giveBack({ buffer, length }: Uint8Array): void {
  if (length < GIVEN_BACK_BYTES_MIN || buffer.byteLength !== length) return
  if (buffer instanceof ArrayBuffer) buffer.transfer(0)
}

/** Lower case, two digits a byte. */
export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** The reverse of `toHex`; the caller has made sure that the text is pairs of hex digits. */
export function fromHex(hex: string): Uint8Array {
  const pairs = hex.match(/../g) ?? []
  return Uint8Array.from(pairs, (pair) => Number.parseInt(pair, 16))
}

/** Streams may carry anything; text instead of bytes would be taken apart into nonsense. */
export function requireBytes(chunk: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk
  throw new TypeError(`a Uint8Array is needed, not ${chunk === null ? 'null' : typeof chunk}`)
}
