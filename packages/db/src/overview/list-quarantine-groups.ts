import type { Database } from '../database.js'

export interface QuarantineGroup {
  readonly sourceId: string
  readonly slug: string
  readonly name: string
  readonly stream: string
  readonly reason: string
  readonly count: number
  /** The latest record's. */
  readonly message: string
  readonly lastSeenAt: Date
}

/** Groups open records in quarantine, of all sources or one, by source, stream and reason; largest group first. */
export const listQuarantineGroups = async (
  database: Database,
  { sourceId, limit }: { readonly sourceId?: string | undefined; readonly limit: number },
): Promise<readonly QuarantineGroup[]> => {
  // SQL: Prisma cannot order groups by their size and take the last message of each.
  const { rows } = await database.pool.query<QuarantineGroup>(
    `SELECT s.id AS "sourceId", s.slug, s.name, q.stream, q.reason, count(*)::int AS count,
       (array_agg(q.message ORDER BY q.id DESC))[1] AS message, max(q.last_seen_at) AS "lastSeenAt"
     FROM quarantine q JOIN sources s ON s.id = q.source_id
     WHERE q.state = 'open' AND s.deleting_at IS NULL AND ($2::uuid IS NULL OR q.source_id = $2)
     GROUP BY s.id, q.stream, q.reason ORDER BY count(*) DESC, max(q.last_seen_at) DESC LIMIT $1`,
    [limit, sourceId ?? null],
  )
  return rows
}
