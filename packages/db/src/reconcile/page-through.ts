import type { Database } from '../database.js'

/** Limits of one statement: sources (or streams) looked at, and rows removed. */
const OWNERS = 500
export const CHUNK = 5_000

/**
 * Runs a statement for all sources or streams, page by page, repeating each page until it removes nothing more. Its first parameter is the ids of a
 * page; it returns the number of rows removed as `n`. Safe to interrupt and repeat.
 */
export const removeByOwner = async (
  { pool }: Pick<Database, 'pool'>,
  work: {
    readonly owners: 'sources' | 'streams'
    readonly statement: string
    readonly values: readonly unknown[]
    readonly signal?: AbortSignal | undefined
  },
): Promise<number> => {
  let [total, after] = [0, null as string | number | null]
  for (;;) {
    const type = work.owners === 'sources' ? 'uuid' : 'int'
    const { rows } = await pool.query<{ id: string | number }>(
      `SELECT id FROM ${work.owners} WHERE $1::${type} IS NULL OR id > $1 ORDER BY id LIMIT ${OWNERS}`,
      [after],
    )
    const ids = rows.map(({ id }) => id)
    for (let removed = Number.POSITIVE_INFINITY; removed > 0 && ids.length > 0; total += removed) {
      if (work.signal?.aborted) return total
      const answer = await pool.query<{ n: number }>(work.statement, [ids, ...work.values])
      removed = answer.rows[0]?.n ?? 0
    }
    after = ids.at(-1) ?? null
    if (ids.length < OWNERS) return total
  }
}
