import { canonicalJson, nextTick, type Schedule } from '@inlet/domain'
import { Prisma, type Source } from '../generated/client.js'
import { lockRow, type Transaction, toJson } from '../prisma-transaction.js'

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

/** A source with its live version, locked for the rest of the transaction: every change to its versions takes this lock first. */
export interface LockedSource {
  readonly row: Source
  readonly live: { readonly id: string; readonly number: number; readonly content: VersionContent }
  readonly draft: { readonly id: string; readonly content: VersionContent } | null
  /** By the database's clock. */
  readonly now: Date
}

/** Locks a source; null when it is unknown, being deleted or has no version. */
export const lockSource = async ({ client, prisma }: Transaction, sourceId: string): Promise<LockedSource | null> => {
  const now = await lockRow(client, 'source', sourceId)
  const row = now === null ? null : await prisma.source.findUnique({ where: { id: sourceId } })
  if (now === null || row === null) return null
  const select = { id: true, number: true, ...CONTENT_COLUMNS }
  const live = row.versionId === null ? null : await prisma.sourceVersion.findUnique({ where: { id: row.versionId }, select })
  const draft = await prisma.sourceVersion.findFirst({ where: { sourceId, state: 'draft' }, select })
  if (live === null || live.number === null) return null
  return {
    row,
    live: { id: live.id, number: live.number, content: toContent(live) },
    draft: draft === null ? null : { id: draft.id, content: toContent(draft) },
    now,
  }
}

/** A version with its number. */
export interface NumberedVersion {
  readonly id: string
  readonly number: number
}

/** Retires the published version. Here and below, the caller holds the lock on the source. */
export const retirePublished = async (prisma: Prisma.TransactionClient, sourceId: string): Promise<void> => {
  await prisma.sourceVersion.updateMany({ where: { sourceId, state: 'published' }, data: { state: 'retired' } })
}

/** Adds content as the next published version, replacing the current one. */
export const insertPublished = async (
  prisma: Prisma.TransactionClient,
  version: { readonly sourceId: string; readonly content: VersionContent; readonly now: Date; readonly restoredFrom?: number },
): Promise<NumberedVersion> => {
  const { sourceId, content, now, restoredFrom = null } = version
  await retirePublished(prisma, sourceId)
  const number = await nextNumber(prisma, sourceId)
  const { id } = await prisma.sourceVersion.create({
    data: { sourceId, number, state: 'published', ...contentColumns(content), restoredFrom, publishedAt: now },
    select: { id: true },
  })
  return { id, number }
}

/** Publishes the draft as the next version, replacing the current one. */
export const publishDraftRow = async (
  prisma: Prisma.TransactionClient,
  draft: { readonly sourceId: string; readonly id: string; readonly now: Date },
): Promise<NumberedVersion> => {
  await retirePublished(prisma, draft.sourceId)
  const number = await nextNumber(prisma, draft.sourceId)
  await prisma.sourceVersion.update({
    where: { id: draft.id },
    data: { state: 'published', number, publishedAt: draft.now, updatedAt: draft.now },
  })
  return { id: draft.id, number }
}

const nextNumber = async (prisma: Prisma.TransactionClient, sourceId: string): Promise<number> => {
  const { _max: last } = await prisma.sourceVersion.aggregate({ where: { sourceId }, _max: { number: true } })
  return (last.number ?? 0) + 1
}

/** Whether a source waits for something that new settings or secrets may give it: it stopped with an error, or its run failed and is tried again later. */
export const mayBeRepaired = ({ status, restartAt }: Pick<Source, 'status' | 'restartAt'>): boolean =>
  status === 'ERROR' || (status === 'ACTIVE' && restartAt !== null)

/** The status of a source that stopped with an error, once new settings or secrets may have repaired it. */
export const REPAIRED = { status: 'ACTIVE', statusReason: null, statusMessage: null, processDeaths: 0, consecutiveFailures: 0 } as const

/**
 * Makes a version live: runs that begin from now on use it, with its schedule. With `repairs`, a source that had stopped with an error becomes active
 * again, and one that is to be tried again later no longer waits for that: the caller begins a run. The caller holds the lock on the source.
 */
export const goLive = async (
  prisma: Prisma.TransactionClient,
  change: {
    readonly sourceId: string
    readonly before: LockedSource
    readonly versionId: string
    readonly content: VersionContent
    readonly repairs: boolean
  },
): Promise<{ readonly rescheduled: boolean }> => {
  const { before, content } = change
  const rescheduled = canonicalJson(content.schedule) !== canonicalJson(before.live.content.schedule)
  await prisma.source.update({
    where: { id: change.sourceId },
    data: {
      versionId: change.versionId,
      ...scheduleColumns(content.schedule),
      ...(rescheduled && { nextTickAt: content.schedule === null ? null : nextTick(content.schedule, before.now) }),
      ...(change.repairs && { ...REPAIRED, restartAt: null }),
      revision: { increment: 1 },
      draftRevision: { increment: 1 },
      updatedAt: before.now,
    },
  })
  return { rescheduled }
}
