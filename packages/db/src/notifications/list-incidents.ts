import type { IncidentEnd, IncidentKind } from '@inlet/domain'
import type { Database } from '../database.js'
import { allOf, createSqlParts } from '../sql-parts.js'

export interface IncidentRow {
  readonly id: string
  readonly sourceId: string
  readonly source: string
  readonly kind: IncidentKind
  readonly reason: string
  readonly message: string
  readonly next: string
  readonly runId: string | null
  readonly since: Date
  readonly openedAt: Date
  readonly closedAt: Date | null
  readonly closedAs: IncidentEnd | null
}

export interface IncidentListRequest {
  readonly sourceId?: string | undefined
  readonly kind?: IncidentKind | undefined
  readonly open: boolean | null
  readonly before: { readonly at: Date; readonly id: string } | null
  readonly limit: number
}

/** Incidents, the latest first; `open` null: open or not. */
export const listIncidents = async (database: Pick<Database, 'pool'>, request: IncidentListRequest): Promise<readonly IncidentRow[]> => {
  const { values, add } = createSqlParts()
  const where = allOf([
    request.sourceId === undefined ? null : `i.source_id = ${add(request.sourceId)}`,
    request.kind === undefined ? null : `i.kind = ${add(request.kind)}`,
    request.open === null ? null : `i.closed_at IS ${request.open ? '' : 'NOT '}NULL`,
    request.before === null ? null : `(i.opened_at, i.id) < (${add(request.before.at)}, ${add(request.before.id)}::uuid)`,
    's.deleting_at IS NULL',
  ])
  const { rows } = await database.pool.query<IncidentRow>(
    `SELECT i.id, i.source_id AS "sourceId", s.slug AS source, i.kind, i.reason, i.message, i.next, i.run_id AS "runId", i.since,
       i.opened_at AS "openedAt", i.closed_at AS "closedAt", i.closed_as AS "closedAs"
     FROM incidents i JOIN sources s ON s.id = i.source_id WHERE ${where} ORDER BY i.opened_at DESC, i.id DESC LIMIT ${add(request.limit)}`,
    values,
  )
  return rows
}

/** How many incidents of each kind are open. */
export const countOpenIncidents = async (database: Pick<Database, 'pool'>): Promise<Readonly<Record<IncidentKind, number>>> => {
  const { rows } = await database.pool.query<{ kind: IncidentKind; n: number }>(
    'SELECT kind, count(*)::int AS n FROM incidents WHERE closed_at IS NULL GROUP BY kind',
  )
  return { error: 0, stale: 0, ...Object.fromEntries(rows.map(({ kind, n }) => [kind, n])) }
}
