import type { JsonObject } from '@inlet/connector-sdk'
import type { XlsxRow } from '../../parsing/office/read-xlsx.js'
import { distinctNames } from './column-names.js'
import { findHeader, fitHeader, type TableRecord } from './find-header.js'
import type { RowEvent, TableLayout } from './row-event.js'

export interface XlsxRowsOptions {
  readonly header: boolean | readonly string[]
  readonly headerLine?: number | undefined
  readonly skipLines?: number | undefined
  readonly maxRecordBytes: number
  readonly maxColumns: number
}

export interface XlsxRows {
  push(rows: readonly XlsxRow[]): readonly RowEvent[]
  /** Returns the rows of the last sheet that were held to find its header. */
  end(): readonly RowEvent[]
  /** How the sheets so far were understood. */
  readonly layouts: readonly TableLayout[]
}

/** How many rows of each sheet are held until its header is chosen. */
const LOOK_AHEAD = 50

/** Turns rows of sheets into records with the names of their columns; the sheet is the field `_sheet`. */
export const createXlsxRows = (options: XlsxRowsOptions): XlsxRows => {
  const { header, maxRecordBytes, maxColumns } = options
  const fixed = Array.isArray(header) ? (header as readonly string[]) : []
  const first = options.headerLine ?? (options.skipLines ?? 0) + 1
  const layouts: TableLayout[] = []
  let sheet: string | undefined
  let buffered: XlsxRow[] | null = null
  let names: readonly string[] = []
  let number = 0

  const toEvent = (row: XlsxRow): RowEvent => {
    number++
    const base = { number, place: [row.sheet, row.row], size: 0 }
    const place = `row ${row.row} of ${row.sheet}`
    if (row.cells.length > maxColumns)
      return { ...base, failure: { reason: 'RECORD_INVALID', message: `${place} has more than ${maxColumns} columns` } }
    const data = toObject(row, names)
    const size =
      row.cells.reduce<number>((sum, cell) => sum + 10 + (typeof cell === 'string' ? cell.length : 8), 0) +
      names.reduce((sum, name) => sum + name.length, 0)
    return size > maxRecordBytes
      ? { ...base, failure: { reason: 'RECORD_TOO_LARGE', message: `${place} has more than ${maxRecordBytes} bytes` } }
      : { ...base, size, data }
  }
  const release = (): readonly RowEvent[] => {
    const rows = buffered ?? []
    buffered = null
    if (header !== true || rows.length === 0) return rows.map(toEvent)
    const isFixed = options.headerLine !== undefined || options.skipLines !== undefined
    const { index, layout } = chooseHeader(rows, isFixed)
    layouts.push(layout)
    names = distinctNames(rows[index]?.cells.map(cellText) ?? [])
    return rows.slice(index + 1).map(toEvent)
  }
  const take = (row: XlsxRow): readonly RowEvent[] => {
    const before = row.sheet === sheet ? [] : release()
    if (row.sheet !== sheet) {
      sheet = row.sheet
      buffered = []
      names = fixed
    }
    if (row.row < first) return before
    if (buffered === null) return [...before, toEvent(row)]
    buffered.push(row)
    return buffered.length < LOOK_AHEAD ? before : [...before, ...release()]
  }
  return { push: (rows) => rows.flatMap(take), end: release, layouts }
}

const cellText = (cell: XlsxRow['cells'][number]): string => String(cell ?? '')

const chooseHeader = (rows: readonly XlsxRow[], isFixed: boolean): { readonly index: number; readonly layout: TableLayout } => {
  const records: TableRecord[] = rows.map(({ row, cells }) => ({ line: row, fields: cells.map(cellText) }))
  const found = isFixed ? fitHeader(records, 0, true) : findHeader(records, { ragged: true })
  const chosen = records[found.index] as TableRecord
  const place = `header of ${rows[0]?.sheet} in row ${chosen.line}`
  const guesses = found.index === 0 ? [] : [`the ${place}, ${found.index} ${found.index === 1 ? 'row' : 'rows'} above it left out`]
  return {
    index: found.index,
    layout: { guesses, summary: `${place}: ${chosen.fields.slice(0, 10).join(', ')}; ${found.fits} of the first ${found.of} rows fit` },
  }
}

/** Cells beyond the names are column_4 and so on; names without a cell are null. */
const toObject = ({ sheet, cells }: XlsxRow, names: readonly string[]): JsonObject => {
  const entries: [string, JsonObject[string]][] = [['_sheet', sheet]]
  for (let column = 0; column < Math.max(cells.length, names.length); column++)
    entries.push([names[column] ?? `column_${column + 1}`, cells[column] ?? null])
  return Object.fromEntries(entries)
}
