/** Starts programs in process groups of their own that end with this process, however it ends. */
import { type ChildProcess, spawn } from 'node:child_process'
import { guardGroup } from './warden.ts'

/**
 * Standard output and error are pipes; standard input is empty. The program waits in a shell until
 * the warden has been told of its group (see warden.ts). Whoever ends it releases the group.
 */
export function spawnGuarded(
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
): ChildProcess {
  const wait = 'read -r word || exit 125; exec "$@" </dev/null'
  const child = spawn('/bin/sh', ['-c', wait, 'framegate', ...argv], {
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  })
  guardGroup(child.pid!)
  child.stdin!.on('error', () => {
    // It ended before it read the word: its exit is reported where readiness is awaited.
  })
  child.stdin!.end('go\n')
  return child
}
