import { type Actor, writeAudit } from '../audit/write-audit.js'
import type { Database } from '../database.js'
import { lockRow } from '../prisma-transaction.js'
import { olderThan } from '../sql-parts.js'
import { findUploadReaders, type UploadReader } from './find-upload-readers.js'

export interface UploadOverview {
  readonly id: string
  readonly name: string
  /** In bytes. */
  readonly size: number
  readonly sha256: string
  readonly mediaType: string | null
  readonly createdAt: Date
  /** When its content was last replaced; null: never. */
  readonly replacedAt: Date | null
  /** The sources that read it, by slug. */
  readonly sources: readonly UploadReader[]
}

const OVERVIEW = { id: true, name: true, size: true, sha256: true, mediaType: true, createdAt: true, replacedAt: true } as const

type Row = Omit<UploadOverview, 'size' | 'sources'> & { readonly size: bigint }

/** Uploads, newest first. */
export const listUploads = async (
  database: Database,
  { after, limit }: { readonly after: { readonly createdAt: string; readonly id: string } | null; readonly limit: number },
): Promise<readonly UploadOverview[]> => {
  const rows = await database.prisma.upload.findMany({
    ...(after !== null && { where: olderThan('createdAt', { at: after.createdAt, id: after.id }) }),
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    take: limit,
    select: OVERVIEW,
  })
  return withReaders(database, rows)
}

export const findUpload = async (database: Database, id: string): Promise<UploadOverview | null> => {
  const row = await database.prisma.upload.findUnique({ where: { id }, select: OVERVIEW })
  return row === null ? null : ((await withReaders(database, [row]))[0] ?? null)
}

/** Who made an upload that is still there, and how many bytes it counts for; null when there is none. */
export const findUploadOwner = async (
  { prisma }: Pick<Database, 'prisma'>,
  id: string,
): Promise<{ readonly createdBy: string | null; readonly size: number } | null> => {
  const row = await prisma.upload.findUnique({ where: { id }, select: { createdBy: true, size: true } })
  return row === null ? null : { createdBy: row.createdBy, size: Number(row.size) }
}

/** Removes an upload with its bytes; false when there is none. */
export const deleteUpload = (database: Database, id: string, actor: Actor): Promise<boolean> =>
  database.prismaTransaction(async ({ prisma, client }) => {
    // Locked first: a replacement at the same moment would leave the bytes of the other content behind.
    await lockRow(client, 'upload', id)
    const upload = await prisma.upload.findUnique({ where: { id }, select: { name: true, contentId: true, formerContentId: true } })
    if (upload === null) return false
    const contents = [id, upload.contentId, upload.formerContentId].filter((content) => content !== null)
    await prisma.upload.delete({ where: { id } })
    await prisma.uploadChunk.deleteMany({ where: { uploadId: { in: contents } } })
    await writeAudit(client, { actor, action: 'upload.delete', targetType: 'upload', targetId: id, targetName: upload.name })
    return true
  })

const withReaders = async (database: Database, rows: readonly Row[]): Promise<readonly UploadOverview[]> => {
  const readers = await findUploadReaders(
    database,
    rows.map(({ id }) => id),
  )
  return rows.map(({ size, ...row }) => ({ ...row, size: Number(size), sources: readers.get(row.id) ?? [] }))
}
