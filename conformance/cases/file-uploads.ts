/** What the cases of file servers share: files in pieces, and the shape of a case. */
import { type Case, defineCases } from '../case.ts'
import { type FileDialogue, type Piece, sha256 } from '../file-dialogue.ts'
import type { Trial } from '../trial.ts'
import { counting, text } from './bytes.ts'

type FileCase = Omit<Case, 'over' | 'level' | 'run'> & {
  judge(files: FileDialogue, trial: Trial): Promise<void>
}

/** Each on a connection of its own, to a folder that other cases have used. */
export const overFiles = (cases: readonly FileCase[]): readonly Case[] =>
  defineCases(
    cases.map(({ judge, ...rest }) => ({
      ...rest,
      level: 'must',
      over: 'files',
      run: async (trial) => judge(await trial.openFiles(), trial),
    })),
  )

export const PIECE_BYTES = 40_000
export const OLD = text('the old one')
export const NEW = counting(3 * PIECE_BYTES, 7)

/** A name that no other case has used. */
export const fresh = (trial: Trial, word: string): string =>
  `${word}-${trial.random.below(2 ** 31)}`

interface Sent {
  name: string
  bytes: Uint8Array
  upload?: string
}

/** The piece at this index, with the digest of all up to its end. */
export function pieceOf({ name, bytes, upload }: Sent, index: number): Piece {
  const offset = index * PIECE_BYTES
  const end = Math.min(offset + PIECE_BYTES, bytes.length)
  const digest = sha256(bytes.subarray(0, end))
  const piece = { name, offset, size: bytes.length, bytes: bytes.subarray(offset, end) }
  return { ...piece, sha256: digest, ...(upload === undefined ? {} : { upload }) }
}
