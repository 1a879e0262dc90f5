import { createHash, randomUUID } from 'node:crypto'
import { Failure, ownerOf } from '@inlet/domain'
import { type Actor, writeAudit } from '../audit/write-audit.js'
import type { Database } from '../database.js'

export interface UploadOverview {
  readonly id: string
  readonly name: string
  readonly size: number
  readonly sha256: string
  readonly mediaType: string | null
  readonly createdAt: Date
}

export interface NewUpload {
  readonly name: string
  readonly mediaType: string | null
  /** Read to its end; when it throws, nothing is left behind. */
  readonly bytes: AsyncIterable<Uint8Array>
  readonly maxBytes: number
  readonly actor: Actor
}

const CHUNK_BYTES = 1_048_576

/**
 * Stores an upload: its bytes as they arrive, in chunks of 1 MiB; then, in one transaction, the upload itself. After it returns, the upload is durable;
 * when it throws, nothing of it exists, and what a process that died has left goes with `removeAbandonedUploads`. No transaction is open while bytes
 * are awaited: a slow sender would hold up everything that waits for open ones, such as the change feed. Throws PAYLOAD_TOO_LARGE, EMPTY_FILE, and
 * whatever `bytes` throws.
 */
export const storeUpload = async (database: Database, upload: NewUpload): Promise<UploadOverview> => {
  const id = randomUUID()
  await database.pool.query('INSERT INTO arriving_uploads (id) VALUES ($1)', [id])
  try {
    return await finish(database, upload, { id, ...(await writeChunks(database, id, upload)) })
  } catch (error) {
    await database.pool.query(`${ABANDON} WHERE id = $1 ${CHUNKS}`, [id]).catch(() => {})
    throw error
  }
}

// SQL: bytes, and an upload with its chunks in one statement.
const ABANDON = 'WITH gone AS (DELETE FROM arriving_uploads'
const CHUNKS = 'RETURNING id) DELETE FROM upload_chunks WHERE upload_id IN (SELECT id FROM gone)'

/** Removes what came of uploads whose process died: no request takes so long. Answers how many chunks that were. */
export const removeAbandonedUploads = async ({ pool }: Pick<Database, 'pool'>): Promise<number> =>
  (await pool.query(`${ABANDON} WHERE seen_at < now() - interval '1 hour' ${CHUNKS}`)).rowCount ?? 0

interface Arrived {
  readonly id: string
  readonly size: number
  readonly sha256: string
}

const finish = (database: Database, { name, mediaType, actor }: NewUpload, { id, size, sha256 }: Arrived): Promise<UploadOverview> =>
  database.transaction(async (client) => {
    const { rowCount } = await client.query('DELETE FROM arriving_uploads WHERE id = $1', [id])
    if (rowCount !== 1) throw new Error('the upload was removed while it arrived')
    const { rows } = await client.query<{ createdAt: Date }>(
      `INSERT INTO uploads (id, name, size, sha256, media_type, created_by) VALUES ($1, $2, $3, $4, $5, $6) RETURNING created_at AS "createdAt"`,
      [id, name, size, sha256, mediaType, ownerOf(actor)],
    )
    const row = rows[0]
    if (row === undefined) throw new Error('the upload was not inserted')
    await writeAudit(client, { actor, action: 'upload.create', targetType: 'upload', targetId: id, after: { size, sha256 } })
    return { id, name, size, sha256, mediaType, createdAt: row.createdAt }
  })

const ADD_CHUNK = `
WITH arriving AS (UPDATE arriving_uploads SET seen_at = clock_timestamp() WHERE id = $1 RETURNING id)
INSERT INTO upload_chunks (upload_id, n, bytes) SELECT id, $2, $3 FROM arriving`

const writeChunks = async ({ pool }: Pick<Database, 'pool'>, id: string, upload: NewUpload): Promise<Omit<Arrived, 'id'>> => {
  const hash = createHash('sha256')
  let size = 0
  let n = 0
  let waiting: Uint8Array[] = []
  let waitingBytes = 0
  const flush = async (): Promise<void> => {
    const bytes = Buffer.concat(waiting, waitingBytes)
    waiting = []
    waitingBytes = 0
    const { rowCount } = await pool.query(ADD_CHUNK, [id, n, bytes])
    if (rowCount !== 1) throw new Error('the upload was removed while it arrived')
    n += 1
  }
  for await (const piece of upload.bytes) {
    size += piece.byteLength
    if (size > upload.maxBytes) throw new Failure('PAYLOAD_TOO_LARGE', `an upload has at most ${upload.maxBytes} bytes`)
    hash.update(piece)
    waiting.push(piece)
    waitingBytes += piece.byteLength
    if (waitingBytes >= CHUNK_BYTES) await flush()
  }
  if (size === 0) throw new Failure('EMPTY_FILE', 'the upload has no bytes')
  if (waitingBytes > 0) await flush()
  return { size, sha256: hash.digest('hex') }
}
