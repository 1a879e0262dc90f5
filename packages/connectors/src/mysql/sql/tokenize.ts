/** A piece of a statement; comments are not tokens. */
export interface Token {
  /** `word`: a keyword, name or number; `name`: a name in backticks; `string`: in either kind of quotes; `sign`: anything else. */
  readonly type: 'word' | 'name' | 'string' | 'sign'
  /** As written; for a quoted name, without its quotes. */
  readonly text: string
  /** Start offset, from 0. */
  readonly at: number
  /** End offset, exclusive. */
  readonly end: number
}

export interface TokenizeError {
  readonly message: string
  readonly at: number
  /** True for variables, and for comments that the server executes or treats as hints. */
  readonly forbidden?: boolean
}

const SPACE = /[ \t\n\v\f\r]+/y
const WORD = /[0-9A-Za-z_$\u0080-\uffff]+/y
const LINE_COMMENT = /(?:#|--(?=[ \t\n\v\f\r]|$))[^\n]*/y
const BLOCK_COMMENT = /\/\*(?![!+]|M!)[\s\S]*?\*\//y
const SINGLE = /'(?:[^'\\]|''|\\[\s\S])*'/y
const DOUBLE = /"(?:[^"\\]|""|\\[\s\S])*"/y
const BACKTICK = /`(?:[^`]|``)+`/y
const SIGN = /[-+*/%&|^~!<>=(),.]/y

/**
 * Splits a statement as the server does in the mode that sessions set: backslash escapes, double quotes for strings,
 * UTF-8 (MySQL manual, 11 "Language Structure"). What this and the server could read differently is refused, not guessed.
 */
export const tokenize = (sql: string): readonly Token[] | TokenizeError => {
  const tokens: Token[] = []
  let at = 0
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at
    return pattern.exec(sql)?.[0]
  }
  while (at < sql.length) {
    const skipped = match(SPACE) ?? match(LINE_COMMENT) ?? match(BLOCK_COMMENT)
    if (skipped !== undefined) {
      at += skipped.length
      continue
    }
    const refusal = refusalAt(sql, at)
    if (refusal !== null) return { ...refusal, at }
    const quoted = match(BACKTICK)
    const string = match(SINGLE) ?? match(DOUBLE)
    const word = match(WORD)
    const text = quoted ?? string ?? word ?? match(SIGN) ?? (sql[at] === ';' ? ';' : undefined)
    if (text === undefined) return { message: `${JSON.stringify(sql[at])} cannot be read here`, at }
    const type = quoted !== undefined ? 'name' : string !== undefined ? 'string' : word !== undefined ? 'word' : 'sign'
    tokens.push({ type, text: type === 'name' ? text.slice(1, -1).replaceAll('``', '`') : text, at, end: at + text.length })
    at += text.length
  }
  return tokens
}

const refusalAt = (sql: string, at: number): Omit<TokenizeError, 'at'> | null => {
  if (sql.startsWith('/*', at)) {
    const executed = /^(?:[!+]|M!)/.test(sql.slice(at + 2, at + 4))
    return executed
      ? { message: 'comments that the server executes, /*! */ and /*+ */, are not allowed', forbidden: true }
      : { message: 'a comment does not end' }
  }
  if (sql.startsWith('--', at)) return { message: 'two minus signs in a row; put a space between them, or behind them for a comment' }
  switch (sql[at]) {
    case '@':
      return { message: 'variables such as @x and @@x are not allowed', forbidden: true }
    case '?':
      return { message: 'parameters such as ? cannot be used' }
    case '\0':
      return { message: 'the statement contains a NUL character' }
    default:
      return null
  }
}
