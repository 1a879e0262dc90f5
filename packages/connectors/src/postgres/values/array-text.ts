import type { JsonValue } from '@inlet/connector-sdk'
import type { Convert } from '../../sql/plan/stream-plan.js'

/**
 * Converts the text form of a Postgres array to nested lists, e.g. `{1,NULL,"a \"b\""}` or `[0:1]={1,2}` (lower bounds are
 * dropped). Source: PostgreSQL manual 8.15.6. Throws RangeError when the text is not an array.
 */
export const parseArray = (text: string, convert: Convert, delimiter: string): JsonValue => {
  const start = text.startsWith('[') ? text.indexOf('=') + 1 : 0
  const reader = { text, at: start, convert, delimiter }
  const value = readList(reader)
  if (reader.at !== text.length) throw new RangeError('not an array literal')
  return value
}

interface Reader {
  readonly text: string
  at: number
  readonly convert: Convert
  readonly delimiter: string
}

const readList = (reader: Reader): JsonValue[] => {
  const { text } = reader
  if (text[reader.at] !== '{') throw new RangeError('not an array literal')
  reader.at++
  const items: JsonValue[] = []
  if (text[reader.at] === '}') {
    reader.at++
    return items
  }
  for (;;) {
    items.push(text[reader.at] === '{' ? readList(reader) : readItem(reader))
    const next = text[reader.at++]
    if (next === '}') return items
    if (next !== reader.delimiter) throw new RangeError('not an array literal')
  }
}

const readItem = (reader: Reader): JsonValue => {
  const { text, convert } = reader
  if (text[reader.at] === '"') {
    const value = readQuoted(reader)
    return convert === null ? value : convert(value)
  }
  const from = reader.at
  while (reader.at < text.length && text[reader.at] !== reader.delimiter && text[reader.at] !== '}') reader.at++
  const value = text.slice(from, reader.at)
  if (value === 'NULL') return null
  return convert === null ? value : convert(value)
}

const readQuoted = (reader: Reader): string => {
  const { text } = reader
  let value = ''
  let from = ++reader.at
  for (;;) {
    const char = text[reader.at]
    if (char === undefined) throw new RangeError('not an array literal')
    if (char === '"') break
    if (char === '\\') {
      value += text.slice(from, reader.at)
      from = ++reader.at
    }
    reader.at++
  }
  value += text.slice(from, reader.at++)
  return value
}
