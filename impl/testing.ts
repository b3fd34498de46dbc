/** What the tests of this folder share: a server in a process of its own, and a client of bytes. */
import { readFileSync } from 'node:fs'
import type { Subprocess } from 'bun'
import { type Address, parseAddress } from '../posix/address.ts'
import { POLLIN, POLLOUT } from '../posix/constants.ts'
import type { NonBlockingSocket } from '../posix/non-blocking-socket.ts'
import { poll } from '../posix/poll.ts'
import { connected, until } from '../posix/testing.ts'
import { FRAME } from '../wire/framing.ts'
import { parseFraming } from '../wire/registry.ts'
import { READY, type ServeArguments } from './serve.ts'

const ENTRY = new URL('./serve.ts', import.meta.url).pathname
/** So long without the kernel taking a byte is a stall, where nothing else can be asked. */
const STALL_MS = 400

export interface Ended {
  code: number
  stdout: string
  stderr: string
}

/** Runs `impl/serve.ts` to its end, for what does not get to serve. */
export async function runServe(args: Record<string, unknown>): Promise<Ended> {
  const child = spawn(args)
  const [stdout, stderr, code] = await Promise.all([
    child.stdout.text(),
    child.stderr.text(),
    child.exited,
  ])
  return { code, stdout, stderr }
}

type Child = Subprocess<'ignore', 'pipe', 'pipe'>

function spawn(args: Record<string, unknown>, descriptorsMax?: number): Child {
  const server = [process.execPath, ENTRY, JSON.stringify(args)]
  const limited = ['sh', '-c', `ulimit -n ${descriptorsMax} && exec "$0" "$@"`, ...server]
  return Bun.spawn(descriptorsMax ? limited : server, { stdout: 'pipe', stderr: 'pipe' })
}

/** A server that has said that it is ready. `await using` ends it. */
export class Served implements AsyncDisposable {
  readonly address: Address
  readonly readyLine: string
  readonly #child: Child

  private constructor(child: Child, readyLine: string) {
    this.#child = child
    this.readyLine = readyLine
    this.address = parseAddress(readyLine.slice(READY.length + 1))
  }

  static async start(args: ServeArguments, descriptorsMax?: number): Promise<Served> {
    const child = spawn({ ...args }, descriptorsMax)
    let text = ''
    for await (const chunk of child.stdout) {
      text += new TextDecoder().decode(chunk)
      if (text.includes('\n')) return new Served(child, text.slice(0, text.indexOf('\n')))
    }
    throw new Error(`The server ended before it was ready: ${await child.stderr.text()}`)
  }

  kill(signal: 'SIGTERM' | 'SIGINT' | 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void {
    this.#child.kill(signal)
  }

  async exitCode(): Promise<number> {
    return await this.#child.exited
  }

  /** All that it has said of what went wrong, once it has ended. */
  async stderr(): Promise<string> {
    return await this.#child.stderr.text()
  }

  /** Highest resident set so far. */
  rssBytesMax(): number {
    const status = readFileSync(`/proc/${this.#child.pid}/status`, 'utf8')
    return 1024 * Number(/VmHWM:\s+(\d+)/.exec(status)![1])
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#child.exited
  }
}

const readBuffer = new Uint8Array(256 * 1024)

/** Writes and reads when told to, and at no other time. `using` closes it. */
export class Client implements Disposable {
  readonly socket: NonBlockingSocket
  #chunks: Uint8Array[] = []
  receivedBytes = 0
  /** The server's FIN was read. */
  ended = false

  private constructor(socket: NonBlockingSocket) {
    this.socket = socket
  }

  static async connect(
    address: Address,
    before?: (socket: NonBlockingSocket) => void,
  ): Promise<Client> {
    return new Client(await connected(address, before))
  }

  received(): Uint8Array {
    return Buffer.concat(this.#chunks)
  }

  text(): string {
    return new TextDecoder().decode(this.received())
  }

  /** Writes all of it, taking in what comes meanwhile. */
  async send(bytes: Uint8Array): Promise<void> {
    let at = 0
    await until(`${bytes.length} bytes are taken`, () => {
      this.#read()
      at += this.socket.send(bytes.subarray(at)) ?? 0
      return at === bytes.length
    })
  }

  /** Writes without reading, until it is all taken or nothing has been for a while: the bytes. */
  push(bytes: Uint8Array): number {
    let at = 0
    const entry = { fd: this.socket.fd, events: POLLOUT, ready: 0 }
    while (at < bytes.length && poll([entry], STALL_MS) > 0) {
      at += this.socket.send(bytes.subarray(at)) ?? 0
    }
    return at
  }

  async readUntil(what: string, enough: () => boolean): Promise<void> {
    await until(`${what} (has ${this.receivedBytes} bytes)`, () => {
      this.#read()
      return enough()
    })
  }

  async readBytes(count: number): Promise<Uint8Array> {
    await this.readUntil(`${count} bytes`, () => this.receivedBytes >= count || this.ended)
    return this.received()
  }

  async readToEnd(): Promise<Uint8Array> {
    await this.readUntil('the end of the stream', () => this.ended)
    return this.received()
  }

  /** True once the server's answer has begun to arrive, without reading it. */
  get isReadable(): boolean {
    return poll([{ fd: this.socket.fd, events: POLLIN, ready: 0 }], 0) > 0
  }

  #read(): void {
    while (!this.ended) {
      const count = this.socket.recv(readBuffer)
      if (count === null) return
      if (count === 0) this.ended = true
      else this.#chunks.push(readBuffer.slice(0, count))
      this.receivedBytes += count
    }
  }

  [Symbol.dispose](): void {
    this.socket.close()
  }
}

/** The messages as frames, one behind the other. */
export function framed(framing: string, messages: readonly Uint8Array[]): Uint8Array {
  const encoder = parseFraming(framing).encoder()
  return Buffer.concat(messages.map((message) => encoder.encode(message)))
}

/** The whole messages in the bytes; throws where they are no frames. */
export function unframed(framing: string, bytes: Uint8Array): Uint8Array[] {
  const decoder = parseFraming(framing).decoder()
  const messages: Uint8Array[] = []
  decoder.push(bytes)
  while (decoder.next() === FRAME) messages.push(decoder.take())
  const error = decoder.finish()
  if (error) throw error
  return messages
}
