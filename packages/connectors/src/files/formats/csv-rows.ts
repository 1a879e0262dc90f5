import { Failure, type JsonObject } from '@inlet/connector-sdk'
import { distinctNames } from './column-names.js'
import type { CsvLayout } from './csv-layout.js'
import { type CsvEvent, type CsvScannerOptions, createCsvScanner } from './csv-scanner.js'
import { fitsWidth } from './find-header.js'
import type { RowEvent, RowParser } from './row-event.js'

export interface CsvRowsOptions extends CsvScannerOptions, Partial<Pick<CsvLayout, 'width' | 'looseComments' | 'advice'>> {
  /** True: the first record names the columns; false: column_1, column_2 …; or the names. */
  readonly header: boolean | readonly string[]
}

/**
 * Creates a parser that turns the rows of a CSV file into objects of strings. A row with more or fewer fields than the header is refused with its
 * line, unless its extra fields are empty. Throws FILE_UNREADABLE when the header itself cannot be read.
 */
export const createCsvRows = (options: CsvRowsOptions): RowParser => {
  const { header, width, looseComments = false, advice } = options
  const hint = advice === null || advice === undefined ? '' : `; ${advice}`
  const scanner = createCsvScanner(options)
  let columns: Columns | undefined = Array.isArray(header) ? createColumns(header) : undefined
  let number = 0

  const openColumns = (event: CsvEvent): boolean => {
    if ('failure' in event && header === true) throw new Failure('FILE_UNREADABLE', `the header cannot be read: ${event.failure.message}${hint}`)
    if ('fields' in event) columns = createColumns(header === true ? event.fields.slice(0, width) : event.fields.map(() => ''))
    return header === true && 'fields' in event
  }
  const toRow = (event: CsvEvent): RowEvent | null => {
    if (columns === undefined && openColumns(event)) return null
    const expected = columns?.names.length ?? 0
    if (looseComments && expected > 1 && 'fields' in event && event.fields.length === 1 && event.fields[0]?.startsWith('#') === true) return null
    number++
    if ('failure' in event) return { number, size: 0, failure: { ...event.failure, message: `${event.failure.message}${hint}` } }
    const { line, fields } = event
    if (columns !== undefined && fitsWidth(fields, expected)) return { number, size: event.size + columns.overhead, data: columns.toObject(fields) }
    const message = `line ${line} has ${fields.length} fields instead of ${expected}${hint}`
    return { number, size: 0, failure: { reason: 'RECORD_INVALID', message, raw: fields.join(options.delimiter).slice(0, 2000) } }
  }
  const toRows = (events: readonly CsvEvent[]): RowEvent[] => {
    const rows: RowEvent[] = []
    for (const event of events) {
      const row = toRow(event)
      if (row !== null) rows.push(row)
    }
    return rows
  }
  return { push: (text) => toRows(scanner.push(text)), end: () => toRows(scanner.end()) }
}

interface Columns {
  readonly names: readonly string[]
  /** Characters that the names add to each row as JSON. */
  readonly overhead: number
  toObject(fields: readonly string[]): JsonObject
}

const createColumns = (header: readonly string[]): Columns => {
  const names = distinctNames(header)
  const special = names.includes('__proto__')
  return {
    names,
    overhead: names.reduce((sum, name) => sum + name.length + 6, 2),
    toObject: (fields) => {
      const row: Record<string, string> = {}
      for (let index = 0; index < names.length; index++) {
        const name = names[index] as string
        const value = fields[index] as string
        // Assigning __proto__ would be swallowed; it has to be defined.
        if (special) Object.defineProperty(row, name, { value, enumerable: true, writable: true, configurable: true })
        else row[name] = value
      }
      return row
    },
  }
}
