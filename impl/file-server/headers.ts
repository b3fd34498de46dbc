/** The keys that the file protocol has in a JSON header, beside the framing's (docs/files.md). */
import type { JsonHeaderMembers } from '../../wire/json-header.ts'
import { visitMembers } from '../../wire/json-scan.ts'
import { FileError } from './file-error.ts'

export const OPERATIONS = ['ls', 'resume', 'put', 'get'] as const
export type Operation = (typeof OPERATIONS)[number]

/** A piece has at most this many bytes, or fewer where the server's limit for messages is lower. */
export const PIECE_BYTES_MAX = 4 * 1024 * 1024
/** What our client sends and asks for at once. */
export const PIECE_BYTES = 1024 * 1024

/** What a header may say; a key that is not there is absent. */
export interface FileKeys {
  /** Request: what to do. */
  op?: string
  /** Request: a word of the client's own for an upload, the same when it comes back to it. */
  upload?: string
  /** Where a piece begins in its file; in replies how much of a file is there and verified. */
  offset?: number
  /** Bytes of the whole file. */
  size?: number
  /** Request: bytes wanted. */
  length?: number
  /** Of the file's bytes from the first to the last of this piece. */
  sha256?: string
  /** Request: list names behind this one. */
  after?: string
  /** Reply: the piece was the last one, and the file has its name now. */
  stored?: boolean
  /** Reply: what was refused or failed. */
  error?: string
}

type Reader = (value: unknown, source: string) => unknown

const text: Reader = (value) => (typeof value === 'string' ? value : undefined)
const matching =
  (pattern: RegExp): Reader =>
  (value) =>
    typeof value === 'string' && pattern.test(value) ? value : undefined
/** As JH-3: digits, and exact. */
const integer: Reader = (value, source) =>
  /^[0-9]+$/.test(source) && Number.isSafeInteger(value) ? value : undefined

const READERS: Readonly<Record<string, { read: Reader; wanted: string }>> = {
  op: { read: text, wanted: 'text' },
  upload: { read: matching(/^[\w-]{1,64}$/), wanted: '1 to 64 letters, digits, - and _' },
  offset: { read: integer, wanted: 'a whole number, 0 to 2^53-1' },
  size: { read: integer, wanted: 'a whole number, 0 to 2^53-1' },
  length: { read: integer, wanted: 'a whole number, 0 to 2^53-1' },
  sha256: { read: matching(/^[0-9a-f]{64}$/), wanted: '64 hex digits in lower case' },
  after: { read: text, wanted: 'text' },
  stored: { read: (value) => (value === true ? value : undefined), wanted: 'true' },
  error: { read: text, wanted: 'text' },
}

/** Reads the keys above and passes over all others. Throws FileError `request-malformed`. */
export function readKeys(headerText: string): FileKeys {
  const found = new Map<string, unknown>()
  visitMembers(headerText, (key, source) => {
    if (!Object.hasOwn(READERS, key)) return
    const { read, wanted } = READERS[key]!
    const value = read(JSON.parse(source), source)
    if (value === undefined) {
      throw new FileError('request-malformed', `${key} has to be ${wanted}.`)
    }
    if (found.has(key) && found.get(key) !== value) {
      throw new FileError('request-malformed', `There are two values for ${key}.`)
    }
    found.set(key, value)
  })
  return Object.fromEntries(found)
}

/** For `encodeJsonHeader`: without what is absent. */
export const asMembers = (keys: FileKeys): JsonHeaderMembers =>
  Object.fromEntries(Object.entries(keys).filter(([, value]) => value !== undefined))
