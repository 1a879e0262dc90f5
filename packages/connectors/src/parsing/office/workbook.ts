import type { ZipEntry } from '../zip/open-zip.js'
import { readXml } from './xml-events.js'

export interface Workbook {
  /** Visible worksheets in their order, each with the name of its part. */
  readonly sheets: readonly { readonly name: string; readonly part: string }[]
  /** Days are counted from 1904 instead of 1900. */
  readonly date1904: boolean
}

export const readWorkbook = async (book: ZipEntry, relations: ZipEntry): Promise<Workbook> => {
  const targets = new Map<string, string>()
  await readXml(relations.bytes(), {
    open: (name, attributes) => {
      // Chart sheets have another type.
      if (name === 'Relationship' && (attributes['Type'] ?? '').endsWith('/worksheet'))
        targets.set(attributes['Id'] ?? '', toPart(attributes['Target'] ?? ''))
    },
  })
  const sheets: { name: string; part: string }[] = []
  let date1904 = false
  await readXml(book.bytes(), {
    open: (name, attributes) => {
      if (name === 'workbookPr') date1904 = /^(?:1|true)$/.test(attributes['date1904'] ?? '')
      if (name !== 'sheet' || (attributes['state'] ?? 'visible') !== 'visible') return
      const part = targets.get(attributes['r:id'] ?? attributes['relationships:id'] ?? '')
      if (part !== undefined) sheets.push({ name: attributes['name'] ?? '', part })
    },
  })
  return { sheets, date1904 }
}

const toPart = (target: string): string => (target.startsWith('/') ? target.slice(1) : `xl/${target.replace(/^\.\//, '')}`)
