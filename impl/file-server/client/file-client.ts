/**
 * A connection to a file server: requests out, replies in order. Several requests may be under way;
 * each reply belongs to the oldest request that has none.
 */
import type { Socket, SocketHandler } from 'bun'
import { type Address, formatAddress } from '../../../posix/address.ts'
import { FRAME, MALFORMED } from '../../../wire/framing.ts'
import { encodeJsonHeader, JsonHeaderDecoder } from '../../../wire/json-header.ts'
import { FileError, type FileErrorCode } from '../file-error.ts'
import { asMembers, type FileKeys, PIECE_BYTES_MAX, readKeys } from '../headers.ts'

const STALL_MS_DEFAULT = 60_000
const LOOK_MS = 500

export interface FileReply {
  keys: FileKeys
  /** The caller's own. */
  message: Uint8Array
}

export interface FileRequest {
  keys: FileKeys
  fileName?: string
  /** Borrowed until `send` resolves. */
  message?: Uint8Array
  /** To be verified by the framing, beside the SHA-256 in the keys. */
  md5?: string
}

interface Waiting {
  resolve(reply: FileReply): void
  reject(error: FileError): void
}

export class FileClient implements Disposable {
  #socket: Socket<undefined> | null = null
  readonly #decoder = new JsonHeaderDecoder(PIECE_BYTES_MAX)
  readonly #waiting: Waiting[] = []
  #onDrained: (() => void) | null = null
  #failure: FileError | null = null
  #movedMs = performance.now()
  readonly #look: Timer

  private constructor(stallMs: number) {
    this.#look = setInterval(() => {
      const isOwed = this.#waiting.length > 0 || this.#onDrained !== null
      if (!isOwed) this.#movedMs = performance.now()
      if (performance.now() - this.#movedMs < stallMs) return
      this.#fail(new FileError('stalled', `The server has not moved for ${stallMs} ms.`))
    }, LOOK_MS)
  }

  /** Throws FileError `connection-lost` when nobody is there. */
  static async connect(address: Address, stallMs = STALL_MS_DEFAULT): Promise<FileClient> {
    const client = new FileClient(stallMs)
    const handlers = {
      binaryType: 'uint8array',
      data: (_: unknown, chunk: Uint8Array) => client.#data(chunk),
      drain: () => client.#drained(),
      close: () => client.#fail(lost('the server has closed the connection')),
      error: (_: unknown, error: Error) => client.#fail(lost(error.message)),
    } as const
    const socket = handlers as unknown as SocketHandler<undefined>
    try {
      client.#socket =
        address.transport === 'unix'
          ? await Bun.connect<undefined>({ unix: address.path, socket })
          : await Bun.connect<undefined>({ hostname: address.host, port: address.port, socket })
    } catch (error) {
      clearInterval(client.#look)
      const { code, message } = error as NodeJS.ErrnoException
      throw lost(`nobody answers at ${formatAddress(address)} (${code ?? message})`)
    }
    return client
  }

  /** One request and its reply. Throws FileError: what the server refused, or why there is none. */
  async call(request: FileRequest): Promise<FileReply> {
    const { reply } = await this.send(request)
    return reply
  }

  /** Resolves once the kernel has all of the request; `reply` is to be waited for. */
  async send(request: FileRequest): Promise<{ reply: Promise<FileReply> }> {
    if (this.#failure) throw this.#failure
    const { keys, fileName = null, message = new Uint8Array(0), md5 = null } = request
    const header = { totalSize: message.length, md5, fileName }
    const reply = new Promise<FileReply>((resolve, reject) => {
      this.#waiting.push({ resolve, reject })
    })
    // It may fail long before it is waited for.
    reply.catch(() => {})
    await this.#write(encodeJsonHeader(header, asMembers(keys)))
    await this.#write(message)
    return { reply }
  }

  /** False once the connection is over: what is sent then goes nowhere. */
  get isOpen(): boolean {
    return this.#failure === null
  }

  async #write(bytes: Uint8Array): Promise<void> {
    // The server may have refused and closed: the reply that says so is waited for, not this.
    for (let at = 0; at < bytes.length && this.isOpen; ) {
      at += Math.max(0, this.#socket!.write(at === 0 ? bytes : bytes.subarray(at)))
      if (at === bytes.length || !this.isOpen) return
      await new Promise<void>((resolve) => {
        this.#onDrained = resolve
      })
      this.#onDrained = null
    }
  }

  #drained(): void {
    this.#movedMs = performance.now()
    this.#onDrained?.()
  }

  #data(chunk: Uint8Array): void {
    this.#movedMs = performance.now()
    if (this.#failure) return
    const decoder = this.#decoder
    decoder.push(chunk)
    for (;;) {
      const step = decoder.next()
      if (step === FRAME) this.#reply()
      else if (step !== MALFORMED) return
      if (step === MALFORMED) this.#fail(new FileError('reply-malformed', decoder.error!.message))
      if (this.#failure) return
    }
  }

  #reply(): void {
    const keys = this.#keys()
    if (keys === null) return
    const message = this.#decoder.take()
    const waiting = this.#waiting.shift()
    if (keys.error === undefined) {
      if (waiting) waiting.resolve({ keys, message })
      else this.#fail(new FileError('reply-malformed', 'The server answered without being asked.'))
      return
    }
    const refusal = new FileError(keys.error as FileErrorCode, new TextDecoder().decode(message))
    // Refused before anything was asked: there are too many connections, or we were too slow.
    if (waiting) waiting.reject(refusal)
    else this.#fail(refusal)
  }

  #keys(): FileKeys | null {
    try {
      return readKeys(this.#decoder.headerText)
    } catch (error) {
      this.#fail(new FileError('reply-malformed', (error as Error).message))
      return null
    }
  }

  #fail(failure: FileError): void {
    if (this.#failure) return
    this.#failure = failure
    clearInterval(this.#look)
    for (const waiting of this.#waiting.splice(0)) waiting.reject(failure)
    this.#onDrained?.()
    this.#socket?.terminate()
  }

  close(): void {
    if (this.#failure) return
    this.#failure = lost('it was closed here')
    clearInterval(this.#look)
    for (const waiting of this.#waiting.splice(0)) waiting.reject(this.#failure)
    this.#onDrained?.()
    this.#socket?.end()
  }

  [Symbol.dispose](): void {
    this.close()
  }
}

const lost = (why: string): FileError => new FileError('connection-lost', `No connection: ${why}.`)
