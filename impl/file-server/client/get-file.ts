/** Fetches a file, from where an earlier try was interrupted; the target is replaced whole. */
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { tryLock } from '../../../posix/file-lock.ts'
import { FileError, fileErrorFrom } from '../file-error.ts'
import { digestSoFar, hashPrefix, synced, writeAt } from '../file-io.ts'
import { OWN_PREFIX } from '../names.ts'
import type { FileClient, FileReply } from './file-client.ts'
import type { OnBytes, Transferred } from './put-file.ts'

/** Pieces asked for at once. Each is memory until it is written: few, and not the largest. */
const UNDER_WAY_MAX = 3
const PIECE_BYTES = 512 * 1024
/** What was read is garbage at once; the collector does not hurry for it, and memory would grow. */
const COLLECT_EVERY_BYTES = 16 * 1024 * 1024
const { O_RDWR, O_CREAT, O_EXCL, O_NOFOLLOW, O_RDONLY, O_DIRECTORY } = fs.constants

/** Throws FileError. What is verified by then stays beside the target to be gone on with. */
export async function getFile(
  client: FileClient,
  name: string,
  target: string,
  onBytes: OnBytes,
): Promise<Transferred> {
  const stats = fs.lstatSync(target, { throwIfNoEntry: false })
  if (stats && !stats.isFile()) {
    throw new FileError('not-a-file', `"${target}" is not a regular file; it is left as it is.`)
  }
  const partial = openPartial(target)
  let isLost = true
  try {
    const receiver = new Receiver(client, name, partial.fd)
    const done = await receiver.run(partial.size, onBytes)
    await synced(partial.fd)
    fs.renameSync(partial.path, target)
    await syncFolder(dirname(target))
    return done
  } catch (error) {
    const failure = fileErrorFrom(error, `"${target}" cannot be written`)
    isLost = !partial.resumable || !RESUMABLE.has(failure.code)
    throw failure
  } finally {
    if (isLost) fs.rmSync(partial.path, { force: true })
    fs.closeSync(partial.fd)
  }
}

/** After these it is worth coming back to what there is. */
const RESUMABLE = new Set(['connection-lost', 'stalled', 'busy'])

interface PartialFile {
  fd: number
  path: string
  size: number
  resumable: boolean
}

/** What an earlier try left, when no other process is at it. */
function openPartial(target: string): PartialFile {
  const folder = dirname(target)
  const own = join(folder, `${OWN_PREFIX}${shortened(basename(target))}.part`)
  const fd = openNew(own, O_RDWR | O_CREAT)
  const isOurs = fs.fstatSync(fd).isFile() && tryLock(fd)
  // Another process may have finished with it, and given it its name, before we had the lock.
  const named = fs.lstatSync(own, { throwIfNoEntry: false })
  const { ino, size } = fs.fstatSync(fd)
  if (isOurs && named?.ino === ino) return { fd, path: own, size, resumable: true }
  fs.closeSync(fd)
  const path = join(folder, `${OWN_PREFIX}${randomBytes(8).toString('hex')}.part`)
  return { fd: openNew(path, O_RDWR | O_CREAT | O_EXCL), path, size: 0, resumable: false }
}

function openNew(path: string, flags: number): number {
  try {
    return fs.openSync(path, flags | O_NOFOLLOW, 0o644)
  } catch (error) {
    throw fileErrorFrom(error, `"${path}" cannot be written`)
  }
}

/** With prefix and suffix it has to be a name that the file system takes. */
function shortened(name: string): string {
  return Buffer.byteLength(name) <= 200 ? name : Bun.hash(name).toString(16)
}

async function syncFolder(path: string): Promise<void> {
  const fd = fs.openSync(path, O_RDONLY | O_DIRECTORY)
  try {
    await synced(fd)
  } finally {
    fs.closeSync(fd)
  }
}

class Receiver {
  readonly #client: FileClient
  readonly #name: string
  readonly #fd: number
  readonly #replies: Promise<FileReply>[] = []
  #hasher = new Bun.CryptoHasher('sha256')
  #position = 0
  #uncollectedBytes = 0

  constructor(client: FileClient, name: string, fd: number) {
    this.#client = client
    this.#name = name
    this.#fd = fd
  }

  async run(partialBytes: number, onBytes: OnBytes): Promise<Transferred> {
    const first = (await this.#first(partialBytes)) ?? (await this.#anew())
    const resumedFromBytes = this.#position
    const size = sizeOf(first)
    let asked = resumedFromBytes + first.message.length
    await this.#take(first, size)
    onBytes(this.#position, size)
    while (this.#position < size) {
      while (asked < size && this.#replies.length < UNDER_WAY_MAX) {
        const length = Math.min(PIECE_BYTES, size - asked)
        this.#replies.push((await this.#ask(asked, length)).reply)
        asked += length
      }
      await this.#take(await this.#replies.shift()!, size)
      onBytes(this.#position, size)
    }
    return { bytes: size, resumedFromBytes, sha256: this.#hasher.digest('hex') }
  }

  /** The piece behind what there is; null when that is not the beginning of the file. */
  async #first(partialBytes: number): Promise<FileReply | null> {
    if (partialBytes === 0) return null
    const hasher = await hashPrefix(this.#fd, partialBytes)
    if (!hasher) return null
    try {
      const reply = await (await this.#ask(partialBytes, PIECE_BYTES)).reply
      const sha256 = hasher.copy().update(reply.message).digest('hex')
      if (sha256 !== reply.keys.sha256) return null
      this.#hasher = hasher
      this.#position = partialBytes
      return reply
    } catch (error) {
      // It is shorter now than what there is of it.
      if (error instanceof FileError && error.code === 'offset-mismatch') return null
      throw error
    }
  }

  async #anew(): Promise<FileReply> {
    fs.ftruncateSync(this.#fd, 0)
    return await (await this.#ask(0, PIECE_BYTES)).reply
  }

  #ask(offset: number, length: number): Promise<{ reply: Promise<FileReply> }> {
    const keys = { op: 'get', offset, length }
    return this.#client.send({ keys, fileName: this.#name })
  }

  async #take(reply: FileReply, size: number): Promise<void> {
    const { message, keys } = reply
    this.#hasher.update(message)
    const isRight =
      sizeOf(reply) === size &&
      keys.sha256 === digestSoFar(this.#hasher) &&
      (message.length > 0 || this.#position === size)
    if (!isRight) {
      throw new FileError('digest-mismatch', `What came of "${this.#name}" is not what is there.`)
    }
    await writeAt(this.#fd, message, this.#position)
    this.#position += message.length
    this.#uncollectedBytes += message.length
    if (this.#uncollectedBytes < COLLECT_EVERY_BYTES) return
    this.#uncollectedBytes = 0
    Bun.gc(true)
  }
}

function sizeOf({ keys }: FileReply): number {
  if (keys.size !== undefined) return keys.size
  throw new FileError('reply-malformed', 'The server did not say how long the file is.')
}
