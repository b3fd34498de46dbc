// Where is Bun? It comes as the npm package `bun`, so that a machine with only Node and npm works.
// Its install script moves the real program to `bun/bin/bun.exe`; where install scripts are
// switched off, the program is still in the platform's own package.
import { spawn } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const require = createRequire(import.meta.url)
/** The install script's placeholder is a few hundred bytes; Bun is some 100 MB. */
const PROGRAM_BYTES_MIN = 1_000_000

const isProgram = (path) => existsSync(path) && statSync(path).size > PROGRAM_BYTES_MIN

/** @returns {string} the path of a Bun that can be started; throws where there is none. */
function findBun() {
  const home = dirname(require.resolve('bun/package.json'))
  const installed = join(home, 'bin', 'bun.exe')
  if (isProgram(installed)) return installed
  const requireOfBun = createRequire(join(home, 'package.json'))
  const platforms = Object.keys(requireOfBun('./package.json').optionalDependencies)
  for (const name of platforms) {
    try {
      const candidate = join(dirname(requireOfBun.resolve(`${name}/package.json`)), 'bin', 'bun')
      if (isProgram(candidate)) return candidate
    } catch {
      // npm installs only the package of this platform: the others are rightly missing.
    }
  }
  throw new Error(
    `framegate runs on Bun, and the npm package "bun" has no program for ${process.platform} ${process.arch}. Install Bun from https://bun.sh and run: bun cli/main.ts`,
  )
}

/** Becomes Bun, as far as Node can: same streams, signals handed on, same exit code. */
export function runBun(args) {
  const child = spawn(findBun(), args, { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  endWithNpm(child)
  child.on('error', (error) => {
    console.error(`framegate: Bun could not be started: ${error.message}`)
    process.exit(4)
  })
  child.on('exit', (code, signal) => {
    if (signal) process.kill(process.pid, signal)
    process.exit(code ?? 1)
  })
}

/** npm killed outright tells nobody: its script would go on alone, with servers still running. */
function endWithNpm(child) {
  if (!process.env.npm_lifecycle_event) return
  const parent = process.ppid
  setInterval(() => process.ppid === parent || child.kill('SIGTERM'), 200).unref()
}
