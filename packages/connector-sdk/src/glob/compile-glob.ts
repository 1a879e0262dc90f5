import { createAutomaton } from './automaton.js'
import { type GlobSyntax, parseGlob } from './parse-glob.js'

export interface GlobOptions extends GlobSyntax {
  /** A `!` at the beginning turns the glob round. Default false. */
  readonly negate?: boolean
}

/**
 * A matcher of whole texts, the only one for patterns that users write: `*` any characters of a name, `?` one, `**` any folders, `[a-z]` and
 * `[!a-z]` one of a class, `{a,b}` and `{1..9}` alternatives, `\` takes the next character as it is; all else stands for itself, parentheses
 * and pipes too. Upper and lower case differ. The cost of a match is at most the length of the glob times that of the text. Never throws.
 */
export const compileGlob = (pattern: string, options: GlobOptions = {}): ((text: string) => boolean) => {
  const bangs = options.negate === true ? (/^!*/.exec(pattern)?.[0].length ?? 0) : 0
  const matches = createAutomaton(parseGlob(pattern.slice(bangs), options))
  return bangs % 2 === 0 ? matches : (text) => !matches(text)
}

/** Whether any of the globs matches. */
export const compileGlobs = (patterns: readonly string[], options: GlobOptions = {}): ((text: string) => boolean) => {
  const matchers = patterns.map((pattern) => compileGlob(pattern, options))
  return (text) => matchers.some((matches) => matches(text))
}
