import { Failure } from '@inlet/connector-sdk'
import type { DateStyle } from './date-styles.js'
import { excelDate, excelDuration } from './excel-date.js'
import { unescapeXstring } from './shared-strings.js'
import { xmlEvents } from './xml-events.js'

export type CellValue = string | number | boolean | null

export interface SheetContext {
  readonly strings: readonly string[]
  readonly dateStyles: ReadonlyMap<number, DateStyle>
  readonly date1904: boolean
}

export interface SheetRow {
  readonly row: number
  readonly cells: readonly CellValue[]
}

/** Excel's own limit for the text of a cell. */
const MAX_CELL_CHARS = 32_767
/** Excel's own limit for columns. */
const EXCEL_COLUMNS = 16_384

/** Yields rows with at least one value, in groups, as the part streams. Throws FILE_UNREADABLE. */
export async function* sheetRows(bytes: AsyncIterable<Buffer>, context: SheetContext): AsyncGenerator<readonly SheetRow[], void, void> {
  let rows: SheetRow[] = []
  let number = 0
  let cells: CellValue[] = []
  let cell = { column: 0, type: 'n', style: 0, text: '' }
  let taking = false
  const events = xmlEvents(bytes, {
    open(name, attributes) {
      if (name === 'row') {
        number = Number(attributes['r'] ?? number + 1)
        cells = []
      } else if (name === 'c') {
        const column = attributes['r'] === undefined ? cells.length : columnOf(attributes['r'])
        if (!(column < EXCEL_COLUMNS)) throw new Failure('FILE_UNREADABLE', `row ${number} of a sheet has a cell outside the columns of Excel`)
        cell = { column, type: attributes['t'] ?? 'n', style: Number(attributes['s'] ?? 0), text: '' }
      } else if (name === 'v' || (name === 't' && cell.type === 'inlineStr')) taking = true
    },
    close(name) {
      if (name === 'v' || name === 't') taking = false
      else if (name === 'c') {
        const value = toValue(cell, context)
        if (value === null) return
        while (cells.length < cell.column) cells.push(null)
        cells[cell.column] = value
      } else if (name === 'row' && cells.length > 0) rows.push({ row: number, cells })
    },
    text(text) {
      if (taking && cell.text.length <= MAX_CELL_CHARS) cell.text += text
    },
  })
  for await (const _piece of events) {
    if (rows.length === 0) continue
    const group = rows
    rows = []
    yield group
  }
}

/** `C7` is column 2. */
const columnOf = (reference: string): number => {
  let column = 0
  for (const letter of /^[A-Z]{1,4}/.exec(reference)?.[0] ?? '') column = column * 26 + letter.charCodeAt(0) - 64
  return column === 0 ? Number.NaN : column - 1
}

const toValue = (
  { type, style, text }: { readonly type: string; readonly style: number; readonly text: string },
  context: SheetContext,
): CellValue => {
  if (text === '') return null
  if (type === 's') return context.strings[Number(text)] ?? null
  if (type === 'b') return text === '1'
  if (type !== 'n') return unescapeXstring(text)
  const number = Number(text)
  if (Number.isNaN(number)) return text
  const shown = context.dateStyles.get(style)
  if (shown === undefined) return number
  return (shown === 'elapsed' ? excelDuration(number) : excelDate(number, context.date1904)) ?? number
}
