import { Failure, type Reason } from '@inlet/connector-sdk'
import { findCalls, mayCall, WRITING_WORDS } from './classify-calls.js'
import { type Token, tokenize } from './tokenize.js'

export interface CheckedStatement {
  /** The statement without comments, its semicolon or anything after it. */
  readonly sql: string
  /** Names of the functions it calls, in lower case; `database.name` where qualified. */
  readonly functions: readonly string[]
}

export interface StatementRules {
  /** Config path for failures, e.g. `config.queries.0.sql`. */
  readonly field: string
  readonly allowFunctions: readonly string[]
}

/** Deeper than people write; a server has its own limit, but reaches it by exhausting its stack. */
const MAX_DEPTH = 200

/**
 * Checks that a text is a single read-only SELECT that calls only safe functions. No free parser keeps up with
 * both MySQL and MariaDB, so this works on tokens and refuses what it does not know: functions outside an allow-list,
 * words that write, lock or assign, and comments that a server would execute. Wrapped as a subquery, the text can
 * only be a query expression to the server's own parser. Throws SQL_SYNTAX, SQL_MULTIPLE_STATEMENTS,
 * SQL_NOT_A_SELECT or SQL_FUNCTION_NOT_ALLOWED.
 */
export const checkStatement = (sql: string, { field, allowFunctions }: StatementRules): CheckedStatement => {
  const refuse = (reason: Reason, message: string): never => {
    throw new Failure(reason, message, { field })
  }
  const found = tokenize(sql)
  if ('message' in found) return refuse(found.forbidden ? 'SQL_NOT_A_SELECT' : 'SQL_SYNTAX', `${found.message} (position ${found.at + 1})`)
  const isEnd = (token: Token): boolean => token.type === 'sign' && token.text === ';'
  const first = found.findIndex(isEnd)
  const tokens = first < 0 ? found : found.slice(0, first)
  if (first >= 0 && found.slice(first).some((token) => !isEnd(token)))
    return refuse('SQL_MULTIPLE_STATEMENTS', 'the text contains more than one statement')
  const start = tokens.find((token) => token.text !== '(')
  if (start === undefined) return refuse('SQL_NOT_A_SELECT', 'the text contains no statement')
  if (start.type !== 'word' || !/^(?:select|with)$/i.test(start.text))
    return refuse('SQL_NOT_A_SELECT', `the statement begins with ${start.text}, not with SELECT`)

  const writing = tokens.find((_token, index) => isWriting(tokens, index))
  if (writing !== undefined) return refuse('SQL_NOT_A_SELECT', `${writing.text.toUpperCase()} is not allowed (position ${writing.at + 1})`)
  const unbalanced = findUnbalanced(tokens)
  if (unbalanced !== null) return refuse('SQL_SYNTAX', unbalanced)
  const calls = findCalls(tokens)
  const refused = calls.find((call) => !mayCall(call, allowFunctions))
  if (refused !== undefined) return refuse('SQL_FUNCTION_NOT_ALLOWED', `the function ${refused} is not allowed`)
  return { sql: textOf(sql, tokens), functions: calls.map((call) => call.toLowerCase()) }
}

const isWriting = (tokens: readonly Token[], index: number): boolean => {
  const token = tokens[index]
  if (token?.type !== 'word' || tokens[index - 1]?.text === '.') return false
  const word = token.text.toLowerCase()
  const next = tokens[index + 1]?.text.toLowerCase()
  const last = tokens[index - 1]?.text.toLowerCase()
  // NEXT VALUE FOR advances a sequence; FOR SHARE takes locks.
  if (word === 'value' && next === 'for') return true
  if (word === 'for' && next === 'share') return true
  if (!WRITING_WORDS.has(word)) return false
  if (next === '(' && (word === 'insert' || word === 'replace' || word === 'repeat')) return false
  return !(word === 'set' && (last === 'character' || last === 'char'))
}

/** Returns what is wrong with the parentheses: unbalanced, the text could escape the subquery it is wrapped in. */
const findUnbalanced = (tokens: readonly Token[]): string | null => {
  let depth = 0
  for (const { type, text, at } of tokens) {
    if (type !== 'sign') continue
    if (text === '(') depth++
    else if (text === ')') depth--
    if (depth < 0) return `a parenthesis closes that was not opened (position ${at + 1})`
    if (depth > MAX_DEPTH) return `the statement is nested too deeply (position ${at + 1})`
  }
  return depth === 0 ? null : 'a parenthesis is not closed'
}

/** Returns the text from the first to the last token, with a space for every comment. */
const textOf = (sql: string, tokens: readonly Token[]): string =>
  tokens.map(({ at, end }, index) => `${index > 0 && tokens[index - 1]?.end !== at ? ' ' : ''}${sql.slice(at, end)}`).join('')
