import type { Zip, ZipEntry } from '../zip/open-zip.js'
import { readXml } from './xml-events.js'

const MAX_PARTS = 10_000

/** Returns the parts of an Office file by their lower-case names, without a leading slash. */
export const officeParts = async (zip: Zip): Promise<ReadonlyMap<string, ZipEntry>> => {
  const parts = new Map<string, ZipEntry>()
  for await (const entry of zip.entries()) if (parts.size < MAX_PARTS) parts.set(entry.name.replace(/^\/+/, '').toLowerCase(), entry)
  return parts
}

/** Finds the name of the part that contains the document or workbook: the usual one, otherwise the one that the file's relations name. */
export const findMainPart = async (parts: ReadonlyMap<string, ZipEntry>, usual: string): Promise<string> => {
  const relations = parts.get('_rels/.rels')
  if (parts.has(usual) || relations === undefined) return usual
  let target = usual
  await readXml(relations.bytes(), {
    open: (name, attributes) => {
      if (name === 'Relationship' && (attributes['Type'] ?? '').endsWith('/officeDocument')) target = attributes['Target'] ?? usual
    },
  })
  return target.replace(/^\/+|^\.\//, '').toLowerCase()
}
