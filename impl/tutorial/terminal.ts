/** What the lessons' clients share, and no lesson is about: arguments, a prompt, text. */
import { writeSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { parseAddress } from '../../posix/address.ts'
import { C, type Socket, socket } from '../../posix/socket.ts'
import { readLine } from './keyboard.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { encoding: { type: 'string', default: 'utf-8' } },
})

/** All that stands on the command line, options aside. */
export const given: readonly string[] = positionals

/** What stands behind the address on the command line. */
export const [, ...words] = positionals

/** Connected to the address on the command line: `tcp://127.0.0.1:8080` or `unix:/path`. */
export function dial(prepare: (socket: Socket) => void = () => {}): Socket {
  const address = parseAddress(positionals[0] ?? '')
  const isUnix = address.transport === 'unix'
  const made = socket(isUnix ? C.AF_UNIX : address.host.includes(':') ? C.AF_INET6 : C.AF_INET)
  prepare(made)
  made.connect(isUnix ? address.path : [address.host, address.port])
  return made
}

/** A typed line; null at the end of the input. An empty line is asked for again, never sent. */
export function ask(prompt: string): string | null {
  for (;;) {
    const line = askAnything(prompt)
    if (line !== '') return line
  }
}

/** A typed line, which may be empty; null at the end of the input. */
export function askAnything(prompt: string): string | null {
  writeSync(1, prompt)
  return readLine()
}

export const print = (text: string): void => void writeSync(1, `${text}\n`)

/** Text in the encoding that was asked for; a character may be cut by the edge of two pieces. */
export function decoder(): (bytes: Uint8Array) => string {
  const made = new TextDecoder(values.encoding as Bun.Encoding)
  return (bytes) => made.decode(bytes, { stream: true })
}
