/**
 * Starts a subject in a process group of its own and ends that group in every case.
 *
 * The program does not run before the warden knows its group (see warden.ts), so that even a
 * SIGKILL of this process leaves nothing behind.
 */
import type { ChildProcess } from 'node:child_process'
import { READY, type ServeArguments } from '../impl/serve.ts'
import { type Address, formatAddress, parseAddress, type Transport } from '../posix/address.ts'
import { nowMs, pauseMs } from './clock.ts'
import { onCore } from './cores.ts'
import { entryOf } from './entry.ts'
import { HarnessError } from './errors.ts'
import { isForeign, notOurs } from './not-ours.ts'
import { OutputTail } from './output-tail.ts'
import { freePort } from './ports.ts'
import {
  endedMembers,
  groupMembers,
  type Holdings,
  holdings,
  memoryBytes,
  type Usage,
  usage,
} from './process-tree.ts'
import { until } from './reactor.ts'
import { isListening } from './readiness.ts'
import { newFolder, newSocketPath } from './scratch.ts'
import { spawnGuarded } from './spawn-guarded.ts'
import { startHint } from './start-hints.ts'
import { ThreadWatch } from './thread-watch.ts'
import { machineTimeScale } from './time-scale.ts'
import { releaseGroup } from './warden.ts'

export type SubjectSpec =
  | {
      kind: 'implementation'
      serve: Omit<ServeArguments, 'listen'>
      transport: Transport
      /** Another checkout, whose servers are run. */
      root?: string
    }
  | { kind: 'exec'; command: string; readyPattern: RegExp | null; transport: Transport }

export interface ListenAt {
  host?: string
  port?: number
}

export interface LaunchOptions {
  /** Pins the program's processes to this core. */
  core?: number
  readyWithinMs?: number
  /** Where it has to listen, instead of on any free port of 127.0.0.1. */
  at?: ListenAt
  /** Gives up: what was started is ended, and HarnessError `interrupted` is thrown. */
  signal?: AbortSignal
}

const READY_WITHIN_MS = 10_000
/** A busy machine starts programs late; a command that never listens must not take minutes. */
const READY_SCALE_MAX = 4
const STOP_WITHIN_MS = 5_000
const FREEZE_WITHIN_MS = 2_000
const LAST_WORDS_MS_MAX = 100
/** Servers fork rarely; listing a group anew at every look would cost more than the look. */
const MEMBERS_AGE_MS_MAX = 250
/** States of threads in proc(5): all but R, running or ready to, and D, waiting in the kernel. */
const AT_REST = 'SITtXZ'
const STOPPED = 'T'

export interface Ended {
  code: number | null
  signal: string | null
}

/** A running program under test. `await using` ends it. */
export class Launched {
  readonly address: Address
  readonly processGroup: number
  readonly output: OutputTail
  readonly #child: ChildProcess
  readonly #threads = new ThreadWatch()
  readonly exited: Promise<Ended>
  ended: Ended | null = null
  #members: readonly number[] = []
  #listedMs = Number.NEGATIVE_INFINITY

  constructor(child: ChildProcess, output: OutputTail, exited: Promise<Ended>, address: Address) {
    this.#child = child
    this.output = output
    this.exited = exited
    this.address = address
    this.processGroup = child.pid!
    void exited.then((ended) => {
      this.ended = ended
    })
  }

  get running(): boolean {
    return this.ended === null
  }

  /** Processes of the group. Listing them costs milliseconds: a list may be this old. */
  members(ageMsMax = 0): readonly number[] {
    if (ageMsMax === 0 || nowMs() - this.#listedMs > ageMsMax) {
      this.#members = groupMembers(this.processGroup)
      this.#listedMs = nowMs()
    }
    return this.#members
  }

  /** Processes of the group that have ended, and that nobody has waited for: zombies. */
  zombies(): number {
    return endedMembers(this.processGroup)
  }

  /** True when no thread of the group runs or wants to. */
  sleeps(): boolean {
    return this.#threads.areAll(this.members(MEMBERS_AGE_MS_MAX), AT_REST)
  }

  /** CPU, memory and descriptors of the whole group; null where the system does not tell. */
  usage(): Usage | null {
    return usage(this.members())
  }

  /** Descriptors and memory of the whole group, which cost less to ask for than all of `usage`. */
  holdings(membersAgeMsMax = 0): Holdings | null {
    return holdings(this.members(membersAgeMsMax))
  }

  /** Memory of the whole group in bytes, what its processes share counted once. */
  memoryBytes(): number {
    return memoryBytes(this.members())
  }

  /** Stops every process of the group and waits until each thread stands still. */
  async freeze(): Promise<boolean> {
    if (!this.signal('SIGSTOP')) return false
    const members = this.members()
    const still = () => this.#threads.areAll(members, STOPPED)
    return until(still, nowMs() + FREEZE_WITHIN_MS)
  }

  thaw(): void {
    this.signal('SIGCONT')
  }

  /** False when the group has no process any more. */
  signal(name: NodeJS.Signals): boolean {
    try {
      process.kill(-this.processGroup, name)
      return true
    } catch {
      // ESRCH: everybody has gone, which is what false says.
      return false
    }
  }

  /** SIGTERM to the group, SIGKILL to what is left after the grace. */
  async stop(withinMs = STOP_WITHIN_MS): Promise<Ended> {
    this.thaw()
    this.signal('SIGTERM')
    await until(() => !this.running, nowMs() + withinMs)
    return this.kill()
  }

