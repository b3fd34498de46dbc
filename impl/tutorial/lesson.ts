/**
 * What every lesson needs and none should have to explain: a blocking server runs on a thread of
 * its own (stage.ts), so that the process can still be told to stop.
 */
import { type Address, formatAddress } from '../../posix/address.ts'
import { C } from '../../posix/constants.ts'
import { libc } from '../../posix/libc.ts'
import type { Socket } from '../../posix/socket.ts'
import {
  defineImplementation,
  type Implementation,
  type LessonService,
  type RunningServer,
  type ServeOptions,
} from '../contract.ts'
import { COMMAND_TIMEOUT_MS, guardCommands, ServeRefused } from '../exec.ts'
import { claimUnixPath } from '../unix-path.ts'

/** What a lesson's server gets: a bound socket, and what it was started with. */
export interface Stage {
  /** Bound; `listen` and `accept` are the lesson's own to call. */
  server: Socket
  /** The lesson calls it once it listens. */
  ready(): void
  /** A line for the person in front of the server. */
  print(line: string): void
  /** The reply to a message: upper case, unless `--service` says otherwise. */
  reply(message: Uint8Array, ordinal: number): Uint8Array
  /** Where files are kept. */
  folder: string
  /** How remote commands are run. */
  commands: { shell: boolean; timeoutMs: number; outputBytesMax: number }
}

const NO_COMMANDS =
  'This lesson runs no commands; tutorial/remote-command, struct-header and json-header do.'

export type LessonServer = (stage: Stage) => void | Promise<void>

/** What the stage is sent: all of it survives the way to another thread. */
export interface StageOrder {
  program: string
  listen: Address
  service: ServeOptions['service']
  folder: string
  commands: Stage['commands']
}

/** What the stage says. */
export type StageNews =
  | { kind: 'ready'; address: Address; fd: number }
  | { kind: 'client'; fd: number }
  | { kind: 'ended' }
  | { kind: 'failed'; code: string; message: string }

export interface Lesson
  extends Pick<Implementation, 'id' | 'summary' | 'framings' | 'singleConnection' | 'transport'> {
  server: URL
  ledger: URL
  /** What it does instead of answering messages; cases ask for it. */
  service?: LessonService
}

export const defineLesson = ({ server, ...lesson }: Lesson): Implementation =>
  defineImplementation({
    ...lesson,
    defaultService: 'upper',
    discipline: lesson.service === 'lesson-bulk' ? 'send' : 'sendall',
    start: (options) => startLesson(server, lesson, options),
  })

async function startLesson(
  program: URL,
  { service }: Pick<Lesson, 'service'>,
  options: ServeOptions,
): Promise<RunningServer> {
  const { listen, messageBytesMax } = options
  const shell = options.shell === true
  if (options.service === 'exec') throw new ServeRefused(NO_COMMANDS)
  if (service === 'lesson-commands') guardCommands(options)
  const release = listen.transport === 'unix' ? claimUnixPath(listen.path) : () => {}
  const worker = new Worker(new URL('./stage.ts', import.meta.url).href)
  const open: number[] = []
  const failed = Promise.withResolvers<never>()
  const ready = Promise.withResolvers<Address>()
  const ended = Promise.withResolvers<void>()
  worker.onmessage = ({ data }: MessageEvent<StageNews>) => {
    if (data.kind === 'ended') ended.resolve()
    else if (data.kind === 'failed') failed.reject(Object.assign(new Error(data.message), data))
    else open.push(data.fd)
    if (data.kind === 'ready') ready.resolve(data.address)
  }
  worker.onerror = ({ message }) => failed.reject(new Error(message))
  const order: StageOrder = {
    program: program.href,
    listen,
    service: service === undefined ? options.service : 'upper',
    folder: options.folder ?? '.',
    commands: {
      shell,
      timeoutMs: options.commandTimeoutMs ?? COMMAND_TIMEOUT_MS,
      outputBytesMax: messageBytesMax,
    },
  }
  worker.postMessage(order)
  const whenEnded = Promise.race([ended.promise, failed.promise]).finally(release)
  whenEnded.catch(() => {})
  const address = await Promise.race([ready.promise, failed.promise]).catch((error) => {
    release()
    throw error
  })
  return {
    address: formatAddress(address),
    ended: whenEnded,
    async stop() {
      // A call that blocks on another thread comes back once its socket is shut down.
      for (const fd of open) libc.shutdown(fd, C.SHUT_RDWR)
      await whenEnded.catch(() => {})
    },
  }
}
