import type { IncidentEnd, IncidentKind, StepSecrets } from '@inlet/domain'
import { CREDENTIAL_OF_SOURCE, SECRETS_IN_STEPS } from '../credentials/stored-credential.js'
import type { Database } from '../database.js'
import type { Prisma } from '../generated/client.js'
import { olderThan } from '../sql-parts.js'

export interface IncidentRow {
  readonly id: string
  readonly sourceId: string
  readonly source: string
  readonly kind: IncidentKind
  readonly reason: string
  readonly message: string
  readonly next: string
  /** The source's, for the next step. */
  readonly secrets: StepSecrets
  readonly runId: string | null
  readonly since: Date
  readonly openedAt: Date
  readonly closedAt: Date | null
  readonly closedAs: IncidentEnd | null
}

export interface IncidentListRequest {
  readonly sourceId?: string | undefined
  readonly kind?: IncidentKind | undefined
  readonly reason?: string | undefined
  readonly open: boolean | null
  readonly before: { readonly at: Date; readonly id: string } | null
  readonly limit: number
}

// SQL: sources, versions and credentials are read at one moment.
const OF_SOURCES = `SELECT s.id, s.slug, ${SECRETS_IN_STEPS} AS secrets FROM sources s ${CREDENTIAL_OF_SOURCE} WHERE s.id = ANY($1::uuid[])`

/** Lists incidents of sources that are not being deleted, latest first; `open` null: both open and closed. */
export const listIncidents = async (
  { prisma, pool }: Pick<Database, 'prisma' | 'pool'>,
  request: IncidentListRequest,
): Promise<readonly IncidentRow[]> => {
  const { sourceId, kind, reason, open, before, limit } = request
  const rows = await prisma.incident.findMany({
    where: {
      sourceId: await visibleSources(prisma, sourceId),
      ...(kind !== undefined && { kind }),
      ...(reason !== undefined && { reason }),
      ...(open !== null && { closedAt: open ? null : { not: null } }),
      ...(before !== null && olderThan('openedAt', before)),
    },
    orderBy: [{ openedAt: 'desc' }, { id: 'desc' }],
    take: limit,
    omit: { openedNotifiedAt: true, closedNotifiedAt: true },
  })
  const { rows: sources } = await pool.query<{ id: string; slug: string; secrets: StepSecrets }>(OF_SOURCES, [rows.map((row) => row.sourceId)])
  const known = new Map(sources.map((source) => [source.id, source]))
  // Safe: only the kinds and times written by followIncidents and followContent occur.
  return rows.map((row) => {
    const { slug, secrets } = known.get(row.sourceId) ?? { slug: row.sourceId, secrets: { names: [], credential: null } }
    return { ...row, source: slug, secrets }
  }) as readonly IncidentRow[]
}

/** Counts the open incidents of each kind. */
export const countOpenIncidents = async ({ prisma }: Pick<Database, 'prisma'>): Promise<Readonly<Record<IncidentKind, number>>> => {
  const counts = await prisma.incident.groupBy({ by: ['kind'], where: { closedAt: null }, _count: true })
  return { error: 0, stale: 0, quarantine: 0, content: 0, ...Object.fromEntries(counts.map(({ kind, _count: count }) => [kind, count])) }
}

/** Returns the condition on `sourceId` for rows of one source, or of all, excluding those being deleted: there are few of these at a time. */
const visibleSources = async (
  prisma: Pick<Prisma.TransactionClient, 'source'>,
  sourceId: string | undefined,
): Promise<{ readonly equals?: string; readonly notIn: string[] }> => {
  const deleting = await prisma.source.findMany({
    where: { deletingAt: { not: null }, ...(sourceId !== undefined && { id: sourceId }) },
    select: { id: true },
  })
  return { ...(sourceId !== undefined && { equals: sourceId }), notIn: deleting.map(({ id }) => id) }
}
