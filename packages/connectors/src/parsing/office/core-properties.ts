import type { ZipEntry } from '../zip/open-zip.js'
import { readXml } from './xml-events.js'

const WANTED = new Set(['title', 'subject', 'creator', 'keywords', 'description', 'lastModifiedBy', 'created', 'modified', 'category'])

/** What an Office file says about itself: title, creator, created … */
export const readCoreProperties = async (parts: ReadonlyMap<string, ZipEntry>): Promise<Readonly<Record<string, string>>> => {
  const part = parts.get('docprops/core.xml')
  const properties: Record<string, string> = {}
  if (part === undefined) return properties
  let name = ''
  await readXml(part.bytes(), {
    open: (element) => void (name = element),
    close: () => void (name = ''),
    text: (text) => {
      if (WANTED.has(name) && text.trim() !== '') properties[name] = ((properties[name] ?? '') + text).slice(0, 1000)
    },
  })
  return properties
}
