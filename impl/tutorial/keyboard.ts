/** What a person types, read by a program that may block. */
import { readSync, writeSync } from 'node:fs'
import { POLLHUP, POLLIN } from '../../posix/constants.ts'
import { poll } from '../../posix/poll.ts'
import type { Socket } from '../../posix/socket.ts'
import { textOf } from './text.ts'

const INPUT_BYTES = 65_536
const LINE_FEED = 0x0a
const LOOK_MS = 1_000
const input = new Uint8Array(INPUT_BYTES)
let typed: Uint8Array = new Uint8Array(0)
let hasEnded = false

/** The next line; null when there is none. `canRead` waits for input: false gives up. */
export function readLine(canRead = () => true): string | null {
  for (;;) {
    const end = typed.indexOf(LINE_FEED)
    if (end >= 0) {
      const line = textOf(typed.subarray(0, end))
      typed = typed.subarray(end + 1)
      return line
    }
    if (hasEnded || !canRead()) return null
    const count = readSync(0, input)
    if (count === 0) hasEnded = true
    typed = Buffer.concat([typed, input.subarray(0, count)])
  }
}

/**
 * In front of a server: a typed line, asked for again where it is empty. Null when there is nobody
 * to type any more, or when the server is told to stop meanwhile.
 */
export function askWhile(server: Socket, prompt: string): string | null {
  while (!hasEnded) {
    writeSync(1, prompt)
    const line = readLine(() => hasTyped(server))
    if (line !== '') return line
  }
  return null
}

/** Waits; false when the server's socket is shut down. */
function hasTyped(server: Socket): boolean {
  const keys = { fd: 0, events: POLLIN, ready: 0 }
  const socket = { fd: server.fileno(), events: 0, ready: 0 }
  while (keys.ready === 0) {
    poll([keys, socket], LOOK_MS)
    if (socket.ready & POLLHUP) return false
  }
  return true
}
