import type { Command } from 'commander'

export const SHELLS = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof SHELLS)[number]

interface Words {
  /** Commands up to here, e.g. `sources get`; empty at the top. */
  readonly path: string
  readonly words: readonly string[]
}

/** What may follow each command: its subcommands and long options. */
export const listWords = (command: Command, path: readonly string[] = []): readonly Words[] => {
  const names = command.commands.map((sub) => sub.name())
  const options = command.options.filter(({ hidden, long }) => !hidden && long !== undefined).map(({ long }) => long ?? '')
  const own = { path: path.join(' '), words: [...names, ...options, '--help'] }
  return [own, ...command.commands.flatMap((sub) => listWords(sub, [...path, sub.name()]))]
}

/** A script that completes commands and options; made from the commands themselves, so that it cannot fall behind. */
export const toCompletion = (shell: Shell, program: Command): string => {
  const words = listWords(program)
  return shell === 'fish' ? toFish(words) : toBash(words, shell)
}

// zsh runs the same function by its emulation of bash's completion.
const toBash = (
  all: readonly Words[],
  shell: 'bash' | 'zsh',
): string => `${shell === 'zsh' ? 'autoload -U +X bashcompinit && bashcompinit\n' : ''}_inlet() {
  local word path="" current="\${COMP_WORDS[COMP_CWORD]}"
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "\${path:+$path }$word" in
${all
  .filter(({ path }) => path !== '')
  .map(({ path }) => `      "${path}") path="${path}" ;;`)
  .join('\n')}
    esac
  done
  local words=""
  case "$path" in
${all.map(({ path, words }) => `    "${path}") words="${words.join(' ')}" ;;`).join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _inlet inlet`

const toFish = (all: readonly Words[]): string =>
  all
    .flatMap(({ path, words }) => {
      const parts = path.split(' ').filter((part) => part !== '')
      const condition = parts.length === 0 ? '__fish_use_subcommand' : parts.map((part) => `__fish_seen_subcommand_from ${part}`).join('; and ')
      return words.map((word) => `complete -c inlet -n '${condition}' ${word.startsWith('--') ? `-l ${word.slice(2)}` : `-f -a ${word}`}`)
    })
    .join('\n')
