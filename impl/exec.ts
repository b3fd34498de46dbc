/** The service `exec`: each message is a command, the reply is its stdout, then its stderr. */

import { formatAddress } from '../posix/address.ts'
import type { JsonHeaderMembers } from '../wire/json-header.ts'
import { isLoopback, runCommand } from './command.ts'
import type { ServeOptions } from './contract.ts'
import { hasLeft } from './peer-left.ts'

export const COMMAND_TIMEOUT_MS = 10_000

/** It could be started, and must not. */
export class ServeRefused extends Error {
  override readonly name = 'ServeRefused'
}

/** What a service answers that takes its time. */
export interface LateAnswer {
  message: Uint8Array
  /** Said in the header, where the framing has one for it. */
  members: JsonHeaderMembers
}

/** Throws for who would let the whole network run commands; says so where a shell is let loose. */
export function guardCommands({ listen, shell }: Pick<ServeOptions, 'listen' | 'shell'>): void {
  if (!isLoopback(listen)) {
    const where = formatAddress(listen)
    const why = `it listens on loopback only: 127.0.0.1, [::1] or unix:, not ${where}.`
    throw new ServeRefused(`This server runs commands for whoever connects, so ${why}`)
  }
  if (!shell) return
  console.error(
    'framegate: WARNING: --shell: every line that a client sends is run by /bin/sh with your rights.',
  )
}

/** The commands of one connection, one after the other, in order. */
export function commandsOf(
  fd: number,
  isClosed: () => boolean,
  options: Pick<ServeOptions, 'shell' | 'commandTimeoutMs'> & { outputBytesMax: number },
): (message: Uint8Array) => Promise<LateAnswer> {
  const { outputBytesMax, shell = false, commandTimeoutMs = COMMAND_TIMEOUT_MS } = options
  const gone = () => isClosed() || hasLeft(fd)
  const limits = { shell, timeoutMs: commandTimeoutMs, outputBytesMax, hasLeft: gone }
  let last: Promise<unknown> = Promise.resolve()
  const run = async (line: string): Promise<LateAnswer> => {
    if (gone()) return { message: new Uint8Array(0), members: {} }
    const { stdout, stderr, status } = await runCommand(line, limits)
    return { message: Buffer.concat([stdout, stderr]), members: { status } }
  }
  return (message) => {
    const line = new TextDecoder().decode(message)
    const answer = last.then(() => run(line))
    last = answer
    return answer
  }
}
