import { createHash } from 'node:crypto'
import { Failure } from '@inlet/domain'
import type pg from 'pg'
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
 * Stores an upload as it arrives, in chunks of 1 MiB and one transaction: after it returns, the upload is durable; when
 * it throws, nothing of it exists. Throws PAYLOAD_TOO_LARGE, EMPTY_FILE, and whatever `bytes` throws.
 */
export const storeUpload = (database: Database, upload: NewUpload): Promise<UploadOverview> =>
  database.transaction(async (client) => {
    // SQL: bytes, and a transaction as long as the client takes; Prisma bounds its own.
    // A slow client may leave the transaction idle between chunks; the server's own request timeout ends it.
    await client.query(`SET LOCAL idle_in_transaction_session_timeout = '15min'`)
    const { rows } = await client.query<{ id: string; createdAt: Date }>(
      `INSERT INTO uploads (name, size, sha256, media_type, created_by) VALUES ($1, 0, '', $2, $3) RETURNING id, created_at AS "createdAt"`,
      [upload.name, upload.mediaType, upload.actor],
    )
    const row = rows[0]
    if (row === undefined) throw new Error('the upload was not inserted')
    const { size, sha256 } = await writeChunks(client, row.id, upload)
    await client.query('UPDATE uploads SET size = $2, sha256 = $3 WHERE id = $1', [row.id, size, sha256])
    await writeAudit(client, { actor: upload.actor, action: 'upload.create', targetType: 'upload', targetId: row.id, after: { size, sha256 } })
    return { id: row.id, name: upload.name, size, sha256, mediaType: upload.mediaType, createdAt: row.createdAt }
  })

const writeChunks = async (client: pg.ClientBase, id: string, upload: NewUpload): Promise<{ readonly size: number; readonly sha256: string }> => {
  const hash = createHash('sha256')
  let size = 0
  let n = 0
  let waiting: Uint8Array[] = []
  let waitingBytes = 0
  const flush = async (): Promise<void> => {
    const bytes = Buffer.concat(waiting, waitingBytes)
    waiting = []
    waitingBytes = 0
    await client.query('INSERT INTO upload_chunks (upload_id, n, bytes) VALUES ($1, $2, $3)', [id, n, bytes])
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
