/** What `files --json` prints. Other programs rely on these names. */
export const FILES_SCHEMA = 'framegate.files/1'

export interface TransferResult {
  name: string
  /** The file on this side. */
  path: string
  /** Of the whole file; null where it was not transferred. */
  bytes: number | null
  /** Bytes that were there from an earlier try. */
  resumedFromBytes: number
  sha256: string | null
  seconds: number
  bytesPerSecond: number | null
  /** Why it was not transferred: a word to branch on, and a sentence. */
  error: { code: string; message: string } | null
}
