/**
 * A load generator that serves many launches of subjects: started and warmed up once, so that a
 * gate spends its time on the subjects, and their differences are not those of generators.
 */
import type { ChildProcess } from 'node:child_process'
import { createServer, type Server, type Socket } from 'node:net'
import { onCore } from './cores.ts'
import { HarnessError } from './errors.ts'
import type { LoadOutcome, LoadPlan } from './load.ts'
import type { TurnsOutcome, TurnsPlan } from './load-turns.ts'
import { OutputTail } from './output-tail.ts'
import { newSocketPath } from './scratch.ts'
import { spawnGuarded } from './spawn-guarded.ts'
import { releaseGroup } from './warden.ts'

/** Beyond the plan's own deadline, for its result; and for the first connection. */
const GRACE_MS = 10_000

export class StandingGenerator {
  readonly #child: ChildProcess
  readonly #server: Server
  readonly #said = new OutputTail()
  #socket: Socket | null = null
  #line = ''
  #waiting: PromiseWithResolvers<LoadOutcome | TurnsOutcome> | null = null

  private constructor(child: ChildProcess, server: Server) {
    this.#child = child
    this.#server = server
    child.stdout!.on('data', (chunk: Uint8Array) => this.#said.push('stdout', chunk))
    child.stderr!.on('data', (chunk: Uint8Array) => this.#said.push('stderr', chunk))
    child.once('close', () => this.#lost('ended'))
  }

  /** Throws HarnessError `generator-failed`. `core`: another one than the subject's. */
  static async start(core: number): Promise<StandingGenerator> {
    const path = newSocketPath()
    const server = createServer().listen(path)
    const connected = new Promise<Socket>((resolve) => server.once('connection', resolve))
    const entry = new URL('./standing-generator-main.ts', import.meta.url).pathname
    const child = onCore(core, () => spawnGuarded([process.execPath, entry, path]))
    const generator = new StandingGenerator(child, server)
    const failed = Promise.withResolvers<never>()
    const timer = setTimeout(() => failed.reject(generator.#failure('did not start')), GRACE_MS)
    child.once('close', () => failed.reject(generator.#failure('ended while it started')))
    try {
      generator.#listen(await Promise.race([connected, failed.promise]))
      return generator
    } catch (error) {
      generator.stop()
      throw error
    } finally {
      clearTimeout(timer)
      // Its end is awaited elsewhere from now on.
      failed.promise.catch(() => undefined)
    }
  }

  #listen(socket: Socket): void {
    this.#socket = socket
    socket.setEncoding('utf8')
    socket.on('data', (text: string) => {
      const lines = (this.#line + text).split('\n')
      this.#line = lines.pop()!
      for (const line of lines) this.#waiting?.resolve(JSON.parse(line))
    })
    // Its process has ended: that is said where the process is watched.
    socket.on('error', () => undefined)
  }

  /** One plan at a time. Throws HarnessError `generator-failed`, or `interrupted`. */
  run(plan: LoadPlan, signal: AbortSignal): Promise<LoadOutcome> {
    return this.#ask<LoadOutcome>(plan, plan.deadlineMs, signal)
  }

  /** As `run`. */
  runTurns(plan: TurnsPlan, signal: AbortSignal): Promise<TurnsOutcome> {
    const deadlineMs = Math.max(...plan.plans.map((one) => one.deadlineMs))
    return this.#ask<TurnsOutcome>(plan, deadlineMs, signal)
  }

  async #ask<T extends LoadOutcome | TurnsOutcome>(
    plan: LoadPlan | TurnsPlan,
    deadlineMs: number,
    signal: AbortSignal,
  ): Promise<T> {
    const waiting = Promise.withResolvers<LoadOutcome | TurnsOutcome>()
    this.#waiting = waiting
    const interrupt = () =>
      waiting.reject(new HarnessError('interrupted', 'The measurement was interrupted.'))
    const timer = setTimeout(() => this.#lost('did not answer'), deadlineMs + GRACE_MS)
    signal.addEventListener('abort', interrupt)
    if (signal.aborted) interrupt()
    else if (this.#child.exitCode !== null) this.#lost('ended')
    else this.#socket!.write(`${JSON.stringify(plan)}\n`)
    try {
      return (await waiting.promise) as T
    } finally {
      clearTimeout(timer)
      signal.removeEventListener('abort', interrupt)
      this.#waiting = null
    }
  }

  #lost(how: string): void {
    this.#waiting?.reject(this.#failure(how))
  }

  #failure(how: string): HarnessError {
    const tail = this.#said.text().trim().slice(-2000)
    const text = `The load generator ${how}. ${tail && `It said:\n${tail}`}`
    return new HarnessError('generator-failed', text.trim())
  }

  stop(): void {
    this.#socket?.destroy()
    this.#server.close()
    try {
      process.kill(-this.#child.pid!, 'SIGKILL')
    } catch {
      // ESRCH: it has ended by itself.
    }
    releaseGroup(this.#child.pid!)
  }
}
