/** Names that the gate is given: of implementations, of configured subjects, and folders. */
import { existsSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { findImplementation, IMPLEMENTATIONS } from '../impl/registry.ts'
import { keepsFiles, measurable } from './bench-run.ts'
import { CONFIG_FILE, configuredSubjects } from './config.ts'
import { UsageError } from './errors.ts'
import type { SideOptions } from './gate-sides.ts'
import { resolveSubjects, type Subject } from './subjects.ts'

export type BaseNamed = { kind: 'name'; name: string } | { kind: 'folder'; folder: string }

/** What nobody can take for a name. */
const PATH = /^(\.|\.\.|\.{0,2}\/.*)$/

/** What `--base` says. What could be either is refused: half of all readers would be wrong. */
export function baseNamed(text: string): BaseNamed {
  const folder = resolve(text)
  const isName = !PATH.test(text) && isSubject(text)
  const isFolder = existsSync(folder) && statSync(folder).isDirectory()
  if (isName && isFolder) {
    throw new UsageError(
      `--base ${text} is the name of a subject and a folder here: write ./${text} for the folder, ` +
        'and run in another folder for the subject.',
    )
  }
  if (isName) return { kind: 'name', name: text }
  if (isFolder) return { kind: 'folder', folder }
  const what = existsSync(folder) ? 'is a file' : 'does not exist'
  throw new UsageError(`--base ${text} is no subject and no folder: ${folder} ${what}. ${known()}`)
}

/** `folder`: the checkout that it is run from, if it is not the one here. */
export function subjectNamed(name: string, options: SideOptions, folder?: string): Subject {
  const { framing, maxFrame, readyPattern } = options
  if (!isSubject(name)) throw new UsageError(`--head ${name} is no subject. ${known()}`)
  if (findImplementation(name)) mustBeCheckout(name, folder)
  const subjects = resolveSubjects([name], {
    ...(framing !== undefined && { framing }),
    ...(maxFrame !== undefined && { maxFrame }),
    ...(readyPattern !== undefined && { readyPattern }),
    ...(folder !== undefined && { folder }),
  })
  if (subjects.some(keepsFiles))
    throw new UsageError(`The gate cannot load ${name}: it keeps files.`)
  const [subject, ...more] = measurable(subjects, [name], [])
  if (more.length > 0) throw new UsageError('The gate takes one framing, not all of them.')
  if (subject!.target.kind === 'started') return subject!
  throw new UsageError(
    `The gate starts its subjects itself, many times: ${name} has to be configured with exec, ` +
      'not with connect.',
  )
}

const isSubject = (name: string): boolean =>
  findImplementation(name) !== undefined || configuredNames().includes(name)

const configuredNames = (): string[] => configuredSubjects().map(({ name }) => name!)

function known(): string {
  const names = configuredNames()
  const configured = existsSync(CONFIG_FILE)
    ? `${CONFIG_FILE} has ${names.join(', ') || 'no subjects'}`
    : `there is no ${CONFIG_FILE} here`
  const ours = IMPLEMENTATIONS.map(({ id }) => id).join(', ')
  return `Implementations are: ${ours}; ${configured}. A command is given with --head-exec or --base-exec.`
}

function mustBeCheckout(name: string, folder: string | undefined): void {
  if (folder === undefined || existsSync(join(folder, 'impl/serve.ts'))) return
  throw new UsageError(
    `${name} is an implementation of framegate, and base is no checkout of framegate: ` +
      `${join(folder, 'impl/serve.ts')} is not there.`,
  )
}
