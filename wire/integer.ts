/** A length field of fixed width, as it lies on the wire. */
export type IntegerKind =
  | 'u8'
  | 'u16be'
  | 'u16le'
  | 'u24be'
  | 'u24le'
  | 'u32be'
  | 'u32le'
  | 'u64be'
  | 'u64le'
  | 'i32be'
  | 'i32le'

const U8 = 0
const U16BE = 1
const U16LE = 2
const U24BE = 3
const U24LE = 4
const U32BE = 5
const U32LE = 6
const U64BE = 7
const U64LE = 8
const I32BE = 9
const I32LE = 10

const TWO_TO_32 = 2 ** 32

/** What `readInteger` and `writeInteger` switch on: comparing words would be slower. */
export const INTEGER_CODES: Readonly<Record<IntegerKind, number>> = {
  u8: U8,
  u16be: U16BE,
  u16le: U16LE,
  u24be: U24BE,
  u24le: U24LE,
  u32be: U32BE,
  u32le: U32LE,
  u64be: U64BE,
  u64le: U64LE,
  i32be: I32BE,
  i32le: I32LE,
}

/** Width of the field in bytes. */
export const INTEGER_BYTES: Readonly<Record<IntegerKind, number>> = {
  u8: 1,
  u16be: 2,
  u16le: 2,
  u24be: 3,
  u24le: 3,
  u32be: 4,
  u32le: 4,
  u64be: 8,
  u64le: 8,
  i32be: 4,
  i32le: 4,
}

/** Largest length the field can say; for 64 bits the largest that we can hold exactly. */
export const INTEGER_MAX: Readonly<Record<IntegerKind, number>> = {
  u8: 0xff,
  u16be: 0xffff,
  u16le: 0xffff,
  u24be: 0xffffff,
  u24le: 0xffffff,
  u32be: 0xffffffff,
  u32le: 0xffffffff,
  u64be: Number.MAX_SAFE_INTEGER,
  u64le: Number.MAX_SAFE_INTEGER,
  i32be: 0x7fffffff,
  i32le: 0x7fffffff,
}

/**
 * Reads the field at `at` as a 32-bit integer; all of its bytes are there. `code` is one of
 * INTEGER_CODES. Negative when the value is not 0 to 2^31-1: then `readInteger` knows.
 *
 * Apart from `readInteger` because a function that never answers with a fraction or more than 32
 * bits keeps the loop around it in machine integers, at twice the speed.
 */
export function readSmallInteger(bytes: Uint8Array, at: number, code: number): number {
  switch (code) {
    case U32LE:
    case I32LE:
      return i32le(bytes, at)
    case U32BE:
    case I32BE:
      return i32be(bytes, at)
    case U8:
      return bytes[at]!
    case U16LE:
      return bytes[at]! | (bytes[at + 1]! << 8)
    case U16BE:
      return (bytes[at]! << 8) | bytes[at + 1]!
    case U24LE:
      return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16)
    case U24BE:
      return (bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!
    case U64LE:
      return i32le(bytes, at + 4) === 0 ? i32le(bytes, at) : -1
    default:
      return i32be(bytes, at) === 0 ? i32be(bytes, at + 4) : -1
  }
}

/**
 * Reads the field at `at`, whatever its value; all of its bytes are there.
 *
 * A 64-bit value beyond 2^53-1 comes back rounded, yet never as 2^53-1 or less: comparing with
 * Number.MAX_SAFE_INTEGER is enough to notice.
 */
export function readInteger(bytes: Uint8Array, at: number, code: number): number {
  switch (code) {
    case U32LE:
      return i32le(bytes, at) >>> 0
    case U32BE:
      return i32be(bytes, at) >>> 0
    case U64LE:
      return (i32le(bytes, at + 4) >>> 0) * TWO_TO_32 + (i32le(bytes, at) >>> 0)
    case U64BE:
      return (i32be(bytes, at) >>> 0) * TWO_TO_32 + (i32be(bytes, at + 4) >>> 0)
    default:
      return readSmallInteger(bytes, at, code)
  }
}

/** Writes `value` (0 to the field's largest) at `at`. */
export function writeInteger(value: number, bytes: Uint8Array, at: number, code: number): void {
  switch (code) {
    case U32LE:
    case I32LE:
      return writeLittle(value, bytes, at, 4)
    case U32BE:
    case I32BE:
      return writeBig(value, bytes, at, 4)
    case U8:
      return writeBig(value, bytes, at, 1)
    case U16LE:
      return writeLittle(value, bytes, at, 2)
    case U16BE:
      return writeBig(value, bytes, at, 2)
    case U24LE:
      return writeLittle(value, bytes, at, 3)
    case U24BE:
      return writeBig(value, bytes, at, 3)
    case U64LE:
      writeLittle(value % TWO_TO_32, bytes, at, 4)
      return writeLittle(Math.floor(value / TWO_TO_32), bytes, at + 4, 4)
    default:
      writeBig(Math.floor(value / TWO_TO_32), bytes, at, 4)
      return writeBig(value % TWO_TO_32, bytes, at + 4, 4)
  }
}

function writeLittle(value: number, bytes: Uint8Array, at: number, width: number): void {
  for (let i = 0; i < width; i++) bytes[at + i] = value >>> (8 * i)
}

function writeBig(value: number, bytes: Uint8Array, at: number, width: number): void {
  for (let i = 0; i < width; i++) bytes[at + i] = value >>> (8 * (width - 1 - i))
}

function i32le(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
}

function i32be(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!
}
