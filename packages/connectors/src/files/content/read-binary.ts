import { Failure, type JsonObject } from '@inlet/connector-sdk'
import { readDocx } from '../../parsing/office/read-docx.js'
import { readXlsx } from '../../parsing/office/read-xlsx.js'
import { readPdf } from '../../parsing/pdf/read-pdf.js'
import type { RandomAccess } from '../../parsing/subprocess/reader-process.js'
import { openZip, type Zip } from '../../parsing/zip/open-zip.js'
import type { Document } from '../formats/document.js'
import { createLineRows } from '../formats/line-rows.js'
import { isLarger, type RowEvent, type TableLayout } from '../formats/row-event.js'
import { createXlsxRows } from '../formats/xlsx-rows.js'
import type { ReadingTools } from './reading-tools.js'
import type { LocalFile } from './spool.js'

/** Some 250 MB in JavaScript's memory. */
const MAX_SHARED_CHARS = 128 * 1024 * 1024

export const toRandomAccess = ({ handle, size }: LocalFile): RandomAccess => ({
  size,
  async readAt(start, end) {
    const buffer = Buffer.alloc(end - start)
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, start)
    return buffer.subarray(0, bytesRead)
  },
})

export const openArchive = ({ handle, size }: LocalFile, { config }: ReadingTools): Promise<Zip> =>
  openZip(handle, size, {
    maxEntries: config.maxArchiveFiles,
    maxExpandedBytes: config.maxExpandedBytes,
    maxExpansionRatio: config.maxExpansionRatio,
  })

/** Reads the pages of a PDF into one text, separated by form feeds. Throws RECORD_TOO_LARGE besides what reading throws. */
export const pdfDocument = async (file: RandomAccess, { config, processes, signal }: ReadingTools): Promise<Document> => {
  const pages: string[] = []
  let title: string | undefined
  let data: JsonObject = {}
  let chars = 0
  let unreadable = 0
  for await (const event of readPdf(file, { processes, signal })) {
    if ('document' in event) {
      title = event.document.title
      data = { pages: event.document.pages, info: event.document.info }
    } else {
      pages.push(event.text)
      if (event.unreadable === true) unreadable++
      chars += event.text.length
      if (chars > config.maxRecordBytes)
        throw new Failure(
          'RECORD_TOO_LARGE',
          `the text has more than maxRecordBytes (${config.maxRecordBytes}); recordPer "row" makes a record of each page`,
        )
    }
  }
  const text = pages.join('\n\f\n').trim()
  return checked({ title, text, data, unreadable: unreadable > 0 && (text === '' || unreadable * 2 > pages.length) }, config.maxRecordBytes)
}

/** Yields a row for each page: `page`, `text`. */
export async function* pdfRows(file: RandomAccess, { config, processes, signal }: ReadingTools): AsyncGenerator<readonly RowEvent[], void, void> {
  for await (const event of readPdf(file, { processes, signal })) {
    if ('document' in event) continue
    const { page, text } = event
    const tooLarge = isLarger(text, config.maxRecordBytes)
    yield [
      tooLarge
        ? { number: page, size: 0, failure: { reason: 'RECORD_TOO_LARGE', message: `page ${page} has more than ${config.maxRecordBytes} bytes` } }
        : { number: page, size: text.length, data: { page, text } },
    ]
  }
}

export const docxDocument = async (file: LocalFile, tools: ReadingTools): Promise<Document> => {
  const { maxRecordBytes } = tools.config
  const { title, text, properties } = await readDocx(await openArchive(file, tools), { maxChars: maxRecordBytes })
  return checked({ title, text, data: { info: properties } }, maxRecordBytes)
}

const checked = (document: Document, maxBytes: number): Document => {
  if (isLarger(document.text, maxBytes)) throw new Failure('RECORD_TOO_LARGE', `the text has more than maxRecordBytes (${maxBytes})`)
  return document
}

export async function* xlsxRows(file: LocalFile, tools: ReadingTools, layouts: TableLayout[]): AsyncGenerator<readonly RowEvent[], void, void> {
  const table = createXlsxRows(tools.config)
  const said = (): void => void layouts.push(...table.layouts.slice(layouts.length))
  // Excel's own limit is enough to distinguish one column too many from a thousand.
  for await (const rows of readXlsx(await openArchive(file, tools), { maxSharedChars: MAX_SHARED_CHARS })) {
    const events = table.push(rows)
    said()
    yield events
  }
  const last = table.end()
  said()
  yield last
}

export async function* parquetRows(file: RandomAccess, { config, processes, signal }: ReadingTools): AsyncGenerator<readonly RowEvent[], void, void> {
  const parser = createLineRows({ as: 'json', maxRecordBytes: config.maxRecordBytes })
  for await (const piece of processes.lines({ kind: 'parquet', file, signal })) yield parser.push(piece)
  yield parser.end()
}
