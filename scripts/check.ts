/**
 * `npm run check`: types, lint with format, style and the reference, side by side. Changes nothing.
 * Exit code 1 if any of them fails.
 */
import { join } from 'node:path'

const ROOT = join(import.meta.dir, '..')

interface Check {
  name: string
  argv: readonly string[]
  /** What puts most of its failures right. */
  remedy: string
}

const bin = (name: string): string => join(ROOT, 'node_modules/.bin', name)

const CHECKS: readonly Check[] = [
  { name: 'types', argv: [bin('tsc'), '--noEmit'], remedy: 'the message says where' },
  {
    name: 'types of the page',
    argv: [bin('tsc'), '--noEmit', '-p', 'reports/html/browser'],
    remedy: 'the message says where',
  },
  {
    name: 'lint and format',
    argv: [bin('biome'), 'check', '--error-on-warnings', '.'],
    remedy: 'npx biome check --write .',
  },
  {
    name: 'style and reference',
    argv: [
      ...[process.execPath, 'test', './tidy.test.ts', './scripts/reference.test.ts'],
      ...['--only-failures', '--timeout=60000'],
    ],
    remedy: 'each message says what to do instead',
  },
]

/** Prints the outcome as soon as it is known, the output only where it failed. */
async function passes({ name, argv, remedy }: Check): Promise<boolean> {
  const started = performance.now()
  const run = Bun.spawn([...argv], { cwd: ROOT, stdin: 'ignore', stdout: 'pipe', stderr: 'pipe' })
  const [out, err, code] = await Promise.all([run.stdout.text(), run.stderr.text(), run.exited])
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  if (code === 0) {
    console.log(`ok      ${name} (${seconds} s)`)
    return true
  }
  console.log(`${out}${err}`.trimEnd())
  console.log(`FAILED  ${name} (${seconds} s); to mend it: ${remedy}`)
  return false
}

const outcomes = await Promise.all(CHECKS.map(passes))
process.exit(outcomes.every(Boolean) ? 0 : 1)
