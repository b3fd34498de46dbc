/** Every command and option, as `--help` tells them. */
import type { Command } from 'commander'
import { createProgram } from '../../cli/program.ts'

const COLUMNS = 100

const INTRO = `# Commands

Every command with its options: what \`framegate COMMAND --help\` prints. From a checkout it is
\`npm run -s framegate -- COMMAND\`. What the exit codes mean stands in the
[exit codes](../exit-codes.md).`

export function commandsReference(): string {
  const program = createProgram(() => {})
  const commands = program.commands.flatMap((command) => [command, ...command.commands])
  const list = commands.map((command) => {
    const name = nameOf(command)
    return `- [\`${name}\`](#${name.replaceAll(' ', '-')}): ${command.description()}`
  })
  const parts = [INTRO, list.join('\n'), ...[program, ...commands].map(section)]
  return `${parts.join('\n\n')}\n`
}

/** Of a command in another one both: `files put`. */
function nameOf(command: Command): string {
  const { parent } = command
  return parent?.parent ? `${parent.name()} ${command.name()}` : command.name()
}

function section(command: Command): string {
  const isProgram = command.parent === null
  const title = isProgram ? 'Without a command' : nameOf(command)
  return `## ${title}\n\n\`\`\`text\n${helpOf(command).trimEnd()}\n\`\`\``
}

/** As it is printed, examples and exit codes included. */
function helpOf(command: Command): string {
  let help = ''
  command.configureOutput({
    writeOut: (text) => {
      help += text
    },
    getOutHelpWidth: () => COLUMNS,
    getOutHasColors: () => false,
  })
  command.outputHelp()
  return help
}
