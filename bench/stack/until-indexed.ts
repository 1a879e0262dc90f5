import type { Stack } from './stack.js'
import { until } from './until.js'

/** Waits until everything stored can be searched. */
export const untilIndexed = ({ database: { pool } }: Stack): Promise<true> =>
  until(
    'the search index',
    async () => ((await pool.query('SELECT FROM search_pending WHERE problem IS NULL LIMIT 1')).rowCount === 0 ? true : null),
    { limitMs: 3_600_000, everyMs: 100 },
  )
