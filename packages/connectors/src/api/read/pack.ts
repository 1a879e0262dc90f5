import type { SizedRecord } from './to-record.js'

const MAX_RECORDS = 1_000
const MAX_CHARACTERS = 900_000

/** Cuts the records of an answer into pages of at most 1,000 and about 1 MiB; at least one page, which may be empty. */
export const pack = (records: readonly SizedRecord[]): readonly (readonly SizedRecord[])[] => {
  const pages: SizedRecord[][] = [[]]
  let size = 0
  for (const record of records) {
    let page = pages.at(-1) ?? []
    if (page.length > 0 && (page.length >= MAX_RECORDS || size + record.size > MAX_CHARACTERS)) {
      page = []
      pages.push(page)
      size = 0
    }
    page.push(record)
    size += record.size
  }
  return pages
}
