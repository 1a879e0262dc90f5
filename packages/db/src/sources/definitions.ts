import { type Language, type Schedule, type SourceStatus, toLanguage } from '@inlet/domain'
import type { Database } from '../database.js'
import { AS_TEXT, allOf, createSqlParts, type TextRow, textToNumber } from '../sql-parts.js'

/** The definition of a source, as in files. */
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
  readonly language: Language | null
  readonly status: SourceStatus
  readonly managedBy: string | null
  /** Names of its own secrets that are set. */
  readonly secretFields: readonly string[]
  readonly secretsFingerprint: string | null
  readonly revision: number
}

interface Row extends Omit<StoredDefinition, 'schedule' | 'language'> {
  readonly language: string | null
  readonly cron: string | null
  readonly timeZone: string
}

export interface DefinitionRequest {
  readonly slugs?: readonly string[] | undefined
  readonly managedBy?: string | undefined
  /** The last slug of the previous page. */
  readonly after?: string | null
  readonly limit: number
}

/** Lists definitions of sources that are not being deleted, by slug. */
export const listDefinitions = async (database: Database, request: DefinitionRequest): Promise<readonly StoredDefinition[]> => {
  const { values, add } = createSqlParts()
  const where = allOf([
    's.deleting_at IS NULL',
    request.slugs === undefined ? null : `s.slug = ANY(${add(request.slugs)})`,
    request.managedBy === undefined ? null : `s.managed_by = ${add(request.managedBy)}`,
    // Byte order, the same on every server.
    request.after === undefined || request.after === null ? null : `s.slug COLLATE "C" > ${add(request.after)}`,
  ])
  const { slugs, managedBy, after } = request
  const { rows } = await database.lists.query<TextRow<Row>>({
    // Parsed and planned once per connection.
    name: `inlet-definitions ${slugs === undefined ? '' : 'slugs'} ${managedBy === undefined ? '' : 'managed'} ${after == null ? 'first' : 'next'}`,
    // SQL: in byte order. The page comes first: configs and secrets are read only for its rows, whatever the statistics say.
    text: `WITH page AS MATERIALIZED (
       SELECT s.id, s.slug, s.name, s.connector, s.version_id, s.cron, s.time_zone, s.labels, s.status, s.revision, s.fresh_within_seconds, s.language, s.managed_by,
         s.secrets_fingerprint, s.credential_id
       FROM sources s WHERE s.version_id IS NOT NULL AND ${where} ORDER BY s.slug COLLATE "C" LIMIT ${add(request.limit)})
     SELECT s.id, s.slug, s.name, s.connector, v.config, v.mapping, s.cron, s.time_zone AS "timeZone", s.labels, s.status, s.revision,
       s.fresh_within_seconds AS "freshWithinSeconds", s.language, s.managed_by AS "managedBy", s.secrets_fingerprint AS "secretsFingerprint",
       (SELECT name FROM credentials WHERE id = s.credential_id) AS credential,
       (SELECT coalesce(json_agg(k ORDER BY k), '[]') FROM credentials c, jsonb_object_keys(c.sealed->'fields') AS k WHERE c.source_id = s.id) AS "secretFields"
     FROM page s CROSS JOIN LATERAL (SELECT config, mapping FROM source_versions WHERE id = s.version_id LIMIT 1) v
     ORDER BY s.slug COLLATE "C"`,
    values,
    types: AS_TEXT,
  })
  return rows.map(toDefinition)
}

const toDefinition = ({ cron, timeZone, ...row }: TextRow<Row>): StoredDefinition => ({
  ...row,
  config: JSON.parse(row.config),
  mapping: row.mapping === null ? null : JSON.parse(row.mapping),
  schedule: cron === null ? null : { cron, timeZone },
  labels: JSON.parse(row.labels),
  freshWithinSeconds: textToNumber(row.freshWithinSeconds),
  language: toLanguage(row.language),
  status: row.status as SourceStatus,
  secretFields: JSON.parse(row.secretFields),
  revision: Number(row.revision),
})

/** Returns which slug holds each of these names (in the form of `nameKey`), for those that are taken. */
export const findNameHolders = async ({ prisma }: Database, nameKeys: readonly string[]): Promise<ReadonlyMap<string, string>> => {
  const rows = await prisma.source.findMany({ where: { nameKey: { in: [...nameKeys] } }, select: { nameKey: true, slug: true } })
  return new Map(rows.map(({ nameKey, slug }) => [nameKey, slug]))
}
