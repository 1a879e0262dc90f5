import type { IncidentKind } from '@inlet/domain'
import type { Database } from '../database.js'

export interface IncidentGroup {
  readonly kind: IncidentKind
  readonly reason: string
  /** How many incidents, and of how many sources. */
  readonly count: number
  readonly sources: number
  /** When the first and the latest of these problems began. */
  readonly firstSince: Date
  readonly lastSince: Date
  /** The latest incident's. */
  readonly message: string
  readonly source: string
  /** The most frequent step, and how many different ones there are. */
  readonly next: string
  readonly steps: number
}

/** Groups the open incidents of sources that are not being deleted by kind and reason: what is worst first, then the largest group. */
export const listIncidentGroups = async ({ pool }: Pick<Database, 'pool'>, limit: number): Promise<readonly IncidentGroup[]> => {
  // SQL: Prisma cannot take the latest message of each group, nor its most frequent step.
  const { rows } = await pool.query<IncidentGroup>(
    `SELECT i.kind, i.reason, count(*)::int AS count, count(DISTINCT i.source_id)::int AS sources,
       min(i.since) AS "firstSince", max(i.since) AS "lastSince",
       (array_agg(i.message ORDER BY i.opened_at DESC, i.id DESC))[1] AS message, (array_agg(s.slug ORDER BY i.opened_at DESC, i.id DESC))[1] AS source,
       mode() WITHIN GROUP (ORDER BY i.next) AS next, count(DISTINCT i.next)::int AS steps
     FROM incidents i JOIN sources s ON s.id = i.source_id
     WHERE i.closed_at IS NULL AND s.deleting_at IS NULL
     GROUP BY i.kind, i.reason
     ORDER BY array_position(ARRAY['error', 'content', 'stale', 'quarantine'], i.kind), count(*) DESC, i.reason LIMIT $1`,
    [limit],
  )
  return rows
}
