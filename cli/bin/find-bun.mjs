// Where is Bun? It comes as the npm package `bun`, so that a machine with only Node and npm works.
// Its install script moves the real program to `bun/bin/bun.exe`; where install scripts are
// switched off, the program is still in the platform's own package. Where that package has none
// for this system, or was left out, a `bun` in the PATH does.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, dirname, join } from 'node:path'

const require = createRequire(import.meta.url)
/** The install script's placeholder is a few hundred bytes; Bun is some 100 MB. */
const PROGRAM_BYTES_MIN = 1_000_000
const VERSION_MS_MAX = 10_000
const NOTHING_RAN = 4

/** Of the form `>=1.4.0`. */
const { bun: NEEDED } = require('../../package.json').engines

const isProgram = (path) => existsSync(path) && statSync(path).size > PROGRAM_BYTES_MIN

/** @returns {string | null} the Bun that was installed with us. */
function bunOfPackage() {
  let home
  try {
    home = dirname(require.resolve('bun/package.json'))
  } catch {
    return null
  }
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
  return null
}

/** @returns {string | null} npm puts the package's placeholder into the PATH, too: no Bun. */
function bunOfPath() {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '')
  const paths = folders.map((folder) => join(folder, 'bun')).filter((path) => existsSync(path))
  return paths.find((path) => !path.includes('node_modules')) ?? null
}

/** @returns {string} as in `1.4.5`; empty where it does not tell. */
function versionOf(path) {
  const { stdout } = spawnSync(path, ['--version'], { encoding: 'utf8', timeout: VERSION_MS_MAX })
  return /^\d+\.\d+\.\d+/.exec(stdout ?? '')?.[0] ?? ''
}

function isNewEnough(version) {
  const numbers = (text) => text.replace('>=', '').split('.').map(Number)
  const [found, needed] = [numbers(version), numbers(NEEDED)]
  const at = needed.findIndex((number, index) => number !== found[index])
  return at === -1 || found[at] > needed[at]
}

/** @returns {string} the path of a Bun that can be started; throws where there is none. */
function findBun() {
  const packaged = bunOfPackage()
  if (packaged !== null) return packaged
  const needed = NEEDED.replace('>=', '')
  const system = `${process.platform} ${process.arch}`
  const why = `the npm package "bun" has no program for ${system} here (was it installed with --omit=optional, or on another system?)`
  const found = bunOfPath()
  if (found === null) {
    throw new Error(
      `framegate needs Bun ${needed} or later: ${why}, and there is no bun in the PATH. Run "npm install" again on this system, or install Bun from https://bun.sh.`,
    )
  }
  const version = versionOf(found)
  if (version !== '' && isNewEnough(version)) return found
  const what = version === '' ? `${found} does not tell its version` : `${found} is Bun ${version}`
  throw new Error(
    `framegate needs Bun ${needed} or later: ${why}, and ${what}. Run "bun upgrade", or install a new one from https://bun.sh.`,
  )
}

/** Becomes Bun, as far as Node can: same streams, signals handed on, same exit code. */
export function runBun(args) {
  let bun
  try {
    bun = findBun()
  } catch (error) {
    console.error(error.message)
    process.exit(NOTHING_RAN)
  }
  const child = spawn(bun, args, { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  endWithNpm(child)
  child.on('error', (error) => {
    console.error(`framegate: Bun could not be started: ${error.message}`)
    process.exit(NOTHING_RAN)
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
