import type { JsonObject } from '@inlet/connector-sdk'
import { parseJsonRow } from './json-row.js'
import { createLineSplitter, type Line } from './line-splitter.js'
import { isLarger, type RowEvent, type RowFailure, type RowParser, rawStart } from './row-event.js'

export interface LineRowsOptions {
  readonly maxRecordBytes: number
  /** `json`: each line is a JSON object; `text`: each line is the field `line`. Blank lines are skipped. */
  readonly as: 'json' | 'text'
}

/** Parses a file with one row on each line. */
export const createLineRows = ({ maxRecordBytes, as }: LineRowsOptions): RowParser => {
  const splitter = createLineSplitter(maxRecordBytes)
  let number = 0
  const toRows = (lines: readonly Line[]): RowEvent[] => {
    const rows: RowEvent[] = []
    for (const line of lines) {
      if ('text' in line && line.text.trim() === '') continue
      number++
      const outcome = toOutcome(line, { maxRecordBytes, as })
      rows.push({ number, size: 'text' in line ? line.text.length : 0, ...outcome })
    }
    return rows
  }
  return { push: (text) => toRows(splitter.push(text)), end: () => toRows(splitter.end()) }
}

const toOutcome = (line: Line, { maxRecordBytes, as }: LineRowsOptions): { data: JsonObject } | { failure: RowFailure } => {
  if ('tooLong' in line || isLarger(line.text, maxRecordBytes)) {
    const raw = 'tooLong' in line ? line.raw : rawStart(line.text)
    return { failure: { reason: 'RECORD_TOO_LARGE', message: `line ${line.line} has more than ${maxRecordBytes} bytes`, raw } }
  }
  return as === 'text' ? { data: { line: line.text } } : parseJsonRow(line.text, `line ${line.line}`)
}
