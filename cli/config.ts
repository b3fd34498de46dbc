/** Reads `framegate.config.ts`: subjects and settings, so that command lines stay short. */
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, resolve } from 'node:path'
import * as v from 'valibot'
import { findImplementation } from '../impl/registry.ts'
import { parseSize } from '../wire/options.ts'
import { Config, type FramegateConfig, Subject, type SubjectSettings } from './config-schema.ts'
import { UsageError } from './errors.ts'
import type { SubjectOptions } from './subjects.ts'

export const CONFIG_FILE = 'framegate.config.ts'
const load = createRequire(import.meta.url)

/** The file that was named, or the one in the working directory; nothing when there is none. */
function readConfig(named?: string): FramegateConfig & { folder: string } {
  const path = resolve(named ?? CONFIG_FILE)
  if (!existsSync(path)) {
    if (named === undefined) return { folder: dirname(path) }
    throw new UsageError(`There is no configuration ${named}.`)
  }
  const shown = named ?? CONFIG_FILE
  const parsed = v.safeParse(Config, moduleAt(path, shown))
  if (parsed.success) return { ...parsed.output, folder: dirname(path) }
  throw new UsageError(`${shown} is wrong at ${described(parsed.issues[0])}`)
}

/** Settings of the gate, as they could have been typed. */
export const configuredGate = (): NonNullable<FramegateConfig['gate']> => readConfig().gate ?? {}

/** Subjects of the configuration, as options that could have been typed. */
export function configuredSubjects(named?: string): SubjectOptions[] {
  const { subjects = [], folder } = readConfig(named)
  return subjects.map((subject) => optionsOf(subject, folder))
}

/** Settings of one subject that stand in no file, checked as if they did. Throws UsageError. */
export function checkedSubject(settings: unknown): SubjectOptions {
  const parsed = v.safeParse(Subject, settings)
  if (parsed.success) return optionsOf(parsed.output, process.cwd())
  throw new UsageError(`The subject is wrong at ${described(parsed.issues[0], 'subjects.')}`)
}

function optionsOf(subject: SubjectSettings, folder: string): SubjectOptions {
  const { name, maxFrame, ledger, exchanges } = subject
  if (findImplementation(name)) {
    throw new UsageError(
      `The configured subject "${name}" has the name of an implementation of framegate: ` +
        'choose another.',
    )
  }
  const isElsewhere = folder !== process.cwd()
  return {
    ...subject,
    ...(maxFrame === undefined ? {} : { maxFrame: bytesOf(maxFrame) }),
    ...(ledger === undefined ? {} : { ledger: resolve(folder, ledger) }),
    ...(typeof exchanges === 'string' ? { exchanges: resolve(folder, exchanges) } : {}),
    ...(isElsewhere ? { folder } : {}),
  } as SubjectOptions
}

const bytesOf = (size: number | string): number =>
  typeof size === 'number' ? size : parseSize(size)

/** Bun tells of mistakes in the text one by one, with where they are; the first causes the rest. */
function reasonOf(error: unknown): string {
  const [first] = error instanceof AggregateError ? error.errors : [error]
  const { message, position } = first as Partial<BuildMessage> & Error
  if (!position) return message
  return `${message}, line ${position.line}, column ${position.column}:\n${position.lineText}`
}

function moduleAt(path: string, shown: string): unknown {
  try {
    const found = load(path) as { default?: unknown }
    if (found.default !== undefined) return found.default
  } catch (error) {
    throw new UsageError(`${shown} could not be read: ${reasonOf(error)}`)
  }
  throw new UsageError(`${shown} has no default export: \`export default defineConfig({ … })\`.`)
}

/** `subjects.0.maxFrame: a size is …`, with what is allowed. */
function described(issue: v.BaseIssue<unknown>, within = ''): string {
  const where = v.getDotPath(issue) ?? 'its top'
  const isUnknown = issue.type === 'strict_object' && issue.expected === 'never'
  if (!isUnknown) return `${where}: ${issue.message}.`
  return `${where}: there is no such setting. There are: ${settingsAt(`${within}${where}`).join(', ')}.`
}

/** The settings that are known where an unknown one stands. */
function settingsAt(path: string): string[] {
  const known = path.startsWith('subjects.') ? subjectEntries() : gateOrTop(path)
  return Object.keys(known)
}

const subjectEntries = () => Config.entries.subjects.wrapped.pipe[0].item.entries

const gateOrTop = (path: string) =>
  path.startsWith('gate.') ? Config.entries.gate.wrapped.entries : Config.entries
