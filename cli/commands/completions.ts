/** `framegate completions SHELL`: a script by which the shell completes what is typed. */
import { bashCompletions, zshCompletions } from '../completions/bash.ts'
import { fishCompletions } from '../completions/fish.ts'
import { commandWords } from '../completions/words.ts'
import { print } from '../console.ts'
import { UsageError } from '../errors.ts'
import { EXIT } from '../exit-codes.ts'
import type { AddCommand } from './registry.ts'

const SHELLS = new Map([
  ['bash', bashCompletions],
  ['zsh', zshCompletions],
  ['fish', fishCompletions],
])

export const addCompletions: AddCommand = (program, end) => {
  program
    .command('completions')
    .description('a script that completes commands, options, cases and names in a shell')
    .argument('<shell>', [...SHELLS.keys()].join(', '))
    .addHelpText('after', HELP)
    .action((shell: string) => {
      const render = SHELLS.get(shell)
      if (!render) {
        const known = [...SHELLS.keys()].join(', ')
        throw new UsageError(`There are no completions for "${shell}". There are: ${known}.`)
      }
      print(render(commandWords(program)).trimEnd())
      end(EXIT.ok)
    })
}

const HELP = `
Examples:
  framegate completions bash
  framegate completions zsh
  framegate completions fish`
