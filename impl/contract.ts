/**
 * What an implementation is: a server of ours, interchangeable with every other.
 * One folder an implementation, one line in registry.ts.
 */
import type { Address, Transport } from '../posix/address.ts'
import type { FileServerOptions } from './file-server/options.ts'

/**
 * What a server does with a message. `receipt` answers with what it took for one message, `time`
 * with the local time in the format that the message is, `sink` not at all: it is there to be sent
 * to as fast as it reads, `exec` with the output of the command that the message is.
 */
export type Service = 'echo' | 'upper' | 'receipt' | 'time' | 'sink' | 'exec'
export const SERVICES: readonly Service[] = ['echo', 'upper', 'receipt', 'time', 'sink', 'exec']

/** What lessons do that have a dialogue of their own, named as their cases ask for it. */
export type LessonService =
  | 'greeting'
  | 'time'
  | 'lesson-one-exchange'
  | 'lesson-commands'
  | 'lesson-two-sends'
  | 'lesson-uploads'
  | 'lesson-downloads'
  | 'lesson-bulk'

/** `sendall` writes until every byte is taken; `send` writes once, and what is left is lost. */
export type SendDiscipline = 'sendall' | 'send'

/** Header and body as one write, or as separate ones. */
export type WriteGrouping = 'joined' | 'separate'

export interface ServeOptions {
  /** Port 0: any free port, named in the ready line. */
  listen: Address
  /** A framing as wire/registry.ts reads it. */
  framing: string
  service: Service
  messageBytesMax: number
  writes: WriteGrouping
  /** For servers of the service `files`. */
  files?: FileServerOptions | undefined
  /** Where lessons keep files; the working directory when not given. */
  folder?: string | undefined
  /** Remote commands are lines for a shell, whatever they do. */
  shell?: boolean | undefined
  /** How long a remote command may run. */
  commandTimeoutMs?: number | undefined
}

export interface RunningServer {
  /** The address it can be reached at, with the real port: `tcp://127.0.0.1:41523`. */
  readonly address: string
  /** Stops accepting, finishes replies in flight, closes every connection; resolves when done. */
  stop(): Promise<void>
  /** For a server that ends on its own: settled when it has; rejected when it broke. */
  readonly ended?: Promise<void>
}

export interface Implementation {
  readonly id: string
  /** One line for a person. */
  readonly summary: string
  readonly discipline: SendDiscipline
  /** Framings it can speak, the default first. */
  readonly framings: readonly [string, ...string[]]
  /** What it does instead of one of SERVICES: docs/files.md, docs/lessons.md. */
  readonly service?: 'files' | LessonService
  /** What it does when nothing else is asked of it; `echo` when not given. */
  readonly defaultService?: Service
  /** Where it is meant to listen; TCP or UDP, as its framing has it, when not given. */
  readonly transport?: Transport
  /** It serves one client at a time, and may end after it. */
  readonly singleConnection?: boolean
  /** What it is wrong about by design, beside the code: a ledger file, or null for a right one. */
  readonly ledger: URL | null
  start(options: ServeOptions): Promise<RunningServer>
}

/** Identity, for the types: lets an implementation be written as a plain object. */
export const defineImplementation = (implementation: Implementation): Implementation =>
  implementation
