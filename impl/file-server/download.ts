/** A file that is being sent, held open: one that takes its place meanwhile does not mix in. */
import fs from 'node:fs'
import { FileError, fileErrorFrom } from './file-error.ts'
import { digestSoFar, hashPrefix, readAt } from './file-io.ts'
import type { Folder } from './folder.ts'

export class Download {
  readonly name: string
  readonly size: number
  /** Where the next piece begins. */
  position: number
  readonly #fd: number
  readonly #hasher: Bun.CryptoHasher

  private constructor(
    name: string,
    file: { fd: number; size: number },
    position: number,
    hasher: Bun.CryptoHasher,
  ) {
    this.name = name
    this.size = file.size
    this.position = position
    this.#fd = file.fd
    this.#hasher = hasher
  }

  /** What lies before `offset` is hashed, so that digests are about the file from its start. */
  static async open(folder: Folder, name: string, offset: number): Promise<Download> {
    const file = folder.openForReading(name)
    try {
      if (offset > file.size) {
        const message = `"${name}" has ${file.size} bytes; there is nothing at ${offset}.`
        throw new FileError('offset-mismatch', message)
      }
      const hasher = await hashPrefix(file.fd, offset)
      if (!hasher) throw changed(name)
      return new Download(name, file, offset, hasher)
    } catch (error) {
      fs.closeSync(file.fd)
      throw fileErrorFrom(error, `"${name}" cannot be read`)
    }
  }

  /** SHA-256 of everything up to here. */
  get sha256(): string {
    return digestSoFar(this.#hasher)
  }

  /** The next bytes, into `target`, which may be longer than what is left. */
  async next(target: Uint8Array): Promise<Uint8Array> {
    const piece = target.subarray(0, Math.min(target.length, this.size - this.position))
    let count: number
    try {
      count = await readAt(this.#fd, piece, this.position)
    } catch (error) {
      throw fileErrorFrom(error, `"${this.name}" cannot be read`)
    }
    if (count < piece.length) throw changed(this.name)
    this.#hasher.update(piece)
    this.position += count
    return piece
  }

  close(): void {
    fs.closeSync(this.#fd)
  }
}

const changed = (name: string): FileError =>
  new FileError('file-changed', `"${name}" became shorter while it was read.`)
