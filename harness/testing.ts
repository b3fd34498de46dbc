/** What the tests of this folder share. */
import { fileURLToPath } from 'node:url'
import { nowMs } from './clock.ts'
import type { SubjectSpec } from './launch.ts'
import { ThreadWatch } from './thread-watch.ts'

export const isLinux = process.platform === 'linux'

/** Nothing here takes as long: a test that reaches it has found something that hangs. */
export const soon = (): number => nowMs() + 20_000

const PROGRAM = fileURLToPath(new URL('./testdata/program.ts', import.meta.url))

/** A behaviour of testdata/program.ts as a subject. */
export function program(behaviour: string, transport: 'tcp' | 'unix' = 'tcp'): SubjectSpec {
  const where = transport === 'unix' ? '{path}' : '{port}'
  const command = `exec '${process.execPath}' '${PROGRAM}' ${behaviour} ${where}`
  return { kind: 'exec', command, readyPattern: null, transport }
}

/** A command for the shell as a subject. */
export const shell = (command: string, readyPattern: RegExp | null = null): SubjectSpec => ({
  kind: 'exec',
  command,
  readyPattern,
  transport: 'tcp',
})

/** True when every thread of these processes is in one of the states, letters of proc(5). */
export function areAll(pids: readonly number[], states: string): boolean {
  using watch = new ThreadWatch()
  return watch.areAll(pids, states)
}

/** False when the process has ended, whether or not anybody has asked for its status. */
export const isAlive = (pid: number): boolean => !areAll([pid], 'ZX')
