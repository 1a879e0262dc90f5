import type { Command, Option } from 'commander'

/** What is wrong with a command line of the CLI, such as `inlet sources pause docs`; null when nothing is. Values are not looked at. */
export const findCommandFault = (program: Command, line: string): string | null => {
  const words = toWords(line).slice(1)
  let command = program
  const given: string[] = []
  while (words.length > 0) {
    const word = words.shift() ?? ''
    const below = given.length === 0 ? command.commands.find((one) => one.name() === word) : undefined
    if (below !== undefined) command = below
    else if (/^-./u.test(word) && !/^-\d/u.test(word)) {
      const [name = '', value] = word.split('=', 2)
      const option = optionsOf(command).find(({ long, short }) => name === long || name === short)
      if (option === undefined) return `${command.name()} has no option ${name}`
      if (value === undefined && option.required && words.shift() === undefined) return `${name} needs a value`
      if (option.optional && words[0] !== undefined && !words[0].startsWith('-')) words.shift()
    } else given.push(word)
  }
  const { registeredArguments: wanted, commands } = command
  // A noun alone is its list.
  const list = commands.find((one) => one.name() === 'list')
  const all = wanted.length === 0 && list !== undefined ? list.registeredArguments : wanted
  if (wanted.length === 0 && commands.length > 0 && list === undefined) return `${command.name()} wants one of its commands`
  const least = all.filter(({ required }) => required).length
  if (given.length < least) return `${command.name()} needs ${least} arguments`
  return given.length > all.length && all.at(-1)?.variadic !== true ? `${command.name()} takes no "${given.at(-1)}"` : null
}

const optionsOf = (command: Command): readonly Option[] => [
  ...command.options,
  ...command.createHelp().visibleOptions(command),
  ...(command.commands.find((one) => one.name() === 'list')?.options ?? []),
  ...(command.parent === null ? [] : command.parent.options),
]

/** As a shell would, without what comes after a pipe, a redirection or a comment. Placeholders are words. */
const toWords = (line: string): string[] => {
  const plain = line.replaceAll(/<[^<>\n]*>|\{[a-z]+\}|\$\{[^}]*\}/gu, 'x')
  const words = plain.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/gu) ?? []
  const end = words.findIndex((word) => /^(?:\||>|>>|<|#|&&|;|&)$/u.test(word))
  return end === -1 ? words : words.slice(0, end)
}
