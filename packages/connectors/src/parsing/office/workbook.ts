import { Failure } from '@inlet/connector-sdk'
import type { ZipEntry } from '../zip/open-zip.js'
import { unescapeXstring } from './shared-strings.js'
import { attributeOf, readXml } from './xml-events.js'

export interface Workbook {
  /** Visible worksheets in order, each with the name of its part. */
  readonly sheets: readonly { readonly name: string; readonly part: string }[]
  /** Days are counted from 1904 instead of 1900. */
  readonly date1904: boolean
  /** The parts that contain the strings and styles of its cells. */
  readonly strings: string
  readonly styles: string
}

/** @param folder of the workbook within the file, with a trailing slash. Throws FILE_UNREADABLE when a sheet cannot be found. */
export const readWorkbook = async (book: ZipEntry, relations: ZipEntry, folder: string): Promise<Workbook> => {
  const toPart = (target: string): string => (target.startsWith('/') ? target.slice(1) : `${folder}${target.replace(/^\.\//, '')}`)
  const targets = new Map<string, string>()
  const others = new Set<string>()
  let strings = `${folder}sharedStrings.xml`
  let styles = `${folder}styles.xml`
  await readXml(relations.bytes(), {
    open: (name, attributes) => {
      if (name !== 'Relationship') return
      // Chart sheets have another type.
      const type = attributes['Type'] ?? ''
      if (type.endsWith('/sharedStrings')) strings = toPart(attributes['Target'] ?? '')
      if (type.endsWith('/styles')) styles = toPart(attributes['Target'] ?? '')
      if (type.endsWith('/worksheet')) targets.set(attributes['Id'] ?? '', toPart(attributes['Target'] ?? ''))
      else others.add(attributes['Id'] ?? '')
    },
  })
  const sheets: { name: string; part: string }[] = []
  let date1904 = false
  await readXml(book.bytes(), {
    open: (name, attributes) => {
      if (name === 'workbookPr') date1904 = /^(?:1|true)$/.test(attributes['date1904'] ?? '')
      if (name !== 'sheet' || (attributes['state'] ?? 'visible') !== 'visible') return
      const id = attributeOf(attributes, 'id') ?? ''
      const part = targets.get(id)
      const sheet = unescapeXstring(attributes['name'] ?? '')
      if (part !== undefined) sheets.push({ name: sheet, part })
      // A failure with a reason is better than silently no rows.
      else if (!others.has(id))
        throw new Failure('FILE_UNREADABLE', `the workbook does not say where its sheet ${JSON.stringify(sheet.slice(0, 100))} is`)
    },
  })
  return { sheets, date1904, strings, styles }
}
