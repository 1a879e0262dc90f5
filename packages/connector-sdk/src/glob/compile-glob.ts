import { createAutomaton } from './automaton.js'
import { type GlobSyntax, parseGlob } from './parse-glob.js'

export interface GlobOptions extends GlobSyntax {
  /** A leading `!` inverts the glob. Default false. */
  readonly negate?: boolean
}

/**
 * Returns a matcher for whole texts, the only one for patterns that users write: `*` matches any characters of a name, `?` one, `**` any folders,
 * `[a-z]` and `[!a-z]` a character of a class, `{a,b}` and `{1..9}` alternatives; `\` escapes the next character. Everything else is literal,
 * including parentheses and pipes. Case-sensitive. A match costs at most the length of the glob times that of the text. Never throws.
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
