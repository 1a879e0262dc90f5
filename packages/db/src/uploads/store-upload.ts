import { Failure, ownerOf } from '@inlet/domain'
import { type Actor, writeAudit } from '../audit/write-audit.js'
import type { Database } from '../database.js'
import { enterRoom, type Room } from '../limits/holdings.js'
import { lockRow } from '../prisma-transaction.js'
import { type IncomingContent, receiveContent } from './receive-content.js'

export interface NewUpload extends IncomingContent {
  readonly name: string
  readonly mediaType: string | null
  readonly actor: Actor
  /** The limits of its owner, given the bytes that it adds; absent: none. */
  readonly room?: ((addedBytes: number) => Room | undefined) | undefined
}

/** Stores an upload and answers its id; after that it is durable. Leaves nothing when it throws what `receiveContent` and `room` throw. */
export const storeUpload = (database: Database, upload: NewUpload): Promise<string> =>
  receiveContent(database, upload, async ({ prisma, client }, { id, size, sha256 }) => {
    const { name, mediaType, actor } = upload
    await enterRoom(client, upload.room?.(size))
    await prisma.upload.create({ data: { id, name, size, sha256, mediaType, createdBy: ownerOf(actor) }, select: { id: true } })
    await writeAudit(client, { actor, action: 'upload.create', targetType: 'upload', targetId: id, after: { size, sha256 } })
    return id
  })

/** A new content for an upload; `name` null: it keeps its name. */
export type UploadReplacement = IncomingContent & {
  readonly name: string | null
  readonly mediaType: string | null
  readonly actor: Actor
  /** The limits of its owner, given the bytes that it adds; absent: none. */
  readonly room?: ((addedBytes: number) => Room | undefined) | undefined
}

/**
 * Replaces the content of an upload, which keeps its id, in one transaction when all bytes are stored: a reader that opened it before reads the old content to its end,
 * one that opens it afterwards the new one. The same name with the same bytes changes nothing. Throws NOT_FOUND, and what `receiveContent` throws; the
 * old content then stays.
 */
export const replaceUpload = (database: Database, id: string, { name, mediaType, actor, room, ...incoming }: UploadReplacement): Promise<void> =>
  receiveContent(database, incoming, async ({ prisma, client }, content) => {
    const now = await lockRow(client, 'upload', id)
    const current = await prisma.upload.findUnique({ where: { id } })
    if (now === null || current === null) throw new Failure('NOT_FOUND', 'there is no such upload')
    await enterRoom(client, room?.(content.size - Number(current.size)))
    const newName = name ?? current.name
    const isSame = current.sha256 === content.sha256
    const unused = isSame ? content.id : current.formerContentId
    if (unused !== null) await prisma.uploadChunk.deleteMany({ where: { uploadId: unused } })
    if (isSame && current.name === newName) return
    const { id: contentId, size, sha256 } = content
    const replaced = { size, sha256, mediaType: mediaType ?? current.mediaType, contentId, formerContentId: current.contentId ?? id, replacedAt: now }
    await prisma.upload.update({ where: { id }, data: { name: newName, ...(!isSame && replaced) }, select: { id: true } })
    await writeAudit(client, {
      actor,
      action: 'upload.replace',
      targetType: 'upload',
      targetId: id,
      before: { name: current.name, size: Number(current.size), sha256: current.sha256 },
      after: { name: newName, size: content.size, sha256: content.sha256 },
    })
  })
