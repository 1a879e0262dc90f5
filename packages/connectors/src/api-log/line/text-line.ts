import type { DurationUnit, LineParser, RawAccess } from './access.js'
import { compilePattern } from './compile-pattern.js'
import { toAccess } from './to-access.js'
import { IGNORED, unitOfVariable, VARIABLES } from './variables.js'

export interface TextLineOptions {
  /** Whether further fields may follow. */
  readonly open: boolean
  readonly unit: DurationUnit | 'auto'
  readonly time: (value: string | number) => string | undefined
}

const ESCAPE = /\\(?:x([0-9A-Fa-f]{2})|(.))/g
const HIGH_ESCAPE = /\\x[89A-Fa-f]/

/** Creates a parser of lines in a text format. Throws RangeError for a format that cannot be compiled. */
export const createTextLine = (format: string, { open, unit, time }: TextLineOptions): LineParser => {
  const pattern = compilePattern(format, { open })
  const seen = new Set<string>()
  // Of two variables for one field, e.g. $host and $server_name, the first counts and the other is kept as well.
  const fields = pattern.variables.map((name) => {
    if (IGNORED.has(name)) return undefined
    const field = Object.hasOwn(VARIABLES, name) ? VARIABLES[name] : undefined
    if (field === undefined || seen.has(field)) return null
    seen.add(field)
    return field
  })
  const timed = pattern.variables[fields.indexOf('duration')]
  const options = { unit: unit === 'auto' ? unitOfVariable(timed ?? '') : unit, time }
  return (line) => {
    const values = pattern.scan(line)
    if (values === null) return 'does not fit the format'
    const raw: RawAccess = {}
    let extra: Record<string, string> | undefined
    const escaped = line.includes('\\')
    for (let index = 0; index < values.length; index++) {
      const field = fields[index]
      if (field === undefined) continue
      const value = values[index] as string
      const plain = escaped && value.includes('\\') ? unescapeValue(value) : value
      if (field !== null) raw[field] = plain
      else if (plain !== '-' && plain !== '') (extra ??= {})[pattern.variables[index] as string] = plain
    }
    return toAccess(raw, extra === undefined ? options : { ...options, extra })
  }
}

/** `\x22` as nginx writes it, `\"` and `\\` as Apache does. */
const unescapeValue = (value: string): string => {
  if (HIGH_ESCAPE.test(value)) return unescapeBytes(value)
  return value.replace(ESCAPE, (_, hex: string | undefined, char: string | undefined) =>
    hex === undefined ? plainChar(char ?? '') : String.fromCharCode(Number.parseInt(hex, 16)),
  )
}

const plainChar = (char: string): string => (char === 'n' ? '\n' : char === 't' ? '\t' : char === 'r' ? '\r' : char)

/** Escaped bytes beyond ASCII are parts of UTF-8 characters. */
const unescapeBytes = (value: string): string => {
  const bytes = value.replace(/\\x([0-9A-Fa-f]{2})/g, (_, hex: string) => `%${hex}`)
  const parts = bytes.split(/((?:%[0-9A-Fa-f]{2})+)/)
  return parts.map((part) => (/^(?:%[0-9A-Fa-f]{2})+$/.test(part) ? Buffer.from(part.replaceAll('%', ''), 'hex').toString('utf8') : part)).join('')
}
