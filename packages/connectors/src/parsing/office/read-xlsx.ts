import { Failure } from '@inlet/connector-sdk'
import type { Zip, ZipEntry } from '../zip/open-zip.js'
import { readDateStyles } from './date-styles.js'
import { findMainPart, officeParts } from './office-parts.js'
import { readSharedStrings } from './shared-strings.js'
import { type CellValue, sheetRows } from './sheet-rows.js'
import { readWorkbook } from './workbook.js'

export type { CellValue }

export interface XlsxRow {
  readonly sheet: string
  /** As the sheet counts, from 1. */
  readonly row: number
  /** By column from 0; null where the cell is empty. Dates as ISO 8601 without a zone. */
  readonly cells: readonly CellValue[]
}

export interface XlsxOptions {
  /** For all shared strings together, which are held in memory. */
  readonly maxSharedChars: number
}

/** Yields the rows of all visible sheets in order, in groups, as they stream. Throws CONTENT_MISMATCH, FILE_UNREADABLE, FILE_TOO_LARGE. */
export async function* readXlsx(zip: Zip, options: XlsxOptions): AsyncGenerator<readonly XlsxRow[], void, void> {
  const parts = await officeParts(zip)
  const part = (name: string): ZipEntry => {
    const found = parts.get(name.toLowerCase())
    if (found === undefined) throw new Failure('CONTENT_MISMATCH', `the content is not an Excel workbook: ${name} is missing`)
    return found
  }
  const book = await findMainPart(parts, 'xl/workbook.xml')
  const folder = book.slice(0, book.lastIndexOf('/') + 1)
  const workbook = await readWorkbook(part(book), part(`${folder}_rels/${book.slice(folder.length)}.rels`), folder)
  const strings = await readSharedStrings(parts.get(workbook.strings.toLowerCase()), options.maxSharedChars)
  const dateStyles = await readDateStyles(parts.get(workbook.styles.toLowerCase()))
  for (const sheet of workbook.sheets) {
    const context = { strings, dateStyles, date1904: workbook.date1904 }
    for await (const rows of sheetRows(part(sheet.part).bytes(), context)) yield rows.map(({ row, cells }) => ({ sheet: sheet.name, row, cells }))
  }
}
