import { type Actor, writeAudit } from '../audit/write-audit.js'
import type { Database } from '../database.js'
import { olderThan } from '../sql-parts.js'
import type { UploadOverview } from './store-upload.js'

const OVERVIEW = { id: true, name: true, size: true, sha256: true, mediaType: true, createdAt: true } as const

/** Uploads, newest first. */
export const listUploads = async (
  { prisma }: Database,
  { after, limit }: { readonly after: { readonly createdAt: string; readonly id: string } | null; readonly limit: number },
): Promise<readonly UploadOverview[]> => {
  const rows = await prisma.upload.findMany({
    ...(after !== null && { where: olderThan('createdAt', { at: after.createdAt, id: after.id }) }),
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    take: limit,
    select: OVERVIEW,
  })
  return rows.map(toOverview)
}

export const findUpload = async ({ prisma }: Database, id: string): Promise<UploadOverview | null> => {
  const row = await prisma.upload.findUnique({ where: { id }, select: OVERVIEW })
  return row === null ? null : toOverview(row)
}

/** Removes an upload with its bytes; false when there is none. */
export const deleteUpload = (database: Database, id: string, actor: Actor): Promise<boolean> =>
  database.prismaTransaction(async ({ prisma, client }) => {
    const upload = await prisma.upload.findUnique({ where: { id }, select: { name: true } })
    const { count } = await prisma.upload.deleteMany({ where: { id } })
    if (upload === null || count === 0) return false
    await prisma.uploadChunk.deleteMany({ where: { uploadId: id } })
    await writeAudit(client, { actor, action: 'upload.delete', targetType: 'upload', targetId: id, targetName: upload.name })
    return true
  })

const toOverview = ({ size, ...row }: Omit<UploadOverview, 'size'> & { readonly size: bigint }): UploadOverview => ({ ...row, size: Number(size) })
