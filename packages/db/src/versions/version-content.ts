import { canonicalJson, type Schedule } from '@inlet/domain'

/** What a version says. Secrets are kept apart and have versions of their own. */
export interface VersionContent {
  readonly config: Readonly<Record<string, unknown>>
  /** Expressions by stream; null: records stay as they are. */
  readonly mapping: Readonly<Record<string, unknown>> | null
  /** Null: only on demand. */
  readonly schedule: Schedule | null
}

export interface ContentRow {
  readonly config: VersionContent['config']
  readonly mapping: VersionContent['mapping']
  readonly cron: string | null
  readonly time_zone: string
}

export const toContent = (row: ContentRow): VersionContent => ({
  config: row.config,
  mapping: row.mapping,
  schedule: row.cron === null ? null : { cron: row.cron, timeZone: row.time_zone },
})

export const sameContent = (a: VersionContent, b: VersionContent): boolean => canonicalJson(a) === canonicalJson(b)

/** The values of the columns config, mapping, cron and time_zone. */
export const contentValues = ({ config, mapping, schedule }: VersionContent): readonly [string, string | null, string | null, string] => [
  JSON.stringify(config),
  mapping === null ? null : JSON.stringify(mapping),
  schedule?.cron ?? null,
  schedule?.timeZone ?? 'UTC',
]
