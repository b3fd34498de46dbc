/** `framegate bench --micro`: the codecs alone, beside packages that do the same. */
import { MICRO_FULL, MICRO_QUICK, type MicroExtents } from '../bench/micro/extents.ts'
import { MICRO_CASES } from '../bench/micro/registry.ts'
import { MICRO_SCHEMA, type MicroResult, type MicroRow } from '../bench/micro/result.ts'
import { runMicroCases } from '../bench/micro/run.ts'
import { detectEnvironment } from '../harness/environment.ts'
import { preflight } from '../harness/preflight.ts'
import manifest from '../package.json' with { type: 'json' }
import { renderMicroMarkdown } from '../reports/micro-markdown.ts'
import { BYTES_PER_SECOND, COUNT, quantity, range, size } from '../reports/units.ts'
import { log, print, styled } from './console.ts'
import { UsageError } from './errors.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'
import { writeFileWhole, writeJson } from './files.ts'
import { interrupted } from './interrupt.ts'
import { startProgress } from './progress.ts'

export interface MicroOptions {
  seed: number
  quick?: boolean
  json?: string
  md?: string
}

const versions: Readonly<Record<string, string>> = manifest.devDependencies

export async function runMicro(names: readonly string[], options: MicroOptions): Promise<ExitCode> {
  if (names.length > 0)
    throw new UsageError('--micro measures codecs, not servers: leave names out.')
  requirePackages()
  const environment = detectEnvironment(options.seed)
  for (const warning of await preflight()) log(`noisy machine: ${warning}`)
  const extents = options.quick ? MICRO_QUICK : MICRO_FULL
  const rows = await measureAll(extents)
  const { rounds } = extents
  const partial = interrupted.aborted
  const result: MicroResult = { schema: MICRO_SCHEMA, partial, environment, rounds, rows }
  if (options.json) writeJson(options.json, result)
  if (options.md) writeFileWhole(options.md, renderMicroMarkdown(result))
  for (const line of microLines(result)) print(line)
  return exitCodeOfMicro(result)
}

async function measureAll(extents: MicroExtents): Promise<MicroRow[]> {
  const contenders = MICRO_CASES.reduce((sum, { contenders }) => sum + contenders.length, 0)
  const progress = startProgress('micro', contenders * extents.rounds)
  try {
    return await runMicroCases({
      cases: MICRO_CASES,
      extents,
      versionOf: (name) => versions[name] ?? 'unknown',
      onProgress: ({ case: name, contender }) => progress.step(`${name}: ${contender}`),
      signal: interrupted,
    })
  } finally {
    progress.stop()
  }
}

/** The packages that are compared come with a checkout only. */
function requirePackages(): void {
  const peers = MICRO_CASES.flatMap(({ contenders }) => contenders.map(({ peer }) => peer))
  for (const name of new Set(['mitata', 'tinybench', ...peers])) {
    if (name === null || isInstalled(name)) continue
    throw new UsageError(
      `--micro needs ${name}, which is not installed: run it in a checkout, after npm ci.`,
    )
  }
}

function isInstalled(name: string): boolean {
  try {
    import.meta.resolve(name)
    return true
  } catch {
    return false
  }
}

/** Exit code 1 when a codec of framegate's own was wrong; a goal that is missed is only said. */
export function exitCodeOfMicro({ partial, rows }: MicroResult): ExitCode {
  if (partial) return EXIT.interrupted
  return rows.some(({ peer, wrong }) => peer === null && wrong !== null) ? EXIT.failed : EXIT.ok
}

/** A heading a case, a line a contender. */
export function microLines({ rows, partial }: MicroResult): string[] {
  const width = Math.max(0, ...rows.map(({ contender }) => contender.length))
  const lines = rows.flatMap((row, index) => {
    const { name, frameBytes, contender, targets } = row
    const isFirst = rows[index - 1]?.name !== name
    const heading = isFirst ? [styled('bold', `${name}: ${size(frameBytes)} messages`)] : []
    const goals = targets.map(({ met, text }) =>
      met ? styled('green', `goal reached: ${text}`) : styled('yellow', `goal missed: ${text}`),
    )
    const margin = ' '.repeat(width)
    return [
      ...heading,
      `  ${contender.padEnd(width)}  ${figures(row)}`,
      ...goals.map((goal) => `  ${margin}  ${goal}`),
    ]
  })
  return partial ? [...lines, styled('yellow', 'Interrupted: these results are not all.')] : lines
}

function figures({
  wrong,
  framesPerSecond,
  bytesPerSecond,
  spread,
  ratioToPeer,
}: MicroRow): string {
  if (wrong !== null) return `${styled('red', 'no number')} (${wrong})`
  if (framesPerSecond === null || bytesPerSecond === null || spread === null) return 'not measured'
  return [
    `${quantity(framesPerSecond, COUNT)} msg/s`,
    `(${range(framesPerSecond, spread.low, spread.high, COUNT)})`,
    quantity(bytesPerSecond, BYTES_PER_SECOND),
    ...(ratioToPeer ? [`the first is ${quantity(ratioToPeer.value, COUNT)} × as fast`] : []),
  ].join('  ')
}
