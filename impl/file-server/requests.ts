/** What a request does, apart from how it came and how the reply goes out. One per connection. */

import { Download } from './download.ts'
import { FileError } from './file-error.ts'
import { md5Of } from './file-io.ts'
import type { Folder } from './folder.ts'
import { type FileKeys, OPERATIONS, type Operation, PIECE_BYTES } from './headers.ts'
import { checkedName } from './names.ts'
import type { Upload } from './upload.ts'
import type { Uploads, Wanted } from './uploads.ts'

/** Names in one reply to `ls`; the client asks for more behind the last. */
const LISTED_MAX = 1_000

export interface Request {
  keys: FileKeys
  fileName: string | null
  /** True when the framing has verified an md5 over the message. */
  hasMd5: boolean
  /** Borrowed until the request is handled. */
  message: Uint8Array
}

export interface Reply {
  keys: FileKeys
  fileName?: string
  md5?: string
  /** Borrowed until the reply is handed to the kernel, and the next request begins. */
  message: Uint8Array
}

/** The reply now, or once a piece is written while the next request is looked at already. */
export type Answer = Reply | { later: Promise<Reply> }

const NO_MESSAGE = new Uint8Array(0)

export class Requests {
  readonly #folder: Folder
  readonly #uploads: Uploads
  readonly #pieceBytesMax: number
  #upload: Upload | null = null
  #download: Download | null = null
  #piece: Uint8Array | null = null

  constructor(folder: Folder, uploads: Uploads, pieceBytesMax: number) {
    this.#folder = folder
    this.#uploads = uploads
    this.#pieceBytesMax = pieceBytesMax
  }

  /** Throws FileError: the request is refused, the connection goes on. */
  async handle(request: Request): Promise<Answer> {
    switch (operationOf(request.keys.op)) {
      case 'ls':
        return this.#list(request.keys.after ?? '')
      case 'resume':
        return this.#resume(request)
      case 'put':
        return this.#put(request)
      case 'get':
        return this.#get(request)
    }
  }

  #list(after: string): Reply {
    const { quotaBytes, fileBytesMax } = this.#folder.limits
    const behind = this.#folder.names().filter((name) => name > after)
    const files = behind.slice(0, LISTED_MAX).flatMap((name) => {
      const stats = this.#folder.statFile(name)
      return stats ? [{ name, size: stats.size, modified: stats.mtime.toISOString() }] : []
    })
    const more = behind.length > LISTED_MAX ? behind[LISTED_MAX - 1] : undefined
    const limits = {
      quota_bytes: quotaBytes,
      used_bytes: this.#folder.usedBytes,
      file_bytes_max: fileBytesMax,
      piece_bytes_max: this.#pieceBytesMax,
    }
    const message = new TextEncoder().encode(JSON.stringify({ files, more, limits }))
    return { keys: {}, md5: md5Of(message), message }
  }

  async #resume({ keys, fileName }: Request): Promise<Reply> {
    const { size, upload } = keys
    const name = checkedName(fileName)
    if (size === undefined) throw missing('size')
    if (upload === undefined) throw missing('upload')
    await this.#endUpload()
    this.#upload = await this.#uploads.resume({ name, size, upload })
    const { position, sha256 } = this.#upload
    return { keys: { offset: position, size, sha256 }, fileName: name, message: NO_MESSAGE }
  }

  async #put({ keys, fileName, hasMd5, message }: Request): Promise<Answer> {
    const name = checkedName(fileName)
    const { offset = 0, size = offset + message.length, sha256 } = keys
    if (!hasMd5 && sha256 === undefined) {
      const what = 'A piece needs md5 or sha256: nothing is stored that was not verified.'
      throw new FileError('digest-missing', what)
    }
    const upload = await this.#uploadFor({ name, size, upload: keys.upload }, offset)
    const isLast = offset + message.length === size
    if (isLast && offset > 0 && sha256 === undefined) {
      throw new FileError('digest-missing', 'The last piece needs sha256, of the whole file.')
    }
    const { written } = await this.#orEnd(upload, upload.add(message, sha256))
    const reached = { offset: upload.position, size }
    const reply = { keys: reached, fileName: name, message: NO_MESSAGE }
    if (!upload.isComplete) return { later: this.#orEnd(upload, written).then(() => reply) }
    await this.#orEnd(
      upload,
      written.then(() => upload.store()),
    )
    const digest = upload.sha256
    await this.#endUpload()
    return { ...reply, keys: { ...reached, sha256: digest, stored: true } }
  }

  /** An upload that failed is over: what it has written makes room. */
  async #orEnd<T>(upload: Upload, step: Promise<T>): Promise<T> {
    try {
      return await step
    } catch (error) {
      if (this.#upload === upload) this.#upload = null
      await this.#uploads.close(upload)
      throw error
    }
  }

  /** The upload that the piece goes on with, or a new one. */
  async #uploadFor(wanted: Wanted, offset: number): Promise<Upload> {
    const current = this.#upload
    const isSame =
      current !== null && current.target.name === wanted.name && current.target.size === wanted.size
    if (isSame && current.position === offset) return current
    if (offset > 0) {
      const where = isSame ? `the upload has reached ${current.position}` : 'no upload is under way'
      throw new FileError('offset-mismatch', `A piece begins at ${offset}, but ${where}.`)
    }
    await this.#endUpload()
    this.#upload = await this.#uploads.begin(wanted)
    return this.#upload
  }

  async #get({ keys, fileName }: Request): Promise<Reply> {
    const name = checkedName(fileName)
    const { offset = 0, length = PIECE_BYTES } = keys
    const current = this.#download
    if (current?.name !== name || current.position !== offset || offset === 0) {
      this.#endDownload()
      this.#download = await Download.open(this.#folder, name, offset)
    }
    const download = this.#download!
    const bytesMax = Math.min(length, this.#pieceBytesMax)
    if (!this.#piece || this.#piece.length < bytesMax) this.#piece = new Uint8Array(bytesMax)
    const message = await download.next(this.#piece.subarray(0, bytesMax))
    const { size, sha256 } = download
    if (download.position === size) this.#endDownload()
    const isWhole = message.length === size
    const reply = { keys: { offset, size, sha256 }, fileName: name, message }
    return isWhole ? { ...reply, md5: md5Of(message) } : reply
  }

  async #endUpload(): Promise<void> {
    const upload = this.#upload
    this.#upload = null
    if (upload) await this.#uploads.close(upload)
  }

  #endDownload(): void {
    this.#download?.close()
    this.#download = null
  }

  /** The connection is over. */
  async end(): Promise<void> {
    this.#endDownload()
    await this.#endUpload()
  }
}

function operationOf(op: string | undefined): Operation {
  if (op === undefined) throw missing('op')
  const operation = OPERATIONS.find((known) => known === op)
  if (operation) return operation
  const known = OPERATIONS.join(', ')
  throw new FileError('request-unknown', `There is no operation "${op}". There are: ${known}.`)
}

const missing = (key: string): FileError =>
  new FileError('request-malformed', `The header has no ${key}.`)
