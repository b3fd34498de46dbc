/** What may be typed, read off the command line's own structure. */
import type { Command, Option } from 'commander'
import { SCENARIOS } from '../../bench/registry.ts'
import { CLIENT_CASES } from '../../conformance/clients/registry.ts'
import { ALL_CASES, CASES } from '../../conformance/registry.ts'
import { SERVICES } from '../../impl/contract.ts'
import { IMPLEMENTATIONS } from '../../impl/registry.ts'
import { FRAMING_USAGES } from '../../wire/registry.ts'

/** These words; or a file, a folder, or what nobody can know. */
export type Values = readonly string[] | 'file' | 'folder' | 'anything'

export interface OptionWords {
  flags: readonly string[]
  summary: string
  /** Null where it takes no value. */
  values: Values | null
}

export interface CommandWords {
  /** `conform`, or `files put`. */
  path: string
  summary: string
  options: readonly OptionWords[]
  arguments: Values
}

const idsOf = (list: readonly { id: string }[]): string[] => list.map(({ id }) => id)
const FRAMINGS = FRAMING_USAGES.map(({ example }) => example).filter((text) => !text.includes('?'))
const SUBJECTS = idsOf(IMPLEMENTATIONS)

/** By the option's long name; the rest goes by its placeholder. */
const OPTION_VALUES: Readonly<Record<string, readonly string[]>> = {
  '--framing': FRAMINGS,
  '--request-framing': FRAMINGS,
  '--response-framing': FRAMINGS,
  '--service': SERVICES,
  '--transport': ['tcp', 'udp', 'unix'],
  '--level': ['must', 'should', 'all'],
  '--scenario': idsOf(SCENARIOS),
  '--on-inconclusive': ['pass', 'fail'],
  '--head': SUBJECTS,
  '--base': SUBJECTS,
}

/** By command and argument; files where it is called so. */
const ARGUMENT_VALUES: Readonly<Record<string, readonly string[]>> = {
  names: SUBJECTS,
  'serve name': SUBJECTS,
  'explain id': idsOf(ALL_CASES),
  'list kind': ['implementations', 'framings', 'cases', 'scenarios'],
  'completions shell': ['bash', 'zsh', 'fish'],
}

/** Commands and the commands within them, each with all that it takes. */
export function commandWords(program: Command): CommandWords[] {
  const global = program.options.map((option) => optionWords(option, ''))
  const wordsOf = (command: Command, path: string): CommandWords[] => [
    {
      path,
      summary: command.description(),
      options: [...command.options.map((option) => optionWords(option, path)), ...global, HELP],
      arguments:
        command.commands.length > 0
          ? command.commands.map((within) => within.name())
          : argumentValues(command, path),
    },
    ...command.commands.flatMap((within) => wordsOf(within, `${path} ${within.name()}`)),
  ]
  return program.commands.flatMap((command) => wordsOf(command, command.name()))
}

const HELP: OptionWords = { flags: ['--help'], summary: 'what it does', values: null }

function optionWords(option: Option, path: string): OptionWords {
  const flags = [option.short, option.long].filter((flag) => flag != null)
  const values = option.required ? optionValues(option, path) : null
  return { flags, summary: option.description, values }
}

function optionValues({ long, flags }: Option, path: string): Values {
  if (long === '--case') return idsOf(path === 'conform-client' ? CLIENT_CASES : CASES)
  if (long === '--format')
    return path === 'report' ? ['md', 'html', 'junit'] : ['text', 'md', 'json']
  const known = OPTION_VALUES[long ?? '']
  if (known) return known
  if (flags.includes('<file>')) return 'file'
  return flags.includes('<dir>') ? 'folder' : 'anything'
}

function argumentValues(command: Command, path: string): Values {
  const names = command.registeredArguments.map((argument) => argument.name())
  const last = names.at(-1)
  if (last === undefined) return []
  const known = ARGUMENT_VALUES[`${path} ${last}`] ?? ARGUMENT_VALUES[last]
  if (known) return known
  return ['file', 'files', 'old', 'new'].includes(last) ? 'file' : 'anything'
}
