/** Who is base and who is head: two of commands and names, or one of them in two checkouts. */
import { withCheckout } from './checkout.ts'
import { UsageError } from './errors.ts'
import { baseNamed, subjectNamed } from './gate-names.ts'
import { resolveSubjects, type Subject, type SubjectOptions } from './subjects.ts'

export interface SideOptions {
  exec?: string
  baseExec?: string
  headExec?: string
  /** The name of an implementation or of a configured subject. */
  head?: string
  /** Such a name, or a folder. */
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

/** How a side is started: here, or in another checkout. */
interface Start {
  label: string
  subject(folder?: string): Subject
}

/** Runs `use` with both; what was made for it (a checkout) is gone afterwards, in every case. */
export async function withSides<T>(
  options: SideOptions,
  use: (sides: Sides) => Promise<T>,
): Promise<T> {
  const start = headOf(options)
  const head = start.subject()
  const headName = start.label
  onlyOne({ '--base NAME or DIR': options.base, '--base-ref REF': options.baseRef })
  if (options.usesYardstick) {
    const base = resolveSubjects([YARDSTICK], { framing: YARDSTICK_FRAMING })[0]!
    return use({ base, head, baseName: options.baseName ?? YARDSTICK, headName })
  }
  const { base: asked, baseRef, baseExec, setup } = options
  const named = asked === undefined ? null : baseNamed(asked)
  if (named?.kind === 'name') {
    onlyOne({ '--base NAME': asked, '--base-exec CMD': baseExec })
    return use({ base: subjectNamed(named.name, options), head, baseName: named.name, headName })
  }
  const other = baseExec === undefined ? start : commandStart('base', baseExec, options)
  if (named !== null) {
    const baseName = `${other.label} in ${asked}`
    return use({ base: other.subject(named.folder), head, baseName, headName })
  }
  if (baseRef !== undefined) {
    return withCheckout({ ref: baseRef, ...(setup !== undefined && { setup }) }, (folder) => {
      const baseName = `${other.label} at ${baseRef}`
      return use({ base: other.subject(folder), head, baseName, headName })
    })
  }
  if (baseExec === undefined) {
    const ways = '--base NAME, --base DIR, --base-exec CMD, --base-ref REF or --baseline FILE'
    throw new UsageError(`Say what head is compared with: ${ways}.`)
  }
  return use({ base: other.subject(), head, baseName: other.label, headName })
}

function headOf(options: SideOptions): Start {
  const { head, headExec, exec } = options
  onlyOne({ '--head NAME': head, '--head-exec CMD': headExec, '--exec CMD': exec })
  if (head !== undefined) {
    return { label: head, subject: (folder) => subjectNamed(head, options, folder) }
  }
  const command = headExec ?? exec
  if (command !== undefined) return commandStart('head', command, options)
  throw new UsageError("Say how head is started: --head-exec './server {port}', or --head NAME.")
}

function commandStart(name: string, exec: string, options: SideOptions): Start {
  const { framing, maxFrame, readyPattern } = options
  const given: SubjectOptions = {
    name,
    exec,
    ...(framing !== undefined && { framing }),
    ...(maxFrame !== undefined && { maxFrame }),
    ...(readyPattern !== undefined && { readyPattern }),
  }
  const subject = (folder?: string): Subject =>
    resolveSubjects([], folder === undefined ? given : { ...given, folder })[0]!
  return { label: exec, subject }
}

function onlyOne(given: Readonly<Record<string, string | undefined>>): void {
  const named = Object.keys(given).filter((name) => given[name] !== undefined)
  if (named.length > 1) throw new UsageError(`Give ${named.join(' or ')}: one of them.`)
}
