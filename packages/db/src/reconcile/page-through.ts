import type { Database } from '../database.js'

/** How much one statement does: so many sources (streams) are looked at, and so many of their rows removed at most. */
const OWNERS = 500
export const CHUNK = 5_000

/**
 * Runs a statement for all sources or streams, page by page, and for each page until it removes nothing more. Its first parameter
 * is the ids of a page; it answers how many rows it removed as `n`. May end anywhere and be begun again.
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
