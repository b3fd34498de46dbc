/**
 * The folder that files are kept in: flat, and nothing outside it is ever touched.
 *
 * Names are one component (names.ts), symbolic links are never followed, and paths begin at the
 * folder's own descriptor where the system allows that: moving the folder, or putting a link in
 * its place, changes nothing for a server that runs.
 */
import fs from 'node:fs'
import { join } from 'node:path'
import { IS_LINUX } from '../../posix/constants.ts'
import { tryLock } from '../../posix/file-lock.ts'
import { FileError, fileErrorFrom } from './file-error.ts'
import { synced } from './file-io.ts'
import { isName, OWN_PREFIX } from './names.ts'

const { O_RDONLY, O_RDWR, O_CREAT, O_EXCL, O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK } = fs.constants
const RESCAN_MS_MIN = 1_000
const FILE_MODE = 0o644

export interface FolderLimits {
  /** Bytes of all files together, unfinished uploads included. */
  quotaBytes: number
  /** Bytes of one file. */
  fileBytesMax: number
  filesMax: number
}

export interface OpenFile {
  fd: number
  size: number
}

/** To be waited for, and ended in every case. */
interface Turn {
  before: Promise<void>
  end(): void
}

export class Folder {
  /** By name, the end of the last one's turn. */
  readonly #turns = new Map<string, Promise<void>>()
  readonly limits: FolderLimits
  readonly #fd: number
  readonly #base: string
  #usage = { bytes: 0, files: 0 }
  #scannedMs = 0
  /** Bytes that uploads under way were promised and have not written yet. */
  reservedBytes = 0

  /** Throws what keeps the folder from being served: it is not there, or is served already. */
  constructor(root: string, limits: FolderLimits) {
    this.limits = limits
    this.#fd = fs.openSync(root, O_RDONLY | O_DIRECTORY)
    if (!tryLock(this.#fd)) {
      fs.closeSync(this.#fd)
      const message = `another file server keeps its files in "${root}"`
      throw Object.assign(new Error(message), { code: 'EBUSY' })
    }
    const own = `/proc/self/fd/${this.#fd}`
    this.#base = IS_LINUX && fs.existsSync(own) ? own : fs.realpathSync(root)
    this.scan()
  }

  get usedBytes(): number {
    return this.#usage.bytes
  }

  get files(): number {
    return this.#usage.files
  }

  pathOf(name: string): string {
    return join(this.#base, name)
  }

  close(): void {
    fs.closeSync(this.#fd)
  }

  /** Counts what is there; between scans our own changes are kept count of. */
  scan(): void {
    this.#scannedMs = performance.now()
    this.#usage = { bytes: 0, files: 0 }
    for (const name of fs.readdirSync(this.#base)) {
      const stats = this.#lstat(name)
      if (!stats?.isFile()) continue
      this.#usage.bytes += stats.size
      if (!name.startsWith(OWN_PREFIX)) this.#usage.files++
    }
  }

  /** Somebody may have made room by hand. */
  rescan(): void {
    if (performance.now() - this.#scannedMs >= RESCAN_MS_MIN) this.scan()
  }

  countBytes(bytes: number): void {
    this.#usage.bytes += bytes
  }

  /** Names of files that can be asked for, sorted. */
  names(): string[] {
    return fs.readdirSync(this.#base).filter(isName).sort()
  }

  /** Names of the server's own files. */
  ownNames(): string[] {
    return fs.readdirSync(this.#base).filter((name) => name.startsWith(OWN_PREFIX))
  }

  /** Of a regular file; null for everything else. */
  statFile(name: string): fs.Stats | null {
    const stats = this.#lstat(name)
    return stats?.isFile() ? stats : null
  }

  #lstat(name: string): fs.Stats | null {
    return fs.lstatSync(this.pathOf(name), { throwIfNoEntry: false }) ?? null
  }

  /** What is called so has to be a regular file, or nothing. */
  checkReplaceable(name: string): void {
    const stats = this.#lstat(name)
    if (stats && !stats.isFile()) throw notAFile(name)
  }

  openForReading(name: string): OpenFile {
    // A FIFO would otherwise wait for a writer.
    const fd = this.#open(name, O_RDONLY | O_NONBLOCK)
    const stats = fs.fstatSync(fd)
    if (stats.isFile()) return { fd, size: stats.size }
    fs.closeSync(fd)
    throw notAFile(name)
  }

  /** The server's own file of this name, with what is in it; null when there is none. */
  openOwn(name: string): OpenFile | null {
    if (!this.#lstat(name)) return null
    const fd = this.#open(name, O_RDWR)
    const { size, nlink } = fs.fstatSync(fd)
    if (this.statFile(name) && nlink === 1) return { fd, size }
    fs.closeSync(fd)
    throw notAFile(name)
  }

  createOwn(name: string): OpenFile {
    return { fd: this.#open(name, O_RDWR | O_CREAT | O_EXCL), size: 0 }
  }

  #open(name: string, flags: number): number {
    try {
      return fs.openSync(this.pathOf(name), flags | O_NOFOLLOW, FILE_MODE)
    } catch (error) {
      throw fileErrorFrom(error, `"${name}" cannot be opened`)
    }
  }

  removeOwn(name: string): void {
    const stats = this.#lstat(name)
    fs.rmSync(this.pathOf(name), { force: true })
    if (stats) this.countBytes(-stats.size)
  }

  /**
   * Files of one name are stored in the order in which their last bytes came. Else one that was
   * acknowledged could be replaced by an older one whose client has long gone.
   */
  turnFor(name: string): Turn {
    const before = this.#turns.get(name) ?? Promise.resolve()
    const { promise, resolve } = Promise.withResolvers<void>()
    const after = before.then(() => promise)
    this.#turns.set(name, after)
    void after.then(() => {
      if (this.#turns.get(name) === after) this.#turns.delete(name)
    })
    return { before, end: resolve }
  }

  /** Gives a file of the server's own its name. Its bytes are on the disk; then the name is too. */
  async publish(own: string, name: string): Promise<void> {
    this.checkReplaceable(name)
    const before = this.statFile(name)
    fs.renameSync(this.pathOf(own), this.pathOf(name))
    if (before) this.countBytes(-before.size)
    else this.#usage.files++
    await synced(this.#fd)
  }
}

const notAFile = (name: string): FileError =>
  new FileError('not-a-file', `"${name}" is not a regular file: links are not followed.`)
