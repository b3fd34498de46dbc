/** Sends a file, from where an earlier try was interrupted. */
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import { FileError, fileErrorFrom } from '../file-error.ts'
import { digestSoFar, hashPrefix, md5Of, readAt } from '../file-io.ts'
import { PIECE_BYTES } from '../headers.ts'
import type { FileClient, FileReply } from './file-client.ts'

/** Pieces on their way at once: none is held here, the kernel's buffers are what keeps them. */
const UNDER_WAY_MAX = 16

export interface Transferred {
  bytes: number
  /** Bytes that were there from an earlier try. */
  resumedFromBytes: number
  sha256: string
}

export type OnBytes = (bytesDone: number, bytes: number) => void

/** Throws FileError. What the server has verified by then stays there to be gone on with. */
export async function putFile(
  client: FileClient,
  path: string,
  name: string,
  onBytes: OnBytes,
  { md5 = false }: { md5?: boolean | undefined } = {},
): Promise<Transferred> {
  const fd = openSource(path)
  try {
    const stats = fs.fstatSync(fd)
    if (!stats.isFile()) throw new FileError('not-a-file', `"${path}" is not a regular file.`)
    const upload = wordFor(path, stats, name)
    return await new Sender(client, { fd, path, name, upload, size: stats.size, md5 }).run(onBytes)
  } finally {
    fs.closeSync(fd)
  }
}

function openSource(path: string): number {
  try {
    return fs.openSync(path, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK)
  } catch (error) {
    throw fileErrorFrom(error, `"${path}" cannot be read`)
  }
}

/** The same for the same file as long as it does not change. */
function wordFor(path: string, { dev, ino, size, mtimeMs }: fs.Stats, name: string): string {
  const what = JSON.stringify([fs.realpathSync(path), dev, ino, size, mtimeMs, name])
  return createHash('sha256').update(what).digest('hex').slice(0, 32)
}

interface Source {
  fd: number
  path: string
  name: string
  upload: string
  size: number
  md5: boolean
}

class Sender {
  readonly #client: FileClient
  readonly #source: Source
  readonly #replies: Promise<FileReply>[] = []
  #verifiedBytes = 0

  constructor(client: FileClient, source: Source) {
    this.#client = client
    this.#source = source
  }

  async run(onBytes: OnBytes): Promise<Transferred> {
    const { size } = this.#source
    const { offset, hasher } = await this.#reached()
    this.#verifiedBytes = offset
    onBytes(offset, size)
    const buffer = new Uint8Array(Math.min(PIECE_BYTES, size))
    let at = offset
    do {
      const piece = await this.#read(buffer, at)
      hasher.update(piece)
      await this.#sendPiece(piece, at, digestSoFar(hasher))
      at += piece.length
      if (this.#replies.length >= UNDER_WAY_MAX) await this.#verifyOne(onBytes)
    } while (at < size)
    let last: FileReply | null = null
    while (this.#replies.length > 0) last = await this.#verifyOne(onBytes)
    if (last?.keys.stored !== true) {
      throw new FileError('reply-malformed', 'The server took all pieces and stored no file.')
    }
    return { bytes: size, resumedFromBytes: offset, sha256: hasher.digest('hex') }
  }

  /** Where to go on. What is there has to be what we would send. */
  async #reached(): Promise<{ offset: number; hasher: Bun.CryptoHasher }> {
    const { fd, name, upload, size } = this.#source
    const anew = { offset: 0, hasher: new Bun.CryptoHasher('sha256') }
    if (size <= PIECE_BYTES) return anew
    const { keys } = await this.#client.call({
      keys: { op: 'resume', upload, size },
      fileName: name,
    })
    const { offset = 0, sha256 } = keys
    // All of it is there but for its name: the last piece is what makes the server store it.
    if (offset === 0 || offset > size) return anew
    const hasher = await hashPrefix(fd, offset)
    if (!hasher || digestSoFar(hasher) !== sha256) return anew
    return { offset, hasher }
  }

  async #read(buffer: Uint8Array, at: number): Promise<Uint8Array> {
    const { fd, path, size } = this.#source
    const piece = buffer.subarray(0, Math.min(buffer.length, size - at))
    let count: number
    try {
      count = await readAt(fd, piece, at)
    } catch (error) {
      throw fileErrorFrom(error, `"${path}" cannot be read`)
    }
    if (count === piece.length) return piece
    throw new FileError('file-changed', `"${path}" became shorter while it was sent.`)
  }

  async #sendPiece(message: Uint8Array, offset: number, sha256: string): Promise<void> {
    const { name, upload, size } = this.#source
    const keys = { op: 'put', upload, offset, size, sha256 }
    // A whole file has the md5 of old. Hashing all of a large one twice would take twice as long.
    const md5 = message.length === size || this.#source.md5 ? { md5: md5Of(message) } : {}
    const { reply } = await this.#client.send({ keys, fileName: name, message, ...md5 })
    this.#replies.push(reply)
  }

  async #verifyOne(onBytes: OnBytes): Promise<FileReply> {
    const reply = await this.#replies.shift()!
    this.#verifiedBytes = reply.keys.offset ?? this.#verifiedBytes
    onBytes(this.#verifiedBytes, this.#source.size)
    return reply
  }
}
