import type { Command } from 'commander'

export const SHELLS = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof SHELLS)[number]

interface Words {
  /** Commands up to here, e.g. `sources get`; empty at the top. */
  readonly path: string
  readonly words: readonly string[]
  /** Values for options that take one of a few. */
  readonly values: readonly Values[]
}

interface Values {
  /** Its spellings, e.g. `-o` and `--output`. */
  readonly option: readonly string[]
  readonly choices: readonly string[]
}

/** Lists what may follow each command: its subcommands and long options. A noun alone lists, so it takes the options of its list. */
export const listWords = (command: Command, path: readonly string[] = []): readonly Words[] => {
  const names = command.commands.map((sub) => sub.name())
  const options = [command, ...command.commands.filter((sub) => sub.name() === 'list')]
    .flatMap((one) => one.options)
    .filter(({ hidden, long }) => !hidden && long !== undefined)
  const values = options.flatMap(({ short, long, argChoices }) =>
    argChoices === undefined ? [] : [{ option: [short, long].filter((name) => name !== undefined), choices: argChoices }],
  )
  const own = { path: path.join(' '), words: [...names, ...options.map(({ long }) => long ?? ''), '--help'], values }
  return [own, ...command.commands.flatMap((sub) => listWords(sub, [...path, sub.name()]))]
}

/** Returns a script that completes commands and options; generated from the commands themselves, so that it cannot go stale. */
export const toCompletion = (shell: Shell, program: Command): string => {
  const words = listWords(program)
  return shell === 'fish' ? toFish(words) : toBash(words, shell)
}

// zsh runs the same function through its emulation of bash completion.
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
  case "$path \${COMP_WORDS[COMP_CWORD-1]}" in
${valueLines(all).join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _inlet inlet`

/** Returns one line for all commands whose options take the same values. */
const valueLines = (all: readonly Words[]): readonly string[] => {
  const patterns = new Map<string, string[]>()
  for (const { path, values } of all)
    for (const { option, choices } of values) {
      const before = patterns.get(choices.join(' ')) ?? []
      patterns.set(choices.join(' '), [...before, ...option.map((name) => `"${path} ${name}"`)])
    }
  return [...patterns].map(([choices, where]) => `    ${where.join('|')}) words="${choices}" ;;`)
}

const toFish = (all: readonly Words[]): string =>
  all
    .flatMap(({ path, words, values }) => {
      const parts = path.split(' ').filter((part) => part !== '')
      const condition = parts.length === 0 ? '__fish_use_subcommand' : parts.map((part) => `__fish_seen_subcommand_from ${part}`).join('; and ')
      const choicesOf = (word: string): string => {
        const found = values.find(({ option }) => option.includes(word))
        return found === undefined ? '' : ` -x -a '${found.choices.join(' ')}'`
      }
      return words.map(
        (word) => `complete -c inlet -n '${condition}' ${word.startsWith('--') ? `-l ${word.slice(2)}${choicesOf(word)}` : `-f -a ${word}`}`,
      )
    })
    .join('\n')
