/** A condition on the data of records. */
export interface DataCondition {
  /** Member names from the outside in. */
  readonly path: readonly string[]
  readonly operator: '=' | '>' | '>=' | '<' | '<=' | 'exists'
  /** For `=`: one of these; for comparisons: a single value; for `exists`: none. */
  readonly values: readonly string[]
  readonly negated: boolean
}

const FORM = /^data\.((?:\\.|[^:!<>=\\])+)(!?)(:|>=|<=|>|<)([\s\S]*)$/u
const MAX_PATH = 10
const MAX_VALUES = 50

/**
 * Parses `data.status:open`, `data.status:open,closed`, `data.price>=10`, `data.address.city!:Berlin`, `data.note:*` (exists).
 * A dot in a name is written `\.`, a value that contains a comma in quotes. Null when it is none of these.
 */
export const parseWhere = (text: string): DataCondition | null => {
  const [, name = '', negation = '', sign = '', value = ''] = FORM.exec(text) ?? []
  const path = splitAt(name, '.')
  if (sign === '' || path.length > MAX_PATH || path.some((part) => part === '')) return null
  const negated = negation === '!'
  if (sign === ':' && value === '*') return { path, operator: 'exists', values: [], negated }
  const values = sign === ':' ? splitValues(value) : [unquote(value)]
  if (values === null || values.length > MAX_VALUES || values.some((one) => one === '')) return null
  return { path, operator: sign === ':' ? '=' : (sign as DataCondition['operator']), values, negated }
}

/** Splits at unescaped separators. */
const splitAt = (text: string, separator: string): readonly string[] => {
  const parts = ['']
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === separator) parts.push('')
    else {
      if (text[at] === '\\') at += 1
      parts[parts.length - 1] += text[at] ?? ''
    }
  }
  return parts
}

const splitValues = (text: string): readonly string[] | null => {
  const values: string[] = []
  const pattern = /\s*(?:"((?:[^"\\]|\\.)*)"|([^",]*))\s*(,|$)/uy
  do {
    const match = pattern.exec(text)
    if (match === null) return null
    values.push(match[1] === undefined ? (match[2] ?? '').trim() : match[1].replaceAll(/\\(.)/gu, '$1'))
    if (match[3] === '') return values
  } while (pattern.lastIndex <= text.length)
  return null
}

const unquote = (text: string): string => (/^".*"$/su.test(text) ? text.slice(1, -1) : text).trim()