  async kill(): Promise<Ended> {
    this.signal('SIGKILL')
    const ended = await this.exited
    await until(() => this.members().length === 0, nowMs() + STOP_WITHIN_MS)
    releaseGroup(this.processGroup)
    this.#threads[Symbol.dispose]()
    this.#child.stdout?.destroy()
    this.#child.stderr?.destroy()
    return ended
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill()
  }
}

/** Starts the subject and waits until it is ready. Throws HarnessError `subject-not-started`. */
export async function launch(spec: SubjectSpec, options: LaunchOptions = {}): Promise<Launched> {
  const address = addressFor(spec, options.at ?? {})
  const { argv, env } = commandLine(spec, address)
  const child = onCore(options.core, () => spawnGuarded(argv, env))
  const output = new OutputTail()
  child.stdout!.on('data', (chunk: Uint8Array) => output.push('stdout', chunk))
  child.stderr!.on('data', (chunk: Uint8Array) => output.push('stderr', chunk))
  const saidAll = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const exited = new Promise<Ended>((resolve) => {
    child.once('exit', (code, signal) => {
      // Its last words explain its end; a program that it left behind may keep the pipes open.
      void Promise.race([saidAll, pauseMs(LAST_WORDS_MS_MAX)]).then(() => resolve({ code, signal }))
    })
  })
  const launched = new Launched(child, output, exited, address)
  const pattern = spec.kind === 'exec' ? spec.readyPattern : new RegExp(`^${READY} (\\S+)$`, 'm')
  const isReady = () =>
    options.signal?.aborted ||
    !launched.running ||
    (pattern ? pattern.test(output.text()) : isListening(address))
  const within =
    options.readyWithinMs ?? READY_WITHIN_MS * Math.min(READY_SCALE_MAX, machineTimeScale())
  const ready = await until(isReady, nowMs() + within)
  const strangers = ready ? launched.members().filter(isForeign) : []
  const isFine = ready && strangers.length === 0
  if (isFine && launched.running && !options.signal?.aborted)
    return withRealAddress(launched, spec, pattern)
  const failure =
    strangers.length > 0 ? notOurs(launched.address, strangers) : notStarted(spec, launched, within)
  await launched.kill()
  if (options.signal?.aborted) throw new HarnessError('interrupted', 'Interrupted while starting.')
  throw failure
}

function addressFor(spec: SubjectSpec, at: ListenAt): Address {
  const { transport } = spec
  if (transport === 'unix') return { transport, path: newSocketPath() }
  // Our own servers take any free port and say which; others have to be told one.
  const port = at.port ?? (spec.kind === 'exec' ? freePort() : 0)
  return { transport, host: at.host ?? '127.0.0.1', port }
}

function commandLine(
  spec: SubjectSpec,
  address: Address,
): { argv: string[]; env: Record<string, string> } {
  if (spec.kind === 'implementation') {
    // A server that keeps files gets an empty folder for them.
    const files =
      spec.serve.files ?? (spec.serve.service === 'files' ? { root: newFolder() } : undefined)
    const folder = spec.serve.service?.startsWith('lesson-') ? newFolder() : undefined
    const args = JSON.stringify({ ...spec.serve, listen: formatAddress(address), files, folder })
    return { argv: [process.execPath, entryOf('impl/serve.ts', spec.root), args], env: {} }
  }
  const values =
    address.transport === 'unix'
      ? { path: address.path }
      : { port: String(address.port), host: address.host }
  const command = spec.command.replace(
    /\{(port|host|path)\}/g,
    (whole, name: string) => (values as Record<string, string>)[name] ?? whole,
  )
  const port = address.transport === 'unix' ? '' : String(address.port)
  // The shell gets the group's SIGTERM too: it has to wait for the program and hand on its status.
  return {
    argv: ['/bin/sh', '-c', `trap : TERM\n${command}`],
    env: { PORT: port, FRAMEGATE_PORT: port },
  }
}

function withRealAddress(launched: Launched, spec: SubjectSpec, pattern: RegExp | null): Launched {
  if (spec.kind === 'exec') return launched
  const address = parseAddress(pattern!.exec(launched.output.text())![1]!)
  Object.assign(launched, { address })
  return launched
}

function notStarted(spec: SubjectSpec, launched: Launched, withinMs: number): HarnessError {
  const what = spec.kind === 'exec' ? `"${spec.command}"` : `the implementation ${spec.serve.name}`
  const said = launched.output.text().trim()
  const tail = said ? ` It said:\n${said.slice(-2000)}` : ' It said nothing.'
  const where = formatAddress(launched.address)
  const { ended } = launched
  const members = launched.members()
  const hint =
    spec.kind === 'exec' ? startHint({ command: spec.command, ended, said, members }) : ''
  const more = hint === '' ? tail : `${tail}\n${hint}`
  if (ended) {
    const how = ended.signal ? `was ended by ${ended.signal}` : `exited with status ${ended.code}`
    return new HarnessError('subject-not-started', `${what} ${how} before it was ready.${more}`)
  }
  const wanted =
    spec.kind === 'exec' && spec.readyPattern
      ? `printed nothing that matches ${spec.readyPattern}`
      : `did not listen on ${where} ({port} in the command is replaced by that port; PORT and FRAMEGATE_PORT hold it too)`
  const message = `${what} ${wanted} within ${Math.round(withinMs / 100) / 10} s.${more}`
  return new HarnessError('subject-not-started', message)
}
