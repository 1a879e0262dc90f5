import type { Zip, ZipEntry } from '../zip/open-zip.js'

const MAX_PARTS = 10_000

/** The parts of an Office file by their names in lower case, without a slash at the start. */
export const officeParts = async (zip: Zip): Promise<ReadonlyMap<string, ZipEntry>> => {
  const parts = new Map<string, ZipEntry>()
  for await (const entry of zip.entries()) if (parts.size < MAX_PARTS) parts.set(entry.name.replace(/^\/+/, '').toLowerCase(), entry)
  return parts
}
