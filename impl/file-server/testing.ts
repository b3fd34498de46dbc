/** What the tests of this folder share: a folder with a server, and a client of it. */
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Served } from '../testing.ts'
import { FileClient, type FileReply } from './client/file-client.ts'
import { FileError } from './file-error.ts'
import { md5Of } from './file-io.ts'
import type { FileKeys } from './headers.ts'
import type { FileServerOptions } from './options.ts'

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

const sha256 = (data: Uint8Array): string => createHash('sha256').update(data).digest('hex')

/** A folder `root` with a file server, in a folder of its own. `await using` ends and removes it. */
export class FileHost implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'framegate-test-'))
  readonly root = join(this.folder, 'root')
  readonly #clients: FileClient[] = []
  #served: Served | null = null

  constructor() {
    mkdirSync(this.root)
  }

  static async start(options: Omit<FileServerOptions, 'root'> = {}): Promise<FileHost> {
    const host = new FileHost()
    await host.serve(options)
    return host
  }

  async serve(options: Omit<FileServerOptions, 'root'> = {}): Promise<void> {
    this.#served = await Served.start({
      name: 'file-server',
      files: { ...options, root: this.root },
    })
  }

  get served(): Served {
    return this.#served!
  }

  async client(): Promise<FileClient> {
    const client = await FileClient.connect(this.served.address)
    this.#clients.push(client)
    return client
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) client.close()
    await this.#served?.[Symbol.asyncDispose]()
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** A whole file in one piece. */
export function put(client: FileClient, name: string, message: Uint8Array): Promise<FileReply> {
  return client.call({ keys: { op: 'put' }, fileName: name, message, md5: md5Of(message) })
}

export interface PieceOptions {
  name: string
  upload: string
  offset: number
  whole: Uint8Array
  length: number
}

export function putPiece(client: FileClient, options: PieceOptions): Promise<FileReply> {
  const { name, upload, offset, whole, length } = options
  const end = offset + length
  const digest = sha256(whole.subarray(0, end))
  const keys: FileKeys = { op: 'put', upload, offset, size: whole.length, sha256: digest }
  return client.call({ keys, fileName: name, message: whole.subarray(offset, end) })
}

/** The code of the error that this ends with; `none` where it ends well. */
export async function codeOf(attempt: Promise<unknown>): Promise<string> {
  try {
    await attempt
    return 'none'
  } catch (error) {
    if (error instanceof FileError) return error.code
    throw error
  }
}
