import { Failure } from '@inlet/connector-sdk'
import type { Kind } from '../values/column-type.js'

/** Quotes a name as an SQL identifier, whatever it contains. */
export const quoteName = (name: string): string => `\`${name.replaceAll('`', '``')}\``

/** Formats a text as a literal that every mode of the server reads the same way. */
export const textLiteral = (text: string): string => `_utf8mb4 X'${Buffer.from(text).toString('hex')}'`

export const textList = (texts: Iterable<string>): string => [...texts].map(textLiteral).join(', ')

const NUMBER = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/
const FORMS: Partial<Record<Kind, RegExp>> = {
  integer: NUMBER,
  bigint: NUMBER,
  decimal: NUMBER,
  float: NUMBER,
  double: NUMBER,
  bit: NUMBER,
  timestamp: /^[\d :.-]{1,32}$/,
  datetime: /^[\d :.-]{1,32}$/,
  date: /^[\d-]{1,16}$/,
  time: /^-?[\d:.]{1,24}$/,
  binary: /^(?:[\da-f]{2})*$/,
}
const BARE: ReadonlySet<Kind> = new Set(['integer', 'bigint', 'decimal', 'float', 'double', 'bit'])

/** Formats a value as it was read, to compare its column with. Throws CURSOR_INVALID when it cannot be a value of that type. */
export const valueLiteral = (kind: Kind, text: string): string => {
  const form = FORMS[kind]
  if (form === undefined) return textLiteral(text)
  if (!form.test(text)) throw new Failure('CURSOR_INVALID', `the cursor holds a value that is not a valid ${kind}`)
  if (BARE.has(kind)) return text
  return kind === 'binary' ? `X'${text}'` : `'${text}'`
}
