/** A server that is not ours: started by a command, or running already. Throws UsageError. */
import type { Target } from '../conformance/run.ts'
import { SERVICES } from '../impl/contract.ts'
import { transportOf } from '../impl/serve.ts'
import { parseAddress, type Transport } from '../posix/address.ts'
import { UsageError } from './errors.ts'
import { ledgerFor } from './ledgers.ts'
import { recordOf, traitsFor } from './subject-traits.ts'
import {
  flagsOf,
  parseTransport,
  type Subject,
  type SubjectOptions,
  shellQuoted,
} from './subjects.ts'

/** The framing that a service of exchanges has in results. */
const EXCHANGES = 'exchanges'

export function foreignSubject(options: SubjectOptions): Subject {
  const { framing, responseFraming } = framingsOf(options)
  const transport = transportFor(options, framing)
  const target = foreignTarget(options, transport)
  const service = serviceOf(options)
  const started = target.kind === 'started'
  const asked = { framing, responseFraming, service, transport, started, ours: false }
  const traits = traitsFor(asked, options)
  const { exec, connect } = options
  return {
    record: recordOf(options.name ?? exec ?? connect!, asked, traits, options),
    target,
    traits,
    ledger: ledgerFor(options),
    ledgerPath: options.ledger ?? null,
    flags: options.configured ?? `${namedBy(options)}${flagsOf(options)}`,
    asked,
    options,
  }
}

/** Options that name it on a command line, its framings included. */
function namedBy({ exec, connect, framing, requestFraming, responseFraming }: SubjectOptions) {
  const what =
    exec === undefined ? `--connect ${shellQuoted(connect!)}` : `--exec ${shellQuoted(exec)}`
  const framings = Object.entries({ framing, requestFraming, responseFraming })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` --${name.replace('F', '-f')} '${value}'`)
  return `${what}${framings.join('')}`
}

function framingsOf(options: SubjectOptions): { framing: string; responseFraming: string } {
  const framing = options.requestFraming ?? options.framing
  const responseFraming = options.responseFraming ?? options.framing
  if (framing && responseFraming && ![framing, responseFraming].includes('all')) {
    return { framing, responseFraming }
  }
  const hint = '`framegate list framings` shows them.'
  if (framing || responseFraming) {
    const missing = framing ? '--response-framing' : '--request-framing'
    if (options.framing !== 'all') {
      throw new UsageError(`Say with ${missing} how the other direction is framed. ${hint}`)
    }
  }
  throw new UsageError(`Say which framing the server speaks, for example --framing u32be. ${hint}`)
}

function serviceOf({ service, exchanges }: SubjectOptions): string {
  if (exchanges === undefined) {
    if (service !== EXCHANGES) return service ?? 'echo'
    throw new UsageError('The service "exchanges" needs them: --exchanges FILE.')
  }
  if (service === undefined || service === EXCHANGES) return EXCHANGES
  throw new UsageError(
    `A server answers with a service (${SERVICES.join(', ')}) or with exchanges: one of them.`,
  )
}

function transportFor(options: SubjectOptions, framing: string): Transport {
  const { exec, connect } = options
  const isUnix = exec === undefined ? connect!.startsWith('unix:') : exec.includes('{path}')
  const told = parseTransport(options.transport)
  if (!isUnix) return told ?? transportOf(framing)
  if (told === null || told === 'unix') return 'unix'
  throw new UsageError(`The subject has the path of a Unix socket, and --transport ${told}.`)
}

function foreignTarget(options: SubjectOptions, transport: Transport): Target {
  const { exec, connect, readyPattern, folder } = options
  if (exec === undefined) return { kind: 'connect', address: addressOf(connect!, transport) }
  if (exec.trim() === '')
    throw new UsageError('--exec needs a command, for example "./server {port}".')
  const command = folder === undefined ? exec : `cd ${shellQuoted(folder)} || exit\n${exec}`
  return {
    kind: 'started',
    spec: { kind: 'exec', command, readyPattern: patternOf(readyPattern), transport },
  }
}

function addressOf(text: string, transport: Transport) {
  try {
    const address = parseAddress(text)
    // The framing says which it is where `HOST:PORT` alone does not.
    return address.transport === 'tcp' && transport === 'udp' ? { ...address, transport } : address
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

function patternOf(text: string | undefined): RegExp | null {
  if (text === undefined) return null
  try {
    return new RegExp(text, 'm')
  } catch (error) {
    throw new UsageError(`--ready-pattern is no regular expression: ${(error as Error).message}`)
  }
}
