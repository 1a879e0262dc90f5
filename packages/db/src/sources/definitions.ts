import type { Schedule, SourceStatus } from '@inlet/domain'
import type { Database } from '../database.js'
import { allOf, createSqlParts } from '../sql-parts.js'

/** What a source is, as files define it. */
export interface StoredDefinition {
  readonly id: string
  readonly slug: string
  readonly name: string
  readonly connector: string
  readonly config: Readonly<Record<string, unknown>>
  readonly mapping: unknown
  /** Name of the shared credential; null without one. */
  readonly credential: string | null
  readonly schedule: Schedule | null
  readonly labels: Readonly<Record<string, string>>
  readonly freshWithinSeconds: number | null
  readonly status: SourceStatus
  readonly managedBy: string | null
  /** Names of its own secrets that are set. */
  readonly secretFields: readonly string[]
  readonly secretsFingerprint: string | null
  readonly revision: number
}

interface Row extends Omit<StoredDefinition, 'schedule' | 'secretFields'> {
  readonly cron: string | null
  readonly timeZone: string
  readonly secretFields: readonly string[] | null
}

interface Page {
  readonly page: readonly Row[]
}

export interface DefinitionRequest {
  readonly slugs?: readonly string[] | undefined
  readonly managedBy?: string | undefined
  /** The slug of the last one of the page before. */
  readonly after?: string | null
  readonly limit: number
}

/** Definitions of sources that are not being deleted, by slug. */
export const listDefinitions = async (database: Database, request: DefinitionRequest): Promise<readonly StoredDefinition[]> => {
  const { values, add } = createSqlParts()
  const where = allOf([
    's.deleting_at IS NULL',
    request.slugs === undefined ? null : `s.slug = ANY(${add(request.slugs)})`,
    request.managedBy === undefined ? null : `s.managed_by = ${add(request.managedBy)}`,
    // The order of bytes, the same on every server.
    request.after === undefined || request.after === null ? null : `s.slug COLLATE "C" > ${add(request.after)}`,
  ])
  const { slugs, managedBy, after } = request
  const { rows } = await database.lists.query<Page>({
    // Parsed and planned once in each connection.
    name: `inlet-definitions ${slugs === undefined ? '' : 'slugs'} ${managedBy === undefined ? '' : 'managed'} ${after == null ? 'first' : 'next'}`,
    // SQL: in the order of bytes. The page first: configs and secrets are read for its rows alone, whatever the statistics say; and as one row,
    // of which the driver makes objects faster than of many.
    text: `WITH page AS MATERIALIZED (
       SELECT s.id, s.slug, s.name, s.connector, s.version_id, s.cron, s.time_zone, s.labels, s.status, s.revision, s.fresh_within_seconds, s.managed_by,
         s.secrets_fingerprint, s.credential_id
       FROM sources s WHERE s.version_id IS NOT NULL AND ${where} ORDER BY s.slug COLLATE "C" LIMIT ${add(request.limit)})
     SELECT coalesce(json_agg(p), '[]') AS page FROM (
       SELECT s.id, s.slug, s.name, s.connector, v.config, v.mapping, s.cron, s.time_zone AS "timeZone", s.labels, s.status, s.revision,
         s.fresh_within_seconds AS "freshWithinSeconds", s.managed_by AS "managedBy", s.secrets_fingerprint AS "secretsFingerprint",
         (SELECT name FROM credentials WHERE id = s.credential_id) AS credential,
         (SELECT array_agg(k ORDER BY k) FROM credentials c, jsonb_object_keys(c.sealed->'fields') AS k WHERE c.source_id = s.id) AS "secretFields"
       FROM page s CROSS JOIN LATERAL (SELECT config, mapping FROM source_versions WHERE id = s.version_id LIMIT 1) v
       ORDER BY s.slug COLLATE "C") p`,
    values,
  })
  return (rows[0]?.page ?? []).map(({ cron, timeZone, secretFields, ...row }) => ({
    ...row,
    schedule: cron === null ? null : { cron, timeZone },
    secretFields: secretFields ?? [],
  }))
}

/** Which slug holds each of these names (in the form of `nameKey`), for those that are taken. */
export const findNameHolders = async ({ prisma }: Database, nameKeys: readonly string[]): Promise<ReadonlyMap<string, string>> => {
  const rows = await prisma.source.findMany({ where: { nameKey: { in: [...nameKeys] } }, select: { nameKey: true, slug: true } })
  return new Map(rows.map(({ nameKey, slug }) => [nameKey, slug]))
}
