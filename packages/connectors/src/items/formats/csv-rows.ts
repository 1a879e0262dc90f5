import { Failure, type JsonObject } from '@inlet/connector-sdk'
import { distinctNames } from './column-names.js'
import { type CsvEvent, type CsvScannerOptions, createCsvScanner } from './csv-scanner.js'
import type { RowEvent, RowParser } from './row-event.js'

export interface CsvRowsOptions extends CsvScannerOptions {
  /** True: the first record names the columns; false: column_1, column_2 …; or the names. */
  readonly header: boolean | readonly string[]
}

/**
 * Rows of a CSV file as objects of strings. A row with more or fewer fields than the header is refused with its line.
 * Throws FILE_UNREADABLE when the header itself cannot be read.
 */
export const createCsvRows = (options: CsvRowsOptions): RowParser => {
  const scanner = createCsvScanner(options)
  let columns: Columns | undefined = Array.isArray(options.header) ? createColumns(options.header) : undefined
  let number = 0

  const toRow = (event: CsvEvent): RowEvent | null => {
    if (columns === undefined) {
      if ('failure' in event && options.header === true) throw new Failure('FILE_UNREADABLE', `the header cannot be read: ${event.failure.message}`)
      if ('fields' in event) {
        columns = createColumns(options.header === true ? event.fields : event.fields.map(() => ''))
        if (options.header === true) return null
      }
    }
    number++
    const { line } = event
    if ('failure' in event) return { number, size: 0, failure: event.failure }
    const expected = columns?.names.length ?? 0
    if (event.fields.length === expected && columns !== undefined)
      return { number, size: event.size + columns.overhead, data: columns.toObject(event.fields) }
    const message = `line ${line} has ${event.fields.length} fields instead of ${expected}`
    return { number, size: 0, failure: { reason: 'RECORD_INVALID', message, raw: event.fields.join(options.delimiter).slice(0, 2000) } }
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
