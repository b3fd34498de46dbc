/**
 * One upload: verified pieces go into a file of the server's own, which takes the place of the old
 * one in a single step, once all of it is verified and on the disk.
 *
 * Pieces are hashed by the event loop while the one before is still being written elsewhere.
 */
import fs from 'node:fs'
import { FileError, fileErrorFrom } from './file-error.ts'
import { digestSoFar, releaseSynced, synced, writeAt } from './file-io.ts'
import type { Folder } from './folder.ts'

/** The disk is set to work after so many bytes: it has less to do when the last one is there. */
const SYNC_EVERY_BYTES = 24 * 1024 * 1024
/** Pieces that are copied aside to be written: one is being written, one waits. */
const COPIES = 2

export interface UploadTarget {
  /** What it is to be called. */
  name: string
  size: number
  /** The file it is gathered in, open, and what that is called. */
  fd: number
  partial: string
  /** False when nobody could come back to it. */
  resumable: boolean
}

export class Upload {
  readonly target: UploadTarget
  /** Bytes that are verified; where the next piece has to begin. */
  position: number
  /** When its connection last did something with it. */
  movedMs = performance.now()
  readonly #folder: Folder
  readonly #copies: Uint8Array[] = []
  #hasher: Bun.CryptoHasher
  #pieces = 0
  #lastWrite: Promise<void> = Promise.resolve()
  #writeBefore: Promise<void> = Promise.resolve()
  #writtenBytes: number
  #failure: FileError | null = null
  #closed = false
  #stored = false
  #isStoring = false
  #turn: ReturnType<Folder['turnFor']> | null = null
  #syncedBytes = 0
  #isSyncing = false
  #earlySync: Promise<void> = Promise.resolve()
  readonly #onEnded: (() => void)[] = []

  /** `hasher` has seen the `position` bytes that are there already. */
  constructor(folder: Folder, target: UploadTarget, position: number, hasher: Bun.CryptoHasher) {
    this.#folder = folder
    this.target = target
    this.position = position
    this.#writtenBytes = position
    this.#hasher = hasher
    folder.reservedBytes += target.size - position
  }

  /** Of all that is verified so far. */
  get sha256(): string {
    return digestSoFar(this.#hasher)
  }

  get isComplete(): boolean {
    return this.position === this.target.size
  }

  /**
   * Takes a piece whose md5 the framing has verified, if there was one. Resolves when the memory
   * of `bytes` may be used again; `written` resolves when the piece is in the file.
   */
  async add(bytes: Uint8Array, sha256: string | undefined): Promise<{ written: Promise<void> }> {
    if (this.#failure) throw this.#failure
    const { size } = this.target
    if (this.position + bytes.length > size) {
      const message = `The piece ends behind the end of the file, which is at ${size}.`
      throw new FileError('offset-mismatch', message)
    }
    const hasher = this.#hasher.copy().update(bytes)
    if (sha256 !== undefined && digestSoFar(hasher) !== sha256) {
      const end = this.position + bytes.length
      throw this.#fail(
        new FileError('digest-mismatch', `The first ${end} bytes have another SHA-256.`),
      )
    }
    this.#hasher = hasher
    if (this.position + bytes.length === size) this.#turn ??= this.#folder.turnFor(this.target.name)
    await this.#writeBefore
    const at = this.position
    const copy = this.#copyOf(bytes)
    this.position += bytes.length
    this.movedMs = performance.now()
    this.#writeBefore = this.#lastWrite
    const written = this.#lastWrite.then(() => this.#write(copy, at))
    this.#lastWrite = written.catch(() => {
      // Told to whoever waits for `written`; the next piece finds it in #failure.
    })
    return { written }
  }

  #copyOf(bytes: Uint8Array): Uint8Array {
    const slot = this.#pieces++ % COPIES
    let copy = this.#copies[slot]
    if (!copy || copy.length < bytes.length) {
      copy = new Uint8Array(bytes.length)
      this.#copies[slot] = copy
    }
    copy.set(bytes)
    return copy.subarray(0, bytes.length)
  }

  async #write(bytes: Uint8Array, at: number): Promise<void> {
    if (this.#failure) throw this.#failure
    try {
      await writeAt(this.target.fd, bytes, at)
    } catch (error) {
      throw this.#fail(fileErrorFrom(error, 'The file cannot be written'))
    }
    if (this.#closed) return
    this.#writtenBytes += bytes.length
    this.#folder.countBytes(bytes.length)
    this.#folder.reservedBytes -= bytes.length
    if (this.#writtenBytes - this.#syncedBytes >= SYNC_EVERY_BYTES) this.#syncEarly()
  }

  /** One at a time. What fails is told once, to whoever syncs first: it must not be lost. */
  #syncEarly(): void {
    if (this.#isSyncing) return
    this.#isSyncing = true
    const bytes = this.#writtenBytes
    this.#syncedBytes = bytes
    this.#earlySync = synced(this.target.fd).then(
      () => {
        this.#isSyncing = false
        if (!this.#closed) releaseSynced(this.target.fd, bytes)
      },
      (error) => void this.#fail(fileErrorFrom(error, 'The file cannot be written')),
    )
  }

  #fail(failure: FileError): FileError {
    this.#failure ??= failure
    return failure
  }

  /** Somebody else goes on with it: pieces that still come are refused. */
  takeAway(): void {
    this.#fail(new FileError('upload-lost', 'Another connection has taken the upload over.'))
  }

  /** False when it has not ended within this time. */
  endedWithin(ms: number): Promise<boolean> {
    return new Promise((resolve) => {
      this.#onEnded.push(() => resolve(true))
      AbortSignal.timeout(ms).addEventListener('abort', () => resolve(false))
    })
  }

  /** Others may have what is left of it. */
  ended(): void {
    for (const tell of this.#onEnded.splice(0)) tell()
  }

  /** Everything is there and verified: now on the disk, and by its name. */
  async store(): Promise<void> {
    const { fd, partial, name } = this.target
    // Its client is waiting, not gone.
    this.movedMs = Number.POSITIVE_INFINITY
    this.#isStoring = true
    try {
      await this.#lastWrite
      await this.#earlySync
      if (this.#failure) throw this.#failure
      await synced(fd)
      await this.#turn?.before
      if (this.#failure) throw this.#failure
      this.#stored = true
      await this.#folder.publish(partial, name)
    } catch (error) {
      throw this.#fail(fileErrorFrom(error, `"${name}" cannot be stored`))
    } finally {
      this.#turn?.end()
    }
  }

  /**
   * Ends it. What is verified stays for somebody to come back to, but for an upload that failed
   * or that nobody could come back to. True when something stayed.
   */
  async close(): Promise<boolean> {
    await this.#lastWrite
    await this.#earlySync
    if (this.#closed) return false
    this.#closed = true
    if (!this.#isStoring) this.#turn?.end()
    const { fd, partial, resumable, size } = this.target
    this.#folder.reservedBytes -= size - this.#writtenBytes
    fs.closeSync(fd)
    const isLost = this.#failure !== null && this.#failure.code !== 'upload-lost'
    if (!isLost && resumable && this.#writtenBytes > 0) return !this.#stored
    this.#folder.removeOwn(partial)
    return false
  }
}
