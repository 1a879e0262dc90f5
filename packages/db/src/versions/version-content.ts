import { canonicalJson, type Schedule } from '@inlet/domain'
import { Prisma } from '../generated/client.js'

/** The content of a version. Secrets are stored separately and have their own versions. */
export interface VersionContent {
  readonly config: Readonly<Record<string, unknown>>
  /** Expressions by stream; null: records stay as they are. */
  readonly mapping: Readonly<Record<string, unknown>> | null
  /** Null: only on demand. */
  readonly schedule: Schedule | null
}

/** The columns of a version that hold its content, as Prisma reads them. */
export interface ContentRow {
  readonly config: unknown
  readonly mapping: unknown
  readonly cron: string | null
  readonly timeZone: string
}

export const CONTENT_COLUMNS = { config: true, mapping: true, cron: true, timeZone: true } as const

export const toContent = (row: ContentRow): VersionContent => ({
  // Safe: only a VersionContent is ever written here.
  config: row.config as VersionContent['config'],
  mapping: row.mapping as VersionContent['mapping'],
  schedule: row.cron === null ? null : { cron: row.cron, timeZone: row.timeZone },
})

export const sameContent = (a: VersionContent, b: VersionContent): boolean => canonicalJson(a) === canonicalJson(b)

/** Returns the columns config, mapping, cron and timeZone, as Prisma writes them. */
export const contentColumns = ({ config, mapping, schedule }: VersionContent) => ({
  config: toJson(config),
  mapping: mapping === null ? Prisma.DbNull : toJson(mapping),
  ...scheduleColumns(schedule),
})

/** Returns the columns of a schedule, which are the same in sources and versions. */
export const scheduleColumns = (schedule: Schedule | null) => ({ cron: schedule?.cron ?? null, timeZone: schedule?.timeZone ?? 'UTC' })

/** Settings are JSON that came over the API or from a file; Prisma's JSON type does not accept `unknown`. */
export const toJson = (value: unknown): Prisma.InputJsonValue => value as Prisma.InputJsonValue
