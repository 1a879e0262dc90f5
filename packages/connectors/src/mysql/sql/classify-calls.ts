import { SAFE_FUNCTIONS } from './safe-functions.js'
import type { Token } from './tokenize.js'

/** The names that a parenthesis follows and that are functions, as written; `a.b` where they are qualified. */
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
  // A dot without a name before it is still a qualified name to the server.
  if (tokens[at]?.text === '.' && tokens[at]?.type === 'sign') return `.${parts.join('.')}`
  if (parts.length > 1) return parts.join('.')
  return isNoFunction(last, tokens[at]) ? null : last.text
}

const isNoFunction = (token: Token, previous: Token | undefined): boolean => {
  const word = token.text.toLowerCase()
  const before = previous?.type === 'word' ? previous.text.toLowerCase() : ''
  // An alias, the name of a CTE with its columns, or a type in CAST: no expression begins behind these words.
  if (before === 'as' || before === 'recursive' || before === 'with') return true
  if (token.type !== 'word') return false
  if (PAREN_WORDS.has(word)) return true
  // MATCH (…) AGAINST (…), and the columns of JSON_TABLE behind its path.
  if (word === 'against') return previous?.text === ')'
  return word === 'columns' && previous?.type === 'string'
}

/** Whether a function may be called: of the safe list when unqualified, or allowed by the very name it is called with. */
export const mayCall = (call: string, allowFunctions: readonly string[]): boolean => {
  if (!call.includes('.') && SAFE_FUNCTIONS.has(call.toLowerCase())) return true
  return allowFunctions.includes(call) && !NEVER.test(call)
}

/** Functions of the server that no setting opens. */
const NEVER =
  /^(?:sleep|benchmark|load_file|get_lock|release_lock|release_all_locks|is_free_lock|is_used_lock|(?:master|source)_.*|wait_.*|nextval|setval|lastval|last_insert_id|sys_.*)$/i

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/))

/**
 * Reserved words that a reading SELECT has no use for. Unquoted they cannot be names, so that no column is refused by
 * mistake. `insert` and `replace` are functions too, `set` belongs to CHARACTER SET.
 */
export const WRITING_WORDS = words(`into insert replace update delete load call alter create drop rename grant revoke lock unlock set kill purge
  explain describe analyze optimize release signal resignal leave iterate loop repeat while trigger procedure`)

/** Reserved words that a parenthesis may follow without being a function. */
const PAREN_WORDS = words(`select from where having on using in exists and or xor not between like rlike regexp is div mod when then else case
  union except intersect all any some distinct distinctrow by join inner cross left right straight_join lateral values row over partition interval
  limit return returning as binary char character varchar varbinary decimal numeric dec float double real int integer bigint smallint tinyint mediumint
  index key fulltext collate escape within unsigned signed datetime`)
