import type { Database } from '../database.js'
import type { Generation } from './generations.js'

/** How many of the records have vectors of a generation. */
export interface Coverage {
  readonly records: number
  /** Records whose vectors still have to be made, or made again. */
  readonly waiting: number
  /** Records that the endpoint refused; they are found by their words only, and tried again ever more rarely. */
  readonly failed: number
  /** From 0 to 1. */
  readonly share: number
}

const READ = `
SELECT (SELECT coalesce(sum(st.live_records), 0) FROM streams st JOIN sources s ON s.id = st.source_id AND s.deleting_at IS NULL)::float8 AS records,
  count(*) FILTER (WHERE problem IS NULL)::float8 AS queued, count(*) FILTER (WHERE problem IS NOT NULL)::float8 AS failed
FROM embedding_pending WHERE space = $1`

export const readCoverage = async (
  { pool }: Pick<Database, 'pool'>,
  { space, walked, walkedAt }: Pick<Generation, 'space' | 'walked' | 'walkedAt'>,
): Promise<Coverage> => {
  const { rows } = await pool.query<{ records: number; queued: number; failed: number }>({ name: 'inlet-coverage', text: READ, values: [space] })
  const { records, queued, failed } = rows[0] ?? { records: 0, queued: 0, failed: 0 }
  const unseen = walkedAt === null ? Math.max(0, records - walked) : 0
  const waiting = Math.min(records, queued + unseen)
  return { records, waiting, failed, share: records === 0 ? (waiting === 0 ? 1 : 0) : Math.max(0, 1 - (waiting + failed) / records) }
}
