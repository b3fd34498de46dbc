/** Completions for fish. */
import type { CommandWords, OptionWords, Values } from './words.ts'

const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`

/** The condition under which a line holds: this command and no other was typed. */
function within(path: string): string {
  const seen = path.split(' ').map((name) => `__fish_seen_subcommand_from ${name}`)
  return quoted(seen.join('; and '))
}

/** `-x`: these and no files. Folders are files that fish tells apart itself. */
function valuesOf(values: Values): string {
  if (values === 'file' || values === 'folder') return '-r -F'
  return values === 'anything' ? '-x' : `-x -a ${quoted(values.join(' '))}`
}

function optionLine(path: string, { flags, summary, values }: OptionWords): string {
  const named = flags.map((flag) =>
    flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`,
  )
  const takes = values === null ? '' : ` ${valuesOf(values)}`
  return `complete -c framegate -n ${within(path)} ${named.join(' ')}${takes} -d ${quoted(summary)}`
}

function linesOf({ path, summary, options, arguments: operands }: CommandWords): string[] {
  const words = path.split(' ')
  const start = words.length === 1 ? '__fish_use_subcommand' : null
  const name = start ? [`complete -c framegate -n ${start} -a ${path} -d ${quoted(summary)}`] : []
  const isList = typeof operands !== 'string' && operands.length > 0
  const given = isList ? [` -a ${quoted(operands.join(' '))}`] : operands === 'file' ? [' -F'] : []
  return [
    ...name,
    ...given.map((what) => `complete -c framegate -n ${within(path)}${what}`),
    ...options.map((option) => optionLine(path, option)),
  ]
}

export const fishCompletions = (commands: readonly CommandWords[]): string =>
  `# framegate completions; put them in ~/.config/fish/completions/framegate.fish
complete -c framegate -f
${commands.flatMap(linesOf).join('\n')}
`
