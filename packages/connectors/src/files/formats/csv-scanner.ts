import { type CsvSyntax, parseQuoted, withoutReturn } from './csv-record.js'
import { isLarger, type RowFailure, rawStart } from './row-event.js'

/** A record and the line it starts at. Its size is counted in characters. */
export type CsvEvent =
  | { readonly line: number; readonly size: number; readonly fields: string[] }
  | { readonly line: number; readonly failure: RowFailure }

export interface CsvScanner {
  push(text: string): CsvEvent[]
  end(): CsvEvent[]
}

export interface CsvScannerOptions extends CsvSyntax {
  readonly maxRecordBytes: number
  /** Lines at the start that are skipped; default none. */
  readonly skipLines?: number
  /** Records that begin with it are skipped; default and empty: none. */
  readonly comment?: string
}

/**
 * Scans CSV records from text in pieces. A record that is malformed, too large or never ends costs only its first line:
 * scanning continues at the next one, whereas csv-parse stops there and would lose the rest of the file.
 * Holds at most one record and one piece.
 */
export const createCsvScanner = (options: CsvScannerOptions): CsvScanner => {
  const { delimiter, quote, newline, maxColumns, maxRecordBytes, skipLines = 0, comment = '', escape = '', trim = false } = options
  let rest = ''
  let line = 1
  let skipping = false
  let events: CsvEvent[] = []

  const fail = (reason: RowFailure['reason'], message: string, raw: string): void => {
    events.push({ line, failure: { reason, message: `line ${line} ${message}`, raw: rawStart(raw) } })
  }

  /** Returns where the line after `start` begins, or the end of the text. */
  const nextLine = (text: string, start: number): number => {
    const found = text.indexOf(newline, start)
    return found === -1 ? text.length : found + 1
  }

  const takeLine = (text: string): void => {
    if (text === '') return
    if (isLarger(text, maxRecordBytes)) return fail('RECORD_TOO_LARGE', `has more than ${maxRecordBytes} bytes`, text)
    const fields = text.split(delimiter, maxColumns + 1)
    if (fields.length > maxColumns) return fail('RECORD_INVALID', `has more than ${maxColumns} columns`, text)
    events.push({ line, size: text.length, fields: trim ? fields.map((field) => field.trim()) : fields })
  }

  const takeQuoted = (text: string, start: number, final: boolean): number | 'incomplete' => {
    const record = parseQuoted(text, start, { syntax: options, final })
    if (record === 'incomplete') return record
    if ('malformed' in record) {
      fail('RECORD_INVALID', record.malformed, text.slice(start, start + 4000))
      line++
      return nextLine(text, start)
    }
    const size = record.end - start
    if (size > maxRecordBytes / 3 && isLarger(text.slice(start, record.end), maxRecordBytes))
      fail('RECORD_TOO_LARGE', `has more than ${maxRecordBytes} bytes`, text.slice(start, start + 4000))
    else events.push({ line, size, fields: record.fields })
    for (let at = text.indexOf(newline, start); at !== -1 && at < record.end; at = text.indexOf(newline, at + 1)) line++
    return record.end
  }

  /** An escape may make a line break literal, so lines cannot be taken one at a time. */
  const takeEscaped = (text: string, start: number, final: boolean): number | 'incomplete' => {
    const blank = text[start] === '\r' && newline === '\n' ? start + 1 : start
    if (text[blank] !== newline) return takeQuoted(text, start, final)
    line++
    return blank + 1
  }

  /** Takes what is complete and returns the position of what is not. */
  const scan = (text: string, final: boolean): number => {
    let position = 0
    let nextQuote = quote === '' ? -1 : text.indexOf(quote)
    while (position < text.length) {
      const lineEnd = text.indexOf(newline, position)
      if (nextQuote !== -1 && nextQuote < position) nextQuote = text.indexOf(quote, position)
      if (!skipping) {
        // Whether it is a comment may not be known yet.
        if (comment !== '' && !final && text.length - position < comment.length && comment.startsWith(text.slice(position))) return position
        skipping = line <= skipLines || (comment !== '' && text.startsWith(comment, position))
      }
      if (skipping) {
        if (lineEnd === -1) return text.length
        skipping = false
        position = lineEnd + 1
        line++
      } else if (escape !== '') {
        const end = takeEscaped(text, position, final)
        if (end === 'incomplete') return position
        position = end
      } else if (nextQuote === -1 || (lineEnd !== -1 && nextQuote > lineEnd)) {
        if (lineEnd === -1 && !final) return position
        takeLine(withoutReturn(text.slice(position, lineEnd === -1 ? text.length : lineEnd), newline))
        position = lineEnd === -1 ? text.length : lineEnd + 1
        line++
      } else {
        const end = takeQuoted(text, position, final)
        if (end === 'incomplete') return position
        position = end
      }
    }
    return position
  }

  // Not quadratic: a quote that opens on a later line closes this one or is literal after a closing quote, so no text
  // is scanned more than twice.
  const giveUp = (reason: RowFailure['reason'], message: string): void => {
    fail(reason, message, rest.slice(0, 4000))
    const next = rest.indexOf(newline)
    if (next === -1) skipping = true
    else line++
    rest = next === -1 ? '' : rest.slice(next + 1)
  }

  const consume = (text: string, final: boolean): CsvEvent[] => {
    events = []
    rest += text
    for (;;) {
      rest = rest.slice(scan(rest, final))
      if (rest.length > maxRecordBytes) giveUp('RECORD_TOO_LARGE', `starts a record of more than ${maxRecordBytes} bytes (a quote left open?)`)
      else if (final && rest !== '') giveUp('RECORD_INVALID', 'opens a quote that is never closed')
      else return events
    }
  }

  return { push: (text) => consume(text, false), end: () => consume('', true) }
}
