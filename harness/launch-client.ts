/**
 * Starts a client under test in a process group of its own: requests on its standard input, what
 * it prints kept, bounded, and its whole group ended in every case.
 */
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Address } from '../posix/address.ts'
import { pauseMs } from './clock.ts'
import { type Ended, Launched } from './launch.ts'
import { OutputTail } from './output-tail.ts'
import { newFolder } from './scratch.ts'
import { spawnGuarded } from './spawn-guarded.ts'

/** A program that it left behind may keep its pipes open: they are not waited for any longer. */
const LAST_WORDS_MS_MAX = 2_000

export interface ClientLaunch {
  /** {host} and {port} are replaced by where it has to connect to. */
  command: string
  server: Address
  /** What it reads on its standard input, which ends behind it. */
  input: string
  /** A client cannot print more than this. */
  outputBytesMax: number
}

/**
 * Its input is a pipe and its output a file: pipes of ours would be sockets, which some programs
 * cannot open by name, and where many small lines fill the buffer of one that ends at once.
 */
const SCRIPT = 'ulimit -f "$4"; cat -- "$1" | /bin/sh -c "$2" >"$3"'
/** What `ulimit -f` counts in. */
const BLOCK_BYTES = 512

export class LaunchedClient {
  readonly process: Launched
  /** What it printed on standard error, the end of it. */
  readonly errors = new OutputTail()
  /** Processes that it left behind when it ended. */
  leftBehind = 0
  readonly #files: { input: string; output: string }
  readonly #outputBytesMax: number

  constructor({ command, server, input, outputBytesMax }: ClientLaunch) {
    const { host, port } = server as Extract<Address, { port: number }>
    const values: Record<string, string> = { host, port: String(port) }
    const line = command.replace(/\{(host|port)\}/g, (_, name: string) => values[name]!)
    const env = { FRAMEGATE_HOST: host, FRAMEGATE_PORT: String(port), PORT: String(port) }
    const folder = newFolder()
    this.#files = { input: join(folder, 'input'), output: join(folder, 'output') }
    this.#outputBytesMax = outputBytesMax
    writeFileSync(this.#files.input, input)
    const blocks = String(Math.ceil(outputBytesMax / BLOCK_BYTES))
    const words = [this.#files.input, line, this.#files.output, blocks]
    const child = spawnGuarded(['/bin/sh', '-c', SCRIPT, 'framegate', ...words], env)
    child.stderr!.on('data', (chunk: Uint8Array) => this.errors.push('stderr', chunk))
    const saidAll = new Promise<void>((resolve) => child.once('close', () => resolve()))
    const exited = new Promise<Ended>((resolve) => {
      child.once('exit', (code, signal) => {
        // Whoever it left behind holds its pipes: end them, or what it says never ends.
        this.leftBehind = this.process.members().length
        if (this.leftBehind > 0) this.process.signal('SIGKILL')
        void Promise.race([saidAll, pauseMs(LAST_WORDS_MS_MAX)]).then(() =>
          resolve({ code, signal }),
        )
      })
    })
    this.process = new Launched(child, this.errors, exited, server)
  }

  /** True when it printed more than anybody asked for: it was kept from going on. */
  get flooded(): boolean {
    return this.#outputBytes >= this.#outputBytesMax
  }

  get #outputBytes(): number {
    return existsSync(this.#files.output) ? statSync(this.#files.output).size : 0
  }

  /** What it has printed on standard output so far. */
  output(): Uint8Array {
    return this.#outputBytes === 0 ? new Uint8Array() : readFileSync(this.#files.output)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.process.kill()
    rmSync(dirname(this.#files.input), { recursive: true, force: true })
  }
}
