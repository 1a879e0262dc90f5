import { Failure, ownerOf } from '@inlet/domain'
import { type Actor, writeAudit } from '../audit/write-audit.js'
import type { Database } from '../database.js'
import { type IncomingContent, receiveContent } from './receive-content.js'

export interface NewUpload extends IncomingContent {
  readonly name: string
  readonly mediaType: string | null
  readonly actor: Actor
}

/** Stores an upload and answers its id; after that it is durable. Leaves nothing when it throws what `receiveContent` throws. */
export const storeUpload = (database: Database, upload: NewUpload): Promise<string> =>
  receiveContent(database, upload, async (client, { id, size, sha256 }) => {
    const { name, mediaType, actor } = upload
    await client.query(`INSERT INTO uploads (id, name, size, sha256, media_type, created_by) VALUES ($1, $2, $3, $4, $5, $6)`, [
      id,
      name,
      size,
      sha256,
      mediaType,
      ownerOf(actor),
    ])
    await writeAudit(client, { actor, action: 'upload.create', targetType: 'upload', targetId: id, after: { size, sha256 } })
    return id
  })

/** A new content for an upload; `name` null: it keeps its name. */
export type UploadReplacement = IncomingContent & {
  readonly name: string | null
  readonly mediaType: string | null
  readonly actor: Actor
}

interface Current {
  readonly name: string
  readonly size: string
  readonly sha256: string
  readonly contentId: string
  readonly formerContentId: string | null
}

/**
 * Replaces the content of an upload, which keeps its id, in one transaction when all bytes are stored: a reader that opened it before reads the old content to its end,
 * one that opens it afterwards the new one. The same name with the same bytes changes nothing. Throws NOT_FOUND, and what `receiveContent` throws; the
 * old content then stays.
 */
export const replaceUpload = (database: Database, id: string, { name, mediaType, actor, ...incoming }: UploadReplacement): Promise<void> =>
  receiveContent(database, incoming, async (client, content) => {
    const { rows } = await client.query<Current>(
      `SELECT name, size::text, sha256, coalesce(content_id, id) AS "contentId", former_content_id AS "formerContentId" FROM uploads WHERE id = $1 FOR UPDATE`,
      [id],
    )
    const current = rows[0]
    if (current === undefined) throw new Failure('NOT_FOUND', 'there is no such upload')
    const newName = name ?? current.name
    const isSame = current.sha256 === content.sha256
    const unused = isSame ? content.id : current.formerContentId
    if (unused !== null) await client.query('DELETE FROM upload_chunks WHERE upload_id = $1', [unused])
    if (isSame && current.name === newName) return
    if (isSame) await client.query('UPDATE uploads SET name = $2 WHERE id = $1', [id, newName])
    else
      await client.query(
        `UPDATE uploads SET name = $2, size = $3, sha256 = $4, media_type = coalesce($5, media_type), content_id = $6, former_content_id = $7,
           replaced_at = clock_timestamp() WHERE id = $1`,
        [id, newName, content.size, content.sha256, mediaType, content.id, current.contentId],
      )
    await writeAudit(client, {
      actor,
      action: 'upload.replace',
      targetType: 'upload',
      targetId: id,
      before: { name: current.name, size: Number(current.size), sha256: current.sha256 },
      after: { name: newName, size: content.size, sha256: content.sha256 },
    })
  })
