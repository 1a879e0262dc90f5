import type { JsonObject } from '@inlet/connector-sdk'
import type { XlsxRow } from '../../parsing/office/read-xlsx.js'
import { distinctNames } from './column-names.js'
import type { RowEvent } from './row-event.js'

export interface XlsxRowsOptions {
  readonly header: boolean | readonly string[]
  readonly maxRecordBytes: number
  readonly maxColumns: number
}

/** Rows of sheets as records with the names of their columns; the sheet is the field `_sheet`. */
export const createXlsxRows = ({ header, maxRecordBytes, maxColumns }: XlsxRowsOptions): ((rows: readonly XlsxRow[]) => readonly RowEvent[]) => {
  const fixed = Array.isArray(header) ? (header as readonly string[]) : []
  let sheet: string | undefined
  let names: readonly string[] = []
  let number = 0

  const toEvent = (row: XlsxRow): RowEvent | null => {
    if (row.sheet !== sheet) {
      sheet = row.sheet
      names = distinctNames(header === true ? row.cells.map((cell) => String(cell ?? '')) : fixed)
      if (header === true) return null
    }
    number++
    const base = { number, place: [row.sheet, row.row] }
    if (row.cells.length > maxColumns)
      return {
        ...base,
        size: 0,
        failure: { reason: 'RECORD_INVALID', message: `row ${row.row} of ${row.sheet} has more than ${maxColumns} columns` },
      }
    const data = toObject(row, names)
    const size =
      row.cells.reduce<number>((sum, cell) => sum + 10 + (typeof cell === 'string' ? cell.length : 8), 0) +
      names.reduce((sum, name) => sum + name.length, 0)
    if (size > maxRecordBytes)
      return {
        ...base,
        size: 0,
        failure: { reason: 'RECORD_TOO_LARGE', message: `row ${row.row} of ${row.sheet} has more than ${maxRecordBytes} bytes` },
      }
    return { ...base, size, data }
  }
  return (rows) => rows.map(toEvent).filter((event) => event !== null)
}

/** Cells beyond the names are column_4 and so on; names without a cell are null. */
const toObject = ({ sheet, cells }: XlsxRow, names: readonly string[]): JsonObject => {
  const entries: [string, JsonObject[string]][] = [['_sheet', sheet]]
  for (let column = 0; column < Math.max(cells.length, names.length); column++)
    entries.push([names[column] ?? `column_${column + 1}`, cells[column] ?? null])
  return Object.fromEntries(entries)
}
