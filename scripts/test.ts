/**
 * `npm test`: `bun test` with its usual output, and behind it one plain line, `N passed, N failed`.
 * Arguments are handed on: `npm test -- wire`.
 *
 * Exit code 0 when tests ran and all passed, 1 when something failed, 4 when nothing ran.
 */
import { countTests } from './bun-summary.ts'

/** What was written before the end is read within this time. */
const READ_MS_MAX = 500

const isTerminal = process.stderr.isTTY && !process.env.NO_COLOR

/** One slow socket must not hang CI; a test that needs longer says so itself. */
const TEST_MS_MAX = 60_000

const argv = [process.execPath, 'test', `--timeout=${TEST_MS_MAX}`, ...process.argv.slice(2)]
const run = Bun.spawn(argv, {
  stdin: 'ignore',
  stdout: 'inherit',
  stderr: 'pipe',
  // Bun writes to a pipe without colours, unless it is told that they will be seen.
  env: isTerminal ? { ...process.env, FORCE_COLOR: '1' } : process.env,
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => run.kill(signal))
}

const reader = run.stderr.getReader()
// A program that a test left behind may hold the pipe open: it is not waited for.
void run.exited.then(() => setTimeout(() => reader.cancel(), READ_MS_MAX))

const decoder = new TextDecoder()
let output = ''
for (let next = await reader.read(); !next.done; next = await reader.read()) {
  process.stderr.write(next.value)
  output += decoder.decode(next.value, { stream: true })
}
const exitCode = await run.exited
const { passed, failed } = countTests(output, exitCode)
// The line before may be without its line feed.
console.log(`\n${passed} passed, ${failed} failed`)
if (failed > 0) process.exit(1)
process.exit(passed > 0 ? 0 : 4)
