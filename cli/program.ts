/** The command line as an object: to be parsed with, or to be asked what there is. */
import { Command } from 'commander'
import manifest from '../package.json' with { type: 'json' }
import { addCommands } from './commands/registry.ts'
import { configureConsole } from './console.ts'
import type { ExitCode } from './exit-codes.ts'

/** What a command ends with is handed to `end`; mistakes are thrown as CommanderError. */
export function createProgram(end: (code: ExitCode) => void): Command {
  const program = new Command('framegate')
    .description(manifest.description)
    .version(manifest.version)
    .option('--quiet', 'print results only, no progress')
    .option('--no-color', 'no colours (NO_COLOR is respected too)')
    .showHelpAfterError('(framegate --help shows what there is)')
    .hook('preAction', (_, action) => configureConsole(action.optsWithGlobals()))
    .exitOverride()
  addCommands(program, end)
  return program
}
