import { SAFE_FUNCTIONS } from './safe-functions.js'
import type { Token } from './tokenize.js'

/** Returns the function names before a parenthesis, as written; `a.b` where they are qualified. */
export const findCalls = (tokens: readonly Token[]): readonly string[] =>
  tokens.flatMap((token, index) => {
    if (token.type !== 'sign' || token.text !== '(') return []
    const call = callBefore(tokens, index)
    return call === null ? [] : [call]
  })

const isName = (token: Token | undefined): token is Token => token?.type === 'word' || token?.type === 'name'

const callBefore = (tokens: readonly Token[], index: number): string | null => {
  const last = tokens[index - 1]
  if (!isName(last)) return null
  const parts = [last.text]
  let at = index - 2
  while (tokens[at]?.text === '.' && tokens[at]?.type === 'sign') {
    const part = tokens[at - 1]
    if (!isName(part)) break
    parts.unshift(part.text)
    at -= 2
  }
  // To the server, a dot without a name before it still makes a qualified name.
  if (tokens[at]?.text === '.' && tokens[at]?.type === 'sign') return `.${parts.join('.')}`
  if (parts.length > 1) return parts.join('.')
  return isNoFunction(last, tokens[at]) ? null : last.text
}

const isNoFunction = (token: Token, previous: Token | undefined): boolean => {
  const word = token.text.toLowerCase()
  const before = previous?.type === 'word' ? previous.text.toLowerCase() : ''
  // An alias, the name of a CTE with its columns, or a type in CAST: no expression begins after these words.
  if (before === 'as' || before === 'recursive' || before === 'with') return true
  if (token.type !== 'word') return false
  if (PAREN_WORDS.has(word)) return true
  // MATCH (…) AGAINST (…), and the columns of JSON_TABLE after its path.
  if (word === 'against') return previous?.text === ')'
  return word === 'columns' && previous?.type === 'string'
}

/** Whether a function may be called: unqualified and on the safe list, or allowed by the exact name used in the call. */
export const mayCall = (call: string, allowFunctions: readonly string[]): boolean => {
  if (!call.includes('.') && SAFE_FUNCTIONS.has(call.toLowerCase())) return true
  return allowFunctions.includes(call) && !NEVER.test(call)
}

/** Built-in functions that no setting allows. */
const NEVER =
  /^(?:sleep|benchmark|load_file|get_lock|release_lock|release_all_locks|is_free_lock|is_used_lock|(?:master|source)_.*|wait_.*|nextval|setval|lastval|last_insert_id|sys_.*)$/i

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/))

/**
 * Reserved words that a read-only SELECT does not need. Unquoted they cannot be names, so no column is refused by
 * mistake. `insert` and `replace` are also functions; `set` occurs in CHARACTER SET.
 */
export const WRITING_WORDS = words(`into insert replace update delete load call alter create drop rename grant revoke lock unlock set kill purge
  explain describe analyze optimize release signal resignal leave iterate loop repeat while trigger procedure`)

/** Reserved words that may precede a parenthesis without being a function. */
const PAREN_WORDS = words(`select from where having on using in exists and or xor not between like rlike regexp is div mod when then else case
  union except intersect all any some distinct distinctrow by join inner cross left right straight_join lateral values row over partition interval
  limit return returning as binary char character varchar varbinary decimal numeric dec float double real int integer bigint smallint tinyint mediumint
  index key fulltext collate escape within unsigned signed datetime`)
