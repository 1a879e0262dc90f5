import type { SourceStatus } from '@inlet/domain'
import type { Database } from '../database.js'
import { whereRef } from './find-source.js'

export interface SourceFreshness {
  readonly id: string
  readonly name: string
  readonly status: SourceStatus
  readonly lastSuccessAt: Date | null
  readonly fresh: boolean
}

/** How fresh sources are: those named (by id), or all that may run when null. Only the stale ones unless `all`. */
export const listFreshness = async (
  database: Database,
  request: { readonly sourceIds: readonly string[] | null; readonly maxAgeSeconds: number; readonly limit: number; readonly all?: boolean },
): Promise<readonly SourceFreshness[]> => {
  const { rows } = await database.pool.query<SourceFreshness>(
    `SELECT id, name, status, last_success_at AS "lastSuccessAt", fresh FROM (
       SELECT *, coalesce(last_success_at >= clock_timestamp() - $2 * interval '1 second', false) AS fresh FROM sources
       WHERE deleting_at IS NULL AND CASE WHEN $1::uuid[] IS NULL THEN status NOT IN ('PAUSED', 'STOPPED') ELSE id = ANY($1) END
     ) s WHERE $4 OR NOT fresh ORDER BY name_key LIMIT $3`,
    [request.sourceIds, request.maxAgeSeconds, request.limit, request.all ?? false],
  )
  return rows
}

/** The ids of sources named by id or slug, in the order of the names; null where unknown. */
export const findSourceIds = async ({ prisma }: Database, refs: readonly string[]): Promise<readonly (string | null)[]> => {
  const rows = await prisma.source.findMany({ where: { OR: refs.map(whereRef), deletingAt: null }, select: { id: true, slug: true } })
  return refs.map((ref) => rows.find(({ id, slug }) => id === ref || slug === ref)?.id ?? null)
}
