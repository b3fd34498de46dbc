/** A program of a lesson as a person has it in front of them: lines to type, text to read. */
import { fileURLToPath } from 'node:url'
import { until } from '../../posix/testing.ts'
import { READY } from '../serve.ts'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

export class Session implements AsyncDisposable {
  /** All that it has printed so far, errors behind it. */
  output = ''
  readonly #child
  readonly #collected: Promise<unknown>

  private constructor(argv: readonly string[]) {
    this.#child = Bun.spawn([process.execPath, ...argv], {
      stdin: 'pipe',
      stdout: 'pipe',
      stderr: 'pipe',
    })
    const streams = [this.#child.stdout, this.#child.stderr]
    this.#collected = Promise.all(streams.map((stream) => this.#collect(stream)))
  }

  /** The lesson's server, ready; its address is that of its ready line. */
  static async server(
    name: string,
    listen?: string,
    folder?: string,
  ): Promise<Session & { address: string }> {
    const session = new Session([here('../serve.ts'), JSON.stringify({ name, listen, folder })])
    const [, address] = await session.reads(new RegExp(`^${READY} (\\S+)$`, 'm'))
    return Object.assign(session, { address: address! })
  }

  static client(lesson: string, ...words: readonly string[]): Session {
    return new Session([here(`./${lesson}/client.ts`), ...words])
  }

  async #collect(stream: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder()
    for await (const chunk of stream) this.output += decoder.decode(chunk, { stream: true })
  }

  types(line: string): void {
    this.#child.stdin.write(`${line}\n`)
    this.#child.stdin.flush()
  }

  /** Waits until it has printed that. */
  async reads(text: string | RegExp): Promise<RegExpExecArray> {
    const pattern = typeof text === 'string' ? new RegExp(RegExp.escape(text)) : text
    let found: RegExpExecArray | null = null
    await until(`it prints ${pattern}`, () => {
      found = pattern.exec(this.output)
      return found !== null
    }).catch((error) => {
      throw new Error(`${error.message} It printed:\n${this.output}`)
    })
    return found!
  }

  /** Types nothing more; all that it has printed when it ends. */
  async ends(): Promise<string> {
    this.#child.stdin.end()
    await Promise.all([this.#child.exited, this.#collected])
    return this.output
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  async exitCode(): Promise<number> {
    return await this.#child.exited
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#child.exited
  }
}

/** A lesson's server, and its clients. */
export class LessonRun implements AsyncDisposable {
  readonly #lesson: string
  readonly server: Session & { address: string }

  private constructor(lesson: string, server: Session & { address: string }) {
    this.#lesson = lesson
    this.server = server
  }

  static async start(
    lesson: string,
    { listen, folder }: { listen?: string; folder?: string } = {},
  ): Promise<LessonRun> {
    return new LessonRun(lesson, await Session.server(`tutorial/${lesson}`, listen, folder))
  }

  /** Runs the lesson's client to its end; what it printed. */
  async client(typed: string, ...words: string[]): Promise<string> {
    await using client = this.startClient(...words)
    for (const line of typed.split('\n').slice(0, -1)) client.types(line)
    return await client.ends()
  }

  startClient(...words: string[]): Session {
    return Session.client(this.#lesson, this.server.address, ...words)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]()
  }
}
