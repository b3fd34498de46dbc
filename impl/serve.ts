/**
 * Runs one implementation as a process: prints one ready line, serves, ends cleanly on a signal.
 * `framegate serve` and the harness both start servers this way.
 *
 * RUN  bun impl/serve.ts '{"name":"length-prefixed","listen":"tcp://127.0.0.1:0"}'
 */

import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseAddress } from '../posix/address.ts'
import type { PosixError } from '../posix/libc.ts'
import { MESSAGE_BYTES_MAX_DEFAULT } from '../wire/framing.ts'
import { type Implementation, SERVICES, type Service, type WriteGrouping } from './contract.ts'
import { ServeRefused } from './exec.ts'
import type { FileServerOptions } from './file-server/options.ts'
import { findImplementation, IMPLEMENTATIONS } from './registry.ts'

export interface ServeArguments {
  name: string
  /** Any free port of the transport that the server takes, when not given. */
  listen?: string | undefined
  framing?: string | undefined
  service?: string | undefined
  messageBytesMax?: number | undefined
  writes?: WriteGrouping | undefined
  files?: FileServerOptions | undefined
  folder?: string | undefined
  shell?: boolean | undefined
  commandTimeoutMs?: number | undefined
}

/** A mistake of the one who asked, told so that it can be put right. Exit code 2. */
export class ServeUsageError extends Error {
  override readonly name = 'ServeUsageError'
}

/** The server could not be started, for example because the port is taken. Exit code 4. */
export class ServeStartError extends Error {
  override readonly name = 'ServeStartError'
}

/** What the ready line begins with; the address follows behind a space. */
export const READY = 'ready'

/** Serves until SIGTERM or SIGINT, then finishes replies in flight. */
export async function serveUntilSignal(args: ServeArguments): Promise<void> {
  const implementation = findImplementation(args.name)
  if (!implementation) {
    const known = IMPLEMENTATIONS.map(({ id }) => id).join(', ')
    throw new ServeUsageError(`There is no implementation "${args.name}". There are: ${known}.`)
  }
  const service = (args.service ?? implementation.defaultService ?? 'echo') as Service
  if (!SERVICES.includes(service) && args.service !== implementation.service) {
    throw new ServeUsageError(
      `There is no service "${service}". There are: ${SERVICES.join(', ')}.`,
    )
  }
  if (implementation.service === 'files' && !args.files) {
    throw new ServeUsageError(`${args.name} keeps files: say in which folder, with --root DIR.`)
  }
  if (implementation.service !== 'files' && args.files) {
    throw new ServeUsageError(`${args.name} keeps no files: leave --root and its limits out.`)
  }
  const framing = args.framing ?? implementation.framings[0]
  const listen = args.listen ?? anywhere(implementation, framing)
  const ended = new Promise<void>((resolve) => {
    process.once('SIGTERM', () => resolve())
    process.once('SIGINT', () => resolve())
  })
  const server = await start(() =>
    implementation.start({
      listen: parseAddress(listen),
      framing,
      service,
      messageBytesMax: args.messageBytesMax ?? MESSAGE_BYTES_MAX_DEFAULT,
      writes: args.writes ?? 'joined',
      files: args.files,
      folder: args.folder,
      shell: args.shell,
      commandTimeoutMs: args.commandTimeoutMs,
    }),
  )
  console.log(`${READY} ${server.address}`)
  await (server.ended ? Promise.race([ended, server.ended]) : ended)
  await server.stop()

  async function start<T>(attempt: () => Promise<T>): Promise<T> {
    try {
      return await attempt()
    } catch (error) {
      throw explained(error, listen, args.files?.root)
    }
  }
}

function anywhere({ transport }: Implementation, framing: string): string {
  if (transport === 'unix') return `unix:${join(tmpdir(), `framegate-${process.pid}.sock`)}`
  return `${transportOf(framing)}://127.0.0.1:0`
}

/** Datagrams come over UDP; every other framing cuts a stream. */
export const transportOf = (framing: string): 'tcp' | 'udp' =>
  framing.startsWith('datagram') ? 'udp' : 'tcp'

function explained(error: unknown, listen: string, root?: string): Error {
  const { code, message } = error as Partial<PosixError>
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new ServeUsageError(`"${root}" is no folder: make it first, or name another.`)
  }
  if (code === 'EBUSY') return new ServeStartError(`Cannot start: ${message}.`)
  if (code === 'EADDRINUSE') {
    return new ServeStartError(
      `${listen} is in use already. Stop whoever listens there, or use port 0 for any free port.`,
    )
  }
  if (error instanceof ServeRefused) return new ServeUsageError(error.message)
  if (code === 'EACCES' || code === 'EADDRNOTAVAIL') {
    return new ServeStartError(`Cannot listen on ${listen}: ${message}.`)
  }
  return error as Error
}

if (import.meta.main) {
  try {
    await serveUntilSignal(JSON.parse(process.argv[2] ?? '{}') as ServeArguments)
    process.exit(0)
  } catch (error) {
    console.error(`framegate: ${(error as Error).message}`)
    process.exit(error instanceof ServeStartError ? 4 : 2)
  }
}
