import type { Zip, ZipEntry } from '../zip/open-zip.js'
import { readXml } from './xml-events.js'

const MAX_PARTS = 10_000

/** The parts of an Office file by their names in lower case, without a slash at the start. */
export const officeParts = async (zip: Zip): Promise<ReadonlyMap<string, ZipEntry>> => {
  const parts = new Map<string, ZipEntry>()
  for await (const entry of zip.entries()) if (parts.size < MAX_PARTS) parts.set(entry.name.replace(/^\/+/, '').toLowerCase(), entry)
  return parts
}

/** The name of the part that holds the document or workbook: the usual one, else the one that the relations of the file name. */
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
