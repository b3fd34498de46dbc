/** Options that several commands share, and how their values are read. */
import type { Command } from 'commander'
import type { Shard } from '../conformance/shard.ts'
import { freshSeed } from '../harness/random.ts'
import { type Address, parseAddress } from '../posix/address.ts'
import { parseSize } from '../wire/options.ts'
import { UsageError } from './errors.ts'

/** The same choices in every run, unless another seed is asked for. */
export const SEED_DEFAULT = 1

/** What names a subject, for every command that takes one. */
export function addSubjectOptions(command: Command): Command {
  command
    .option('--exec <command>', 'start this server, {port} replaced')
    .option('--connect <address>', 'HOST:PORT or unix:/path of a running server')
  return addServerOptions(command).option(
    '--config <file>',
    'configured subjects (default framegate.config.ts, where it is)',
  )
}

/** What a server speaks and can do, however it is found. */
export function addServerOptions(command: Command): Command {
  return command
    .option('--ready-pattern <regex>', 'ready when its output matches, instead of when it listens')
    .option('--framing <framing>', 'as `framegate list framings` shows; "all" for implementations')
    .option('--request-framing <framing>', 'with --response-framing, where the two differ')
    .option('--response-framing <framing>', 'how the server frames its replies')
    .option('--service <service>', 'what the server answers: echo, upper, receipt or time')
    .option('--exchanges <file>', 'requests and replies of a server that does not echo, as JSON')
    .option(
      '--max-frame <size>',
      'largest message it promises to take (default 16MiB)',
      (text: string) => parseSize(text),
    )
    .option('--transport <transport>', 'tcp, unix or udp, where the rest does not say it')
    .option('--single-connection', 'it serves one connection at a time')
    .option('--no-pipelining', 'it takes a request only after the reply to the one before')
    .option('--name <name>', 'what to call it in reports')
}

/** How a run of the suite is made up, and where its result is written. */
export function addRunOptions(command: Command): Command {
  return command
    .option(
      '--seed <n>',
      'seed of every random choice; "random" for a fresh one',
      parseSeed,
      SEED_DEFAULT,
    )
    .option('--timeout-scale <x>', 'multiplies every deadline', positiveNumber, 1)
    .option('--json <file>', 'write the result as JSON')
    .option('--junit <file>', 'write the result as JUnit XML')
    .option('--md <file>', 'write the result as Markdown')
    .option('--html <file>', 'one page; what did not pass opens with the bytes of both directions')
    .option('--trace <dir>', 'files with both directions for each case that did not pass')
    .option('--trace-all', 'with --trace or --html: for each case that passed too')
}

/** A repeatable option. */
export const collect = (value: string, before: string[]): string[] => [...before, value]

export function positiveInteger(text: string): number {
  const value = Number(text)
  if (Number.isSafeInteger(value) && value > 0) return value
  throw new UsageError(`"${text}" is no positive whole number.`)
}

export function positiveNumber(text: string): number {
  const value = Number(text)
  if (Number.isFinite(value) && value > 0) return value
  throw new UsageError(`"${text}" is no positive number.`)
}

export function parseSeed(text: string): number {
  if (text === 'random') return freshSeed()
  const value = Number(text)
  if (Number.isSafeInteger(value) && value >= 0 && value < 2 ** 32) return value
  throw new UsageError(`"${text}" is no seed: a whole number below 4294967296, or "random".`)
}

/** `2/3`: the second of three parts. */
export function parseShard(text: string): Shard {
  const [, index, count] = /^(\d+)\/(\d+)$/.exec(text)?.map(Number) ?? []
  if (index && count && index <= count) return { index, count }
  throw new UsageError(`"${text}" is no shard: write 2/3 for the second of three.`)
}

const UNIT_MS = { ms: 1, s: 1_000, m: 60_000 } as const

/** `500ms`, `10s`, `2m`, or seconds without a unit; in milliseconds. */
export function parseDuration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m)?$/.exec(text)
  const value = Number(match?.[1]) * UNIT_MS[(match?.[2] ?? 's') as keyof typeof UNIT_MS]
  if (value > 0 && value < 2 ** 31) return value
  throw new UsageError(`"${text}" is no duration. Write 500ms, 10s or 2m.`)
}

/** `3%` or `0.03`: more than nothing, less than all. */
export function parseShare(text: string): number {
  const isPercent = text.trim().endsWith('%')
  const number = Number(isPercent ? text.trim().slice(0, -1).trim() || Number.NaN : text)
  const share = isPercent ? number / 100 : number
  if (share > 0 && share < 1) return share
  throw new UsageError(`"${text}" is no share: for example 3% or 0.03.`)
}

/** `HOST:PORT`, UDP whether it says so or not. */
export function parseClock(text: string): Extract<Address, { host: string }> {
  try {
    const address = parseAddress(text)
    if (address.transport !== 'unix') return { ...address, transport: 'udp' }
  } catch {
    // Told below, in the words of this option.
  }
  throw new UsageError(`"${text}" is no clock: write HOST:PORT, as 10.0.0.5:7123.`)
}

/** RFC 3339, with its zone: `2026-05-01T12:00:00Z`. Milliseconds since 1970. */
export function parseMoment(text: string): number {
  const isWhole = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i.test(text)
  const ms = isWhole ? Date.parse(text.toUpperCase()) : Number.NaN
  if (Number.isFinite(ms)) return ms
  throw new UsageError(`"${text}" is no time: write 2026-05-01T12:00:00Z, with a zone.`)
}
