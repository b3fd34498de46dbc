/** From names and options to subjects: what is started, spoken to, and expected of it. */
import { fileURLToPath } from 'node:url'
import type { SubjectTraits } from '../conformance/case.ts'
import type { Ledger } from '../conformance/ledger.ts'
import type { SubjectRecord } from '../conformance/result.ts'
import type { Target } from '../conformance/run.ts'
import { type Implementation, SERVICES } from '../impl/contract.ts'
import { findImplementation, IMPLEMENTATIONS } from '../impl/registry.ts'
import { transportOf } from '../impl/serve.ts'
import type { Transport } from '../posix/address.ts'
import { parseFraming } from '../wire/registry.ts'
import { configuredSubjects } from './config.ts'
import { UsageError } from './errors.ts'
import type { ExchangesOption } from './exchanges.ts'
import { foreignSubject } from './foreign-subject.ts'
import { ledgerFor, ledgerOf } from './ledgers.ts'
import { type Asked, recordOf, traitsFor } from './subject-traits.ts'

export interface SubjectOptions {
  exec?: string
  connect?: string
  readyPattern?: string
  framing?: string
  requestFraming?: string
  responseFraming?: string
  service?: string
  exchanges?: ExchangesOption
  maxFrame?: number
  name?: string
  ledger?: string
  transport?: string
  singleConnection?: boolean
  pipelining?: boolean
  /** The configuration, where it is not in the working directory. */
  config?: string
  /** The ledger is going to be written: it need not be there yet. */
  fixLedger?: boolean
  /** Set by the configuration alone: how a command line names the subject again. */
  configured?: string
  /** Where its command runs; of an implementation, the checkout that it is of. */
  folder?: string
}

export interface Subject {
  record: SubjectRecord
  target: Target
  traits: SubjectTraits
  ledger: Ledger | null
  /** The file that the ledger is in, or would be. */
  ledgerPath: string | null
  /** Options that name this subject again on a command line. */
  flags: string
  /** What the traits were made from: another process makes them again. */
  asked: Asked
  options: SubjectOptions
}

/** The command that runs one case over the subject again. */
export const reproOf = (flags: string) => (id: string, seed: number) =>
  `framegate conform ${flags} --case '${id}' --seed ${seed}`

/** Framings of an implementation that are meant by `--framing all`. */
const ALL = 'all'

/**
 * Throws UsageError or FramingOptionError when the options do not fit together. Without names and
 * options: what is configured, or every implementation where nothing is.
 */
export function resolveSubjects(names: readonly string[], options: SubjectOptions): Subject[] {
  // What a command says is nothing that the suite could know.
  const judged = SERVICES.filter((service) => service !== 'exec')
  const services = [...judged, 'exchanges', 'files']
  if (options.service && !services.includes(options.service)) {
    throw new UsageError(
      `There is no service "${options.service}". There are: ${judged.join(', ')}.`,
    )
  }
  const foreign = [options.exec, options.connect].filter((value) => value !== undefined)
  if (foreign.length + (names.length > 0 ? 1 : 0) > 1) {
    throw new UsageError('Name implementations, or give --exec, or give --connect: one of them.')
  }
  if (foreign.length > 0) return [foreignSubject(options)]
  const configured = configuredSubjects(options.config)
  if (names.length > 0) return names.flatMap((name) => subjectsNamed(name, configured, options))
  if (configured.length > 0) {
    return configured.flatMap(({ name }) => subjectsNamed(name!, configured, options))
  }
  return implementationsFor(options.framing).flatMap((one) => ourSubjects(one, options))
}

/** A framing was named and no server: those that are made for it. */
function implementationsFor(framing: string | undefined): readonly Implementation[] {
  if (framing === undefined || framing === ALL) return IMPLEMENTATIONS
  const { id } = parseFraming(framing)
  const made = IMPLEMENTATIONS.filter(({ framings }) => framings.includes(id))
  if (made.length > 0) return made
  throw new UsageError(
    `Which server? Say how yours is started: --exec './server {port}' --framing '${framing}'. ` +
      'No implementation of framegate is made for that framing.',
  )
}

