export interface CsvSyntax {
  readonly delimiter: string
  /** Empty for none. */
  readonly quote: string
  readonly newline: '\n' | '\r'
  readonly maxColumns: number
  /** A character that makes a following quote, delimiter, line break or itself literal; empty: quotes are doubled. */
  readonly escape?: string
  /** Whether spaces around quotes are dropped. */
  readonly padded?: boolean
  /** Whether spaces around unquoted fields are dropped, too. */
  readonly trim?: boolean
}

/** `incomplete`: more text is needed to know where the record ends. */
export type ParsedRecord = { readonly fields: string[]; readonly end: number } | { readonly malformed: string } | 'incomplete'

/**
 * Parses one record of RFC 4180 that contains quotes, from `start`. A quote opens only at the start of a field; elsewhere it is
 * literal. Reads at most one field more than allowed.
 */
export const parseQuoted = (text: string, start: number, { syntax, final }: { syntax: CsvSyntax; final: boolean }): ParsedRecord => {
  const { delimiter, quote, newline, maxColumns, escape = '', padded = false, trim = false } = syntax
  const fields: string[] = []
  let position = start
  const skipBlanks = (from: number): number => {
    let at = from
    while (padded && (text[at] === ' ' || text[at] === '\t') && text[at] !== delimiter) at++
    return at
  }
  // Searched again once passed; -1 when there is none left.
  let nextDelimiter = -2
  let nextNewline = -2
  for (;;) {
    if (fields.length > maxColumns) return { malformed: `has more than ${maxColumns} columns` }
    const open = skipBlanks(position)
    if (quote !== '' && text[open] === quote) {
      const closed = closeQuote(text, open, { quote, escape, final })
      if (closed === 'incomplete') return closed
      fields.push(closed.value)
      position = skipBlanks(closed.end)
      if (position >= text.length && padded && !final) return 'incomplete'
      if (text[position] === '\r' && newline === '\n') {
        if (position + 1 >= text.length && !final) return 'incomplete'
        if (position + 1 >= text.length || text[position + 1] === newline) position++
      }
      if (position >= text.length) return { fields, end: position }
      if (text[position] === newline) return { fields, end: position + 1 }
      if (text[position] !== delimiter) return { malformed: 'has text after a closing quote' }
      position++
      continue
    }
    if (escape !== '') {
      const field = readEscaped(text, position, { syntax, final })
      if (field === 'incomplete') return field
      fields.push(trim ? field.value.trim() : field.value)
      if (text[field.end] !== delimiter) return { fields, end: Math.min(field.end + 1, text.length) }
      position = field.end + 1
      continue
    }
    if (nextDelimiter !== -1 && nextDelimiter < position) nextDelimiter = text.indexOf(delimiter, position)
    if (nextNewline !== -1 && nextNewline < position) nextNewline = text.indexOf(newline, position)
    if (nextNewline === -1 && !final) return 'incomplete'
    const stop = nextNewline === -1 ? text.length : nextNewline
    if (nextDelimiter === -1 || nextDelimiter >= stop) {
      fields.push(trimmed(withoutReturn(text.slice(position, stop), newline), trim))
      return { fields, end: nextNewline === -1 ? stop : stop + 1 }
    }
    fields.push(trimmed(text.slice(position, nextDelimiter), trim))
    position = nextDelimiter + 1
  }
}

/** Returns the text of a quoted field whose opening quote is at `open`, with doubled quotes undone. */
const closeQuote = (
  text: string,
  open: number,
  { quote, escape, final }: { quote: string; escape: string; final: boolean },
): FieldEnd | 'incomplete' => {
  let value = ''
  let from = open + 1
  // Searched again once passed, so that a field full of escapes is scanned only once.
  let close = -2
  let escaped = escape === '' || escape === quote ? -1 : -2
  for (;;) {
    if (close !== -1 && close < from) close = text.indexOf(quote, from)
    if (escaped !== -1 && escaped < from) escaped = text.indexOf(escape, from)
    if (escaped !== -1 && (close === -1 || escaped < close)) {
      if (escaped + 1 >= text.length && !final) return 'incomplete'
      value += text.slice(from, escaped) + unescaped(text, escaped, quote)
      from = escaped + 2
      continue
    }
    if (close === -1) return 'incomplete'
    if (close + 1 >= text.length && !final) return 'incomplete'
    if (text[close + 1] !== quote) return { value: value + text.slice(from, close), end: close + 1 }
    value += text.slice(from, close + 1)
    from = close + 2
  }
}

interface FieldEnd {
  readonly value: string
  readonly end: number
}

/** Reads an unquoted field that may contain the escape character; `end` is at its delimiter or line break. */
const readEscaped = (
  text: string,
  start: number,
  { syntax, final }: { readonly syntax: CsvSyntax; readonly final: boolean },
): FieldEnd | 'incomplete' => {
  const { delimiter, quote, newline, escape } = syntax
  let value = ''
  for (let at = start; ; at++) {
    const char = text[at]
    if (char === undefined) return final ? { value: withoutReturn(value, newline), end: at } : 'incomplete'
    if (char === delimiter) return { value, end: at }
    if (char === newline) return { value: withoutReturn(value, newline), end: at }
    if (char === escape) {
      if (at + 1 >= text.length && !final) return 'incomplete'
      value += unescaped(text, at, quote === '' ? delimiter : quote, delimiter)
      at++
    } else value += char
  }
}

/** Returns what an escape stands for: itself where nothing follows that needs one, so that paths and patterns stay intact. */
const unescaped = (text: string, at: number, ...marks: readonly string[]): string => {
  const escape = text[at] ?? ''
  const next = text[at + 1] ?? ''
  return next === escape || next === '\n' || next === '\r' || marks.includes(next) ? next : escape + next
}

const trimmed = (field: string, trim: boolean): string => (trim ? field.trim() : field)

/** Returns the text without the \r of a \r\n line end. */
export const withoutReturn = (line: string, newline: string): string => (newline === '\n' && line.endsWith('\r') ? line.slice(0, -1) : line)
