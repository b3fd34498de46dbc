/** Uploads under way, and what interrupted ones have left behind for their clients to come back. */
import { createHash, randomBytes } from 'node:crypto'
import fs from 'node:fs'
import { FileError, fileErrorFrom } from './file-error.ts'
import { hashPrefix } from './file-io.ts'
import type { Folder } from './folder.ts'
import { OWN_PREFIX } from './names.ts'
import { Upload } from './upload.ts'

const PARTIAL = /^\.framegate-[0-9a-f]{32}\.part$/
/** Left behind at most, and for so long. */
const LEFT_BEHIND_MAX = 64
const LEFT_BEHIND_MS_MAX = 7 * 24 * 3600 * 1000
/** An upload whose connection has been silent for this long may be taken over by another one. */
const SILENT_MS = 2_000

export interface Wanted {
  name: string
  size: number
  /** The client's word for it; without one nobody can come back to it. */
  upload: string | undefined
}

export class Uploads {
  readonly #folder: Folder
  /** By the name of their partial file. */
  readonly #open = new Map<string, Upload>()
  /** Partial files that are about to be opened. */
  readonly #claims = new Set<string>()

  constructor(folder: Folder) {
    this.#folder = folder
    this.#clean()
  }

  /** A new upload from the first byte on. What an interrupted one left is thrown away. */
  begin(wanted: Wanted): Promise<Upload> {
    return this.#claimed(wanted, async (partial) => {
      this.#folder.removeOwn(partial)
      return this.#start(wanted, partial)
    })
  }

  /** The upload where it was interrupted: the bytes that are there are hashed anew. */
  async resume(wanted: Wanted): Promise<Upload> {
    await this.#takeOver(keyOf(wanted))
    return this.#claimed(wanted, async (partial) => {
      const found = this.#folder.openOwn(partial)
      if (!found) return this.#start(wanted, partial)
      const { fd, size } = found
      try {
        const hasher = await hashPrefix(fd, size)
        if (!hasher) throw new FileError('file-changed', 'What is left of the upload is changing.')
        this.#admit(wanted, size)
        const target = { ...wanted, fd, partial, resumable: true }
        return this.#add(new Upload(this.#folder, target, size, hasher))
      } catch (error) {
        fs.closeSync(fd)
        throw fileErrorFrom(error, 'The upload cannot be resumed')
      }
    })
  }

  #start(wanted: Wanted, partial: string): Upload {
    this.#admit(wanted, 0)
    const { fd } = this.#folder.createOwn(partial)
    const resumable = partial === keyOf(wanted)
    const hasher = new Bun.CryptoHasher('sha256')
    return this.#add(new Upload(this.#folder, { ...wanted, fd, partial, resumable }, 0, hasher))
  }

  #add(upload: Upload): Upload {
    this.#open.set(upload.target.partial, upload)
    return upload
  }

  /** Ends it, and lets others have its partial file. */
  async close(upload: Upload): Promise<void> {
    const isLeftBehind = await upload.close()
    const { partial } = upload.target
    if (this.#open.get(partial) === upload) this.#open.delete(partial)
    upload.ended()
    if (isLeftBehind) this.#clean()
  }

  /** With a partial file that nobody else writes: the client's own if it is free, or a new one. */
  async #claimed(wanted: Wanted, make: (partial: string) => Promise<Upload>): Promise<Upload> {
    const { name, size } = wanted
    const { fileBytesMax } = this.#folder.limits
    this.#folder.checkReplaceable(name)
    if (size > fileBytesMax) {
      const message = `"${name}" has ${size} bytes; ${fileBytesMax} are the most for one file.`
      throw new FileError('file-too-large', message)
    }
    const own = keyOf(wanted)
    const partial = own === null || this.#isTaken(own) ? freshKey() : own
    this.#claims.add(partial)
    try {
      return await make(partial)
    } finally {
      this.#claims.delete(partial)
    }
  }

  #isTaken(partial: string): boolean {
    return this.#open.has(partial) || this.#claims.has(partial)
  }

  /**
   * Whoever comes back to an upload has mostly left its old connection, which may not have been
   * noticed yet: waits for its end, and takes it over when it says nothing any more.
   */
  async #takeOver(own: string | null): Promise<void> {
    const holder = own === null ? undefined : this.#open.get(own)
    if (!holder || (await holder.endedWithin(SILENT_MS))) return
    if (performance.now() - holder.movedMs < SILENT_MS) return
    holder.takeAway()
    await this.close(holder)
  }

  /** Throws when there is no room; what was left behind makes room first. */
  #admit({ name, size }: Wanted, presentBytes: number): void {
    const { quotaBytes, filesMax } = this.#folder.limits
    const lacking = () =>
      this.#folder.usedBytes + this.#folder.reservedBytes + size - presentBytes - quotaBytes
    if (lacking() > 0) {
      this.#folder.rescan()
      for (const { partial } of this.#leftBehind()) {
        if (lacking() > 0) this.#folder.removeOwn(partial)
      }
    }
    if (lacking() > 0) {
      const message = `"${name}" needs ${lacking()} bytes more than the folder may hold.`
      throw new FileError('quota-exceeded', message)
    }
    const isNew = this.#folder.statFile(name) === null
    if (isNew && this.#folder.files >= filesMax) this.#folder.rescan()
    if (isNew && this.#folder.files >= filesMax) {
      throw new FileError('too-many-files', `The folder holds ${filesMax} files, its most.`)
    }
  }

  /** Partial files that nobody writes, the oldest first. */
  #leftBehind(): { partial: string; modifiedMs: number }[] {
    return this.#folder
      .ownNames()
      .filter((name) => PARTIAL.test(name) && !this.#isTaken(name))
      .flatMap((partial) => {
        const stats = this.#folder.statFile(partial)
        return stats ? [{ partial, modifiedMs: stats.mtimeMs }] : []
      })
      .sort((a, b) => a.modifiedMs - b.modifiedMs)
  }

  #clean(): void {
    const left = this.#leftBehind()
    for (const [index, { partial, modifiedMs }] of left.entries()) {
      const isOld = Date.now() - modifiedMs > LEFT_BEHIND_MS_MAX
      if (isOld || left.length - index > LEFT_BEHIND_MAX) this.#folder.removeOwn(partial)
    }
  }
}

/** The same file of the same client has the same partial file; any other has another. */
function keyOf({ name, size, upload }: Wanted): string | null {
  if (upload === undefined) return null
  const digest = createHash('sha256')
    .update(JSON.stringify([name, size, upload]))
    .digest('hex')
  return `${OWN_PREFIX}${digest.slice(0, 32)}.part`
}

const freshKey = (): string => `${OWN_PREFIX}${randomBytes(16).toString('hex')}.part`
