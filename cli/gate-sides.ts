/** Who is base and who is head: two commands, or one command in two checkouts. */
import { existsSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { withCheckout } from './checkout.ts'
import { UsageError } from './errors.ts'
import { resolveSubjects, type Subject, type SubjectOptions, shellQuoted } from './subjects.ts'

export interface SideOptions {
  exec?: string
  baseExec?: string
  headExec?: string
  base?: string
  baseRef?: string
  setup?: string
  framing?: string
  maxFrame?: number
  readyPattern?: string
  /** Base is the yardstick, which stands for what a report calls `baseName`. */
  usesYardstick?: boolean
  baseName?: string
}

/** The built-in server that subjects of different runs are measured against. */
const YARDSTICK = 'length-prefixed'
const YARDSTICK_FRAMING = 'u32be'

export interface Sides {
  base: Subject
  head: Subject
  /** As a report names them. */
  baseName: string
  headName: string
}

/** Runs `use` with both; what was made for it (a checkout) is gone afterwards, in every case. */
export async function withSides<T>(
  options: SideOptions,
  use: (sides: Sides) => Promise<T>,
): Promise<T> {
  const command = options.headExec ?? options.exec
  if (command === undefined) {
    throw new UsageError("Say how head is started, for example --head-exec './server {port}'.")
  }
  const head = subjectOf('head', command, options)
  if ([options.base, options.baseRef].filter((value) => value !== undefined).length > 1) {
    throw new UsageError('Give --base DIR or --base-ref REF: one of them.')
  }
  if (options.usesYardstick) {
    const base = resolveSubjects([YARDSTICK], { framing: YARDSTICK_FRAMING })[0]!
    return use({ base, head, baseName: options.baseName ?? YARDSTICK, headName: command })
  }
  const baseCommand = options.baseExec ?? command
  const inFolder = (folder: string) =>
    subjectOf('base', `cd ${shellQuoted(folder)} || exit 1\n${baseCommand}`, options)
  if (options.base !== undefined) {
    const folder = folderNamed(options.base)
    const names = { baseName: `${baseCommand} in ${options.base}`, headName: command }
    return use({ base: inFolder(folder), head, ...names })
  }
  const { baseRef, setup } = options
  if (baseRef !== undefined) {
    return withCheckout({ ref: baseRef, ...(setup !== undefined && { setup }) }, (folder) => {
      const names = { baseName: `${baseCommand} at ${baseRef}`, headName: command }
      return use({ base: inFolder(folder), head, ...names })
    })
  }
  if (options.baseExec === undefined) {
    const ways = '--base-exec CMD, --base DIR, --base-ref REF or --baseline FILE'
    throw new UsageError(`Say what head is compared with: ${ways}.`)
  }
  const base = subjectOf('base', options.baseExec, options)
  return use({ base, head, baseName: options.baseExec, headName: command })
}

function subjectOf(name: string, exec: string, options: SideOptions): Subject {
  const { framing, maxFrame, readyPattern } = options
  const given: SubjectOptions = {
    name,
    exec,
    ...(framing !== undefined && { framing }),
    ...(maxFrame !== undefined && { maxFrame }),
    ...(readyPattern !== undefined && { readyPattern }),
  }
  return resolveSubjects([], given)[0]!
}

function folderNamed(path: string): string {
  if (existsSync(path) && statSync(path).isDirectory()) return resolve(path)
  throw new UsageError(`--base ${path} is no folder. Give the folder of a checkout.`)
}
