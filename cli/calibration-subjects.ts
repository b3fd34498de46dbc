/** Servers that a calibration slows down by as much as it wants, and one of the user's own. */
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { UsageError } from './errors.ts'
import { shellQuoted } from './subjects.ts'

export interface CalibrationSubject {
  name: string
  framing: string
  /** How a page names it, wherever this checkout is. */
  shown: string
  /** Its command, with so much more work a message in it. */
  command(extraNs: number): string
}

const quotedPath = (url: URL): string => shellQuoted(fileURLToPath(url))
const BUN_FILE = quotedPath(new URL('../bench/gate/calibration/echo.ts', import.meta.url))
const PYTHON_FILE = quotedPath(new URL('../bench/gate/calibration/echo.py', import.meta.url))
const BUN_SHOWN = 'bun bench/gate/calibration/echo.ts'
const PYTHON_SHOWN = 'python3 bench/gate/calibration/echo.py'
const BUN_ECHO = `${shellQuoted(process.execPath)} ${BUN_FILE}`
const PYTHON_ECHO = `python3 ${PYTHON_FILE}`

interface Kind {
  program: string
  shown: string
  /** Of work a message, in base as well. */
  workNs: number
}

/** From the one whose launches differ most to the quietest. */
const KINDS: Readonly<Record<string, Kind>> = {
  'light-bun': { program: BUN_ECHO, shown: BUN_SHOWN, workNs: 0 },
  'working-bun': { program: BUN_ECHO, shown: BUN_SHOWN, workNs: 5_000 },
  python: { program: PYTHON_ECHO, shown: PYTHON_SHOWN, workNs: 0 },
}

/** By name; all that can run here when none is named. Throws UsageError for unknown names. */
export function calibrationSubjects(names: readonly string[]): CalibrationSubject[] {
  const there = Object.keys(KINDS).filter((name) => name !== 'python' || Bun.which('python3'))
  const chosen = names.length > 0 ? names : there
  return chosen.map((name) => {
    const kind = KINDS[name]
    if (kind && there.includes(name)) return subjectOf(name, kind)
    throw new UsageError(`There is no subject "${name}" here. There are: ${there.join(', ')}.`)
  })
}

function subjectOf(name: string, { program, shown, workNs }: Kind): CalibrationSubject {
  let nsPerStep = 0
  return {
    name,
    framing: 'u32be',
    shown: workNs === 0 ? shown : `${shown}, ${workNs / 1000} µs of work a message`,
    command(extraNs) {
      nsPerStep ||= Number(
        execFileSync('/bin/sh', ['-c', `${program} steps`], { encoding: 'utf8' }),
      )
      return `${program} {port} ${Math.round((workNs + extraNs) / nsPerStep)}`
    },
  }
}

/** One of the user's own. */
export const ownSubject = (exec: string, framing: string): CalibrationSubject => ({
  name: exec,
  framing,
  shown: exec,
  command: () => exec,
})
