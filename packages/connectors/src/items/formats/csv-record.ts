export interface CsvSyntax {
  readonly delimiter: string
  /** Empty for none. */
  readonly quote: string
  readonly newline: '\n' | '\r'
  readonly maxColumns: number
}

/** `incomplete`: more text is needed to know where the record ends. */
export type ParsedRecord = { readonly fields: string[]; readonly end: number } | { readonly malformed: string } | 'incomplete'

/**
 * One record of RFC 4180 with quotes in it, from `start`. A quote opens only at the start of a field; elsewhere it is
 * text. One field more than allowed is read at most.
 */
export const parseQuoted = (text: string, start: number, { syntax, final }: { syntax: CsvSyntax; final: boolean }): ParsedRecord => {
  const { delimiter, quote, newline, maxColumns } = syntax
  const fields: string[] = []
  let position = start
  // Looked for when passed; -1 once there is none.
  let nextDelimiter = -2
  let nextNewline = -2
  for (;;) {
    if (fields.length > maxColumns) return { malformed: `has more than ${maxColumns} columns` }
    if (text[position] === quote) {
      const closed = closeQuote(text, position, { quote, final })
      if (closed === 'incomplete') return closed
      fields.push(closed.value)
      position = closed.end
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
    if (nextDelimiter !== -1 && nextDelimiter < position) nextDelimiter = text.indexOf(delimiter, position)
    if (nextNewline !== -1 && nextNewline < position) nextNewline = text.indexOf(newline, position)
    if (nextNewline === -1 && !final) return 'incomplete'
    const stop = nextNewline === -1 ? text.length : nextNewline
    if (nextDelimiter === -1 || nextDelimiter >= stop) {
      fields.push(withoutReturn(text.slice(position, stop), newline))
      return { fields, end: nextNewline === -1 ? stop : stop + 1 }
    }
    fields.push(text.slice(position, nextDelimiter))
    position = nextDelimiter + 1
  }
}

/** The text of a quoted field whose opening quote is at `open`, doubled quotes made single. */
const closeQuote = (
  text: string,
  open: number,
  { quote, final }: { quote: string; final: boolean },
): { readonly value: string; readonly end: number } | 'incomplete' => {
  let value = ''
  let from = open + 1
  for (;;) {
    const close = text.indexOf(quote, from)
    if (close === -1) return 'incomplete'
    if (close + 1 >= text.length && !final) return 'incomplete'
    if (text[close + 1] !== quote) return { value: value + text.slice(from, close), end: close + 1 }
    value += text.slice(from, close + 1)
    from = close + 2
  }
}

/** The text without the \r of a \r\n line end. */
export const withoutReturn = (line: string, newline: string): string => (newline === '\n' && line.endsWith('\r') ? line.slice(0, -1) : line)