/** A configured one, what the command line says being stronger; or one of ours. */
function subjectsNamed(
  name: string,
  configured: readonly SubjectOptions[],
  options: SubjectOptions,
): Subject[] {
  const found = configured.find((subject) => subject.name === name)
  if (!found) return ourSubjects(implementationNamed(name, configured), options)
  const given = Object.entries(options).filter(
    ([key, value]) => value !== undefined && !(key === 'pipelining' && value === true),
  )
  const stronger: SubjectOptions = Object.fromEntries(given)
  const more = flagsOf({ ...stronger, exec: '' })
  const framings = stronger.framing === undefined ? '' : ` --framing '${stronger.framing}'`
  const config = options.config === undefined ? '' : ` --config ${shellQuoted(options.config)}`
  const flags = `${shellQuoted(name)}${config}${framings}${more}`
  const rest =
    framings === '' ? found : { ...found, requestFraming: undefined, responseFraming: undefined }
  return [foreignSubject({ ...rest, ...stronger, configured: flags } as SubjectOptions)]
}

function implementationNamed(
  name: string,
  configured: readonly SubjectOptions[] = [],
): Implementation {
  const implementation = findImplementation(name)
  if (implementation) return implementation
  const known = [...configured.map(({ name }) => name!), ...IMPLEMENTATIONS.map(({ id }) => id)]
  throw new UsageError(
    `There is no implementation "${name}". There are: ${known.join(', ')}. For a server of your own use --exec or --connect.`,
  )
}

function ourSubjects(implementation: Implementation, options: SubjectOptions): Subject[] {
  const all = options.framing === ALL
  const framings = all ? implementation.framings : [options.framing ?? implementation.framings[0]]
  const meant = implementation.transport ?? transportOf(framings[0]!)
  const transport = parseTransport(options.transport) ?? meant
  const subjects = framings.map((framing) =>
    ourSubject(implementation, framing, transport, options),
  )
  // Framing is the same over both transports: one framing shows whether the other works.
  if (all && options.transport === undefined && transport === 'tcp') {
    subjects.push(ourSubject(implementation, implementation.framings[0], 'unix', options))
  }
  return subjects
}

function ourSubject(
  implementation: Implementation,
  framing: string,
  transport: Transport,
  options: SubjectOptions,
): Subject {
  const name = implementation.id
  // An echo over an unframed stream would hide what the server took for a message.
  const { service = options.service ?? (framing === 'raw' ? 'receipt' : 'echo') } = implementation
  const asked = {
    ...{ framing, responseFraming: framing, service, transport },
    ...{ started: true, ours: true },
  }
  const { singleConnection = options.singleConnection === true } = implementation
  const traits = traitsFor(asked, { ...options, singleConnection })
  const over = transport === 'unix' ? ' --transport unix' : ''
  const serve = { name, framing, service, messageBytesMax: options.maxFrame }
  const root = options.folder === undefined ? {} : { root: options.folder }
  return {
    record: recordOf(name, asked, traits, options),
    target: { kind: 'started', spec: { kind: 'implementation', serve, transport, ...root } },
    traits,
    ledger: ledgerFor(options) ?? ledgerOf(implementation),
    ledgerPath: options.ledger ?? (implementation.ledger && fileURLToPath(implementation.ledger)),
    flags: `${name} --framing '${framing}'${over}${flagsOf(options)}`,
    asked,
    options: { ...options, singleConnection },
  }
}

/** The options that every kind of subject may have been given. */
export function flagsOf(options: SubjectOptions): string {
  const { maxFrame, service, readyPattern, ledger, exchanges, transport } = options
  const isPlain = options.exec === undefined && options.connect === undefined
  const given: readonly (readonly [string, string | undefined])[] = [
    ['--max-frame', maxFrame === undefined ? undefined : String(maxFrame)],
    ['--service', exchanges === undefined ? service : undefined],
    ['--ready-pattern', readyPattern === undefined ? undefined : shellQuoted(readyPattern)],
    ['--exchanges', typeof exchanges === 'string' ? shellQuoted(exchanges) : undefined],
    ['--transport', isPlain ? undefined : transport],
    ['--ledger', ledger === undefined ? undefined : shellQuoted(ledger)],
  ]
  const told = given.filter(([, value]) => value !== undefined)
  return [
    ...told.map(([flag, value]) => ` ${flag} ${value}`),
    options.singleConnection ? ' --single-connection' : '',
    options.pipelining === false ? ' --no-pipelining' : '',
  ].join('')
}

export function parseTransport(text: string | undefined): Transport | null {
  if (text === undefined) return null
  if (text === 'tcp' || text === 'unix' || text === 'udp') return text
  throw new UsageError(`There is no transport "${text}". There are: tcp, udp, unix.`)
}

/** Safe in a POSIX shell. */
export const shellQuoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`
