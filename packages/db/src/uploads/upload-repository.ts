import type { Database } from '../database.js'
import { type Actor, writeAudit } from '../sources/audit.js'
import { allOf, createSqlParts } from '../sql-parts.js'
import type { UploadOverview } from './store-upload.js'

const SELECT = `SELECT id, name, size::float8 AS size, sha256, media_type AS "mediaType", created_at AS "createdAt" FROM uploads`

/** Uploads, newest first. */
export const listUploads = async (
  database: Database,
  request: { readonly after: { readonly createdAt: string; readonly id: string } | null; readonly limit: number },
): Promise<readonly UploadOverview[]> => {
  const { values, add } = createSqlParts()
  const where = allOf([
    request.after === null ? null : `(created_at, id) < (${add(request.after.createdAt)}::timestamptz, ${add(request.after.id)}::uuid)`,
  ])
  const { rows } = await database.pool.query<UploadOverview>(
    `${SELECT} WHERE ${where} ORDER BY created_at DESC, id DESC LIMIT ${add(request.limit)}`,
    values,
  )
  return rows
}

export const findUpload = async (database: Database, id: string): Promise<UploadOverview | null> => {
  const { rows } = await database.pool.query<UploadOverview>(`${SELECT} WHERE id = $1`, [id])
  return rows[0] ?? null
}

/** Removes an upload with its bytes; false when there is none. */
export const deleteUpload = (database: Database, id: string, actor: Actor): Promise<boolean> =>
  database.transaction(async (client) => {
    const { rowCount } = await client.query('DELETE FROM uploads WHERE id = $1', [id])
    if (rowCount === 0) return false
    await client.query('DELETE FROM upload_chunks WHERE upload_id = $1', [id])
    await writeAudit(client, { actor, action: 'upload.delete', targetType: 'upload', targetId: id })
    return true
  })
