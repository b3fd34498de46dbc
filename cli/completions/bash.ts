/** Completions for bash; zsh takes the same through its bashcompinit. */
import type { CommandWords, Values } from './words.ts'

const quoted = (words: readonly string[]): string => `'${words.join(' ')}'`

/** What completes a word of such values. */
function completing(values: Values): string {
  if (values === 'anything') return 'return'
  if (values === 'file') return '_framegate_paths -f; return'
  if (values === 'folder') return '_framegate_paths -d; return'
  return `words=${quoted(values)}`
}

function caseOf({ path, options, arguments: operands }: CommandWords): string {
  const valued = options.flatMap(({ flags, values }) =>
    values === null ? [] : [`      ${flags.join('|')}) ${completing(values)} ;;`],
  )
  const flags = options.flatMap((option) => option.flags)
  return `    ${quoted([path])}) case $previous in
${valued.join('\n')}
      *) case $word in -*) words=${quoted(flags)} ;; *) ${completing(operands)} ;; esac ;;
    esac ;;`
}

export function bashCompletions(commands: readonly CommandWords[]): string {
  const top = commands.map(({ path }) => path).filter((path) => !path.includes(' '))
  const nested = commands.map(({ path }) => path).filter((path) => path.includes(' '))
  const inner = nested.map((path) => `      ${quoted([path])}) command=$typed ;;`)
  return `# framegate completions; in ~/.bashrc: eval "$(framegate completions bash)"
_framegate_paths() {
  compopt -o filenames 2>/dev/null
  COMPREPLY=($(compgen "$1" -- "$word"))
}
_framegate() {
  local word=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]}
  local command='' typed='' words='' at
  COMPREPLY=()
  for ((at = 1; at < COMP_CWORD; at++)); do
    typed="\${command:+$command }\${COMP_WORDS[at]}"
    case $typed in
      ${top.join('|')}) command=$typed ;;
${inner.join('\n')}
    esac
  done
  case $command in
    '') words=${quoted([...top, '--help', '--version', '--quiet', '--no-color'])} ;;
${commands.map(caseOf).join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -F _framegate framegate
`
}

export const zshCompletions = (commands: readonly CommandWords[]): string =>
  `#compdef framegate
# framegate completions; in ~/.zshrc: eval "$(framegate completions zsh)"
autoload -U +X compinit && compinit -u
autoload -U +X bashcompinit && bashcompinit
${bashCompletions(commands).split('\n').slice(1).join('\n')}`
