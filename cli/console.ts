/** What people see: results on stdout, progress and logs on stderr, colour where it is wanted. */
import { writeSync } from 'node:fs'
import { styleText } from 'node:util'
import { POLLOUT } from '../posix/constants.ts'
import { poll } from '../posix/poll.ts'

const STDOUT = 1
/** A pipe is asked again so often whether it takes more. */
const ROOM_MS_MAX = 1_000

type Style = Parameters<typeof styleText>[0]

/** Settled once from `--no-color`, NO_COLOR and whether the stream is a terminal. */
const settings = { color: process.stdout.isTTY === true && !process.env.NO_COLOR, quiet: false }

export function configureConsole(options: { color?: boolean; quiet?: boolean }): void {
  if (options.color === false) settings.color = false
  settings.quiet = options.quiet === true
}

export const isQuiet = (): boolean => settings.quiet

export const styled = (style: Style, text: string): string =>
  settings.color ? styleText(style, text, { validateStream: false }) : text

/** A line of the result. Written before this returns: a pipe's end must not miss what is queued. */
export function print(text = ''): void {
  let rest = Buffer.from(`${text}\n`)
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(STDOUT, rest))
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      // Whoever read it has gone, as `head` does: there is nobody left to tell.
      if (code === 'EPIPE') return
      if (code !== 'EAGAIN') throw error
      poll([{ fd: STDOUT, events: POLLOUT, ready: 0 }], ROOM_MS_MAX)
    }
  }
}

/** A line about what is going on. */
export const log = (text: string): void => {
  if (!settings.quiet) process.stderr.write(`${text}\n`)
}

/** A line about what went wrong; not silenced. */
export const warn = (text: string): void => {
  process.stderr.write(`${text}\n`)
}
