/** argv in, exit code out. The only place that catches everything and ends the process. */
import { CommanderError } from 'commander'
import { HarnessError } from '../harness/errors.ts'
import { ServeStartError, ServeUsageError } from '../impl/serve.ts'
import { FramingOptionError } from '../wire/options.ts'
import { bunProblem } from './bun-version.ts'
import { warn } from './console.ts'
import { NothingRanError, UsageError } from './errors.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'
import { watchForInterrupts } from './interrupt.ts'
import { createProgram } from './program.ts'

export async function main(argv: readonly string[]): Promise<ExitCode> {
  const problem = bunProblem()
  if (problem !== null) {
    warn(problem)
    return EXIT.nothingRan
  }
  let code: ExitCode = EXIT.ok
  const program = createProgram((ended) => {
    code = ended
  })
  try {
    await program.parseAsync([...argv], { from: 'user' })
    return code
  } catch (error) {
    return explain(error)
  }
}

/** What went wrong, for a person, and the exit code for a program. */
function explain(error: unknown): ExitCode {
  if (error instanceof CommanderError) {
    // Commander has printed its message; help and version are not errors.
    return error.exitCode === 0 ? EXIT.ok : EXIT.usage
  }
  const { message, stack } = error as Error
  if (error instanceof UsageError || error instanceof FramingOptionError) {
    warn(`framegate: ${message}`)
    return EXIT.usage
  }
  if (error instanceof ServeUsageError) {
    warn(`framegate: ${message}`)
    return EXIT.usage
  }
  if (error instanceof HarnessError && error.code === 'interrupted') {
    warn(`framegate: ${message}`)
    return EXIT.interrupted
  }
  const notStarted = error instanceof HarnessError || error instanceof ServeStartError
  if (notStarted || error instanceof NothingRanError) {
    warn(`framegate: ${message}`)
    return EXIT.nothingRan
  }
  warn(`framegate: an error of framegate itself, please report it.\n${stack ?? message}`)
  return EXIT.nothingRan
}

if (import.meta.main) {
  watchForInterrupts()
  const code = await main(process.argv.slice(2))
  process.exit(code)
}
