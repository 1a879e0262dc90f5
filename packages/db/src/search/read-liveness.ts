import { LENGTHS, MAX_PARTS, type PostingFilter } from '@inlet/search'
import type pg from 'pg'

/** Which index numbers still refer to a record, and how many documents were met that do not. */
export interface Liveness extends PostingFilter {
  gone(): number
  goneLength(): number
}

// Ten times as many would take 80 MiB more and be no faster.
const PAGE = 20_000
/** One bit per number, as long as that does not take too much memory. */
const MAX_BITS = 2 ** 31

/** Reads which numbers of a range are in use. */
export const createLiveness = async (client: pg.ClientBase, base: number, last: number): Promise<Liveness> => {
  const isLive = await readLive(client, base, last)
  const gone = new Set<number>()
  let length = 0
  return {
    keeps(record, part, packedLength) {
      if (isLive(record)) return true
      const key = record * MAX_PARTS + part
      if (!gone.has(key)) {
        gone.add(key)
        length += LENGTHS[packedLength] ?? 0
      }
      return false
    },
    gone: () => gone.size,
    goneLength: () => length,
  }
}

// Records first: a number that is given up meanwhile is then found among the former ones, unless nothing needs it any more.
const SOURCES = ['records', 'search_former'] as const

const readLive = async (client: pg.ClientBase, base: number, last: number): Promise<(record: number) => boolean> => {
  const span = last - base + 1
  const bits = span <= MAX_BITS ? new Uint8Array(Math.ceil(span / 8)) : null
  const numbers = new Set<number>()
  for (const table of SOURCES)
    await eachNumber(client, { table, base, last }, (doc) => {
      if (bits === null) numbers.add(doc)
      else bits[(doc - base) >>> 3] = (bits[(doc - base) >>> 3] ?? 0) | (1 << ((doc - base) & 7))
    })
  if (bits === null) return (record) => numbers.has(record)
  return (record) => ((bits[(record - base) >>> 3] ?? 0) & (1 << ((record - base) & 7))) !== 0
}

interface NumberRange {
  readonly table: (typeof SOURCES)[number]
  readonly base: number
  readonly last: number
}

const eachNumber = async (client: pg.ClientBase, { table, base, last }: NumberRange, visit: (doc: number) => void): Promise<void> => {
  let after = base - 1
  for (;;) {
    const { rows } = await client.query<{ doc_id: string }>(
      `SELECT doc_id::text FROM ${table} WHERE doc_id > $1 AND doc_id <= $2 ORDER BY doc_id LIMIT $3`,
      [after, last, PAGE],
    )
    for (const row of rows) {
      after = Number(row.doc_id)
      visit(after)
    }
    if (rows.length < PAGE) return
  }
}
