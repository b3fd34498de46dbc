/** What a file server and its client refuse or fail at, with a word that programs branch on. */
import type { FramingErrorReason } from '../../wire/framing.ts'

export type FileErrorCode =
  | 'request-unknown' // no such operation
  | 'request-malformed' // a key of the header is missing or not spelled as it has to be
  | 'name-refused' // not the name of one file in the folder (JH-5)
  | 'not-found'
  | 'not-a-file' // a symbolic link, a folder, a device
  | 'file-too-large' // over the limit of one file
  | 'quota-exceeded' // over the limit of the whole folder
  | 'too-many-files'
  | 'disk-full'
  | 'digest-missing' // neither md5 nor sha256 was given: nothing could be verified
  | 'digest-mismatch' // the bytes are not those that were announced
  | 'offset-mismatch' // a piece that does not begin where the one before ended
  | 'upload-lost' // the upload ended, or another connection has taken it over
  | 'file-changed' // it changed while it was read
  | 'busy' // as many connections as are allowed
  | 'stalled' // the other end stopped sending or reading
  | 'connection-lost'
  | 'reply-malformed'
  | 'storage-failed'
  | FramingErrorReason

export class FileError extends Error {
  override readonly name = 'FileError'
  readonly code: FileErrorCode
  constructor(code: FileErrorCode, message: string) {
    super(message)
    this.code = code
  }
}

const BY_ERRNO: Readonly<Record<string, FileErrorCode>> = {
  ENOENT: 'not-found',
  ELOOP: 'not-a-file',
  EISDIR: 'not-a-file',
  ENXIO: 'not-a-file',
  ENOSPC: 'disk-full',
  EDQUOT: 'disk-full',
  EFBIG: 'disk-full',
}

const WORDS: Partial<Record<FileErrorCode, string>> = {
  'disk-full': 'there is no room left on the disk',
  'not-found': 'there is no such file',
  'not-a-file': 'it is not a regular file, and links are not followed',
}

/** What a system call's failure means to somebody who asked for a file, without its path. */
export function fileErrorFrom(error: unknown, what: string): FileError {
  if (error instanceof FileError) return error
  const { code = 'unknown' } = error as NodeJS.ErrnoException
  const meaning = BY_ERRNO[code] ?? 'storage-failed'
  return new FileError(meaning, `${what}: ${WORDS[meaning] ?? code}.`)
}
