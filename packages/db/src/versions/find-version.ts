import { Failure } from '@inlet/domain'
import type { Database } from '../database.js'
import type { SourceVersion } from '../generated/client.js'
import { CONTENT_COLUMNS, toContent, type VersionContent } from './version-rows.js'

export interface OpenError {
  readonly reason: string
  readonly message: string
  readonly at: Date
}

export interface StoredVersion extends VersionContent {
  readonly number: number
  readonly state: 'published' | 'retired'
  /** The version whose content a rollback restored. */
  readonly restoredFrom: number | null
  readonly createdAt: Date
  readonly publishedAt: Date | null
  readonly openedAt: Date | null
  readonly openError: OpenError | null
}

const toVersion = ({ openReason, openMessage, openFailedAt, ...row }: SourceVersion): StoredVersion => ({
  ...toContent(row),
  // A draft has no number; only published and retired versions are queried.
  number: row.number ?? 0,
  state: row.state as StoredVersion['state'],
  restoredFrom: row.restoredFrom,
  createdAt: row.createdAt,
  publishedAt: row.publishedAt,
  openedAt: row.openedAt,
  openError: openFailedAt === null || openReason === null ? null : { reason: openReason, message: openMessage ?? '', at: openFailedAt },
})

/** Lists versions that are or were published, newest first. */
export const listVersions = async (
  { prisma }: Database,
  request: { readonly sourceId: string; readonly number?: number | undefined; readonly before: number | null; readonly limit: number },
): Promise<readonly StoredVersion[]> => {
  const { sourceId, before, limit } = request
  const number = { not: null, ...(before !== null && { lt: before }), ...(request.number !== undefined && { equals: request.number }) }
  return (await prisma.sourceVersion.findMany({ where: { sourceId, number }, orderBy: { number: 'desc' }, take: limit })).map(toVersion)
}

/** Returns a version by number. Throws NOT_FOUND. */
export const getVersion = async ({ prisma }: Database, sourceId: string, number: number): Promise<StoredVersion> => {
  const version = await prisma.sourceVersion.findUnique({ where: { sourceId_number: { sourceId, number } } })
  if (version === null) throw new Failure('NOT_FOUND', `the source has no version ${number}`)
  return toVersion(version)
}

/** Returns the content of a version by its number, or of `live` or `draft`. Throws NOT_FOUND. */
export const getContent = async ({ prisma }: Database, sourceId: string, which: number | 'live' | 'draft'): Promise<VersionContent> => {
  const source = await prisma.source.findUnique({ where: { id: sourceId }, select: { versionId: true } })
  const version =
    source === null
      ? null
      : await prisma.sourceVersion.findFirst({ where: { sourceId, ...whichOf(which, source.versionId) }, select: CONTENT_COLUMNS })
  if (version === null) throw new Failure('NOT_FOUND', which === 'draft' ? 'the source has no draft' : `the source has no version ${which}`)
  return toContent(version)
}

const whichOf = (which: number | 'live' | 'draft', liveId: string | null) => {
  if (which === 'draft') return { state: 'draft' }
  // An empty list of ids when there is no live version: Prisma would take undefined for any.
  return which === 'live' ? { id: { in: liveId === null ? [] : [liveId] } } : { number: which }
}
