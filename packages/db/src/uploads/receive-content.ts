import { createHash, randomUUID } from 'node:crypto'
import { Failure } from '@inlet/domain'
import type { Database } from '../database.js'
import type { Transaction } from '../prisma-transaction.js'

export interface IncomingContent {
  /** Read to its end; when it throws, nothing is left behind. */
  readonly bytes: AsyncIterable<Uint8Array>
  readonly maxBytes: number
}

/** Bytes that are stored and belong to no upload yet. */
export interface ReceivedContent {
  readonly id: string
  /** In bytes. */
  readonly size: number
  readonly sha256: string
}

const CHUNK_BYTES = 1_048_576

/**
 * Stores bytes as they arrive, in chunks of 1 MiB, and then has `accept` make them the content of an upload, in one transaction. When it throws, nothing
 * of the bytes exists, and what a process that died has left goes with `removeAbandonedUploads`. No transaction is open while bytes are awaited: a slow
 * sender would hold up everything that waits for open ones, such as the change feed. Throws PAYLOAD_TOO_LARGE, EMPTY_FILE, and whatever `bytes` and
 * `accept` throw.
 */
export const receiveContent = async <T>(
  database: Database,
  incoming: IncomingContent,
  accept: (transaction: Transaction, content: ReceivedContent) => Promise<T>,
): Promise<T> => {
  const id = randomUUID()
  await database.prisma.arrivingUpload.create({ data: { id }, select: { id: true } })
  try {
    const content = { id, ...(await writeChunks(database, id, incoming)) }
    return await database.prismaTransaction(async (transaction) => {
      const { count } = await transaction.prisma.arrivingUpload.deleteMany({ where: { id } })
      if (count !== 1) throw new Error(REMOVED)
      return accept(transaction, content)
    })
  } catch (error) {
    await database.pool.query(`${ABANDON} WHERE id = $1 ${CHUNKS}`, [id]).catch(() => {})
    throw error
  }
}

const REMOVED = 'the upload was removed while it arrived'

// SQL: bytes, and an upload with its chunks in one statement.
const ABANDON = 'WITH gone AS (DELETE FROM arriving_uploads'
const CHUNKS = 'RETURNING id) DELETE FROM upload_chunks WHERE upload_id IN (SELECT id FROM gone)'

const DROP_FORMER = `
WITH replaced AS (SELECT id, former_content_id FROM uploads WHERE former_content_id IS NOT NULL AND replaced_at < now() - interval '1 hour' FOR UPDATE SKIP LOCKED),
     forgotten AS (UPDATE uploads SET former_content_id = NULL WHERE id IN (SELECT id FROM replaced))
DELETE FROM upload_chunks WHERE upload_id IN (SELECT former_content_id FROM replaced)`

/**
 * Removes what came of uploads whose process died, since no request takes so long, and contents that were replaced an hour ago. Answers how many
 * chunks that were.
 */
export const removeAbandonedUploads = async ({ pool }: Pick<Database, 'pool'>): Promise<number> => {
  const { rowCount: abandoned } = await pool.query(`${ABANDON} WHERE seen_at < now() - interval '1 hour' ${CHUNKS}`)
  const { rowCount: former } = await pool.query(DROP_FORMER)
  return (abandoned ?? 0) + (former ?? 0)
}

const ADD_CHUNK = `
WITH arriving AS (UPDATE arriving_uploads SET seen_at = clock_timestamp() WHERE id = $1 RETURNING id)
INSERT INTO upload_chunks (upload_id, n, bytes) SELECT id, $2, $3 FROM arriving`

const writeChunks = async (
  { pool }: Pick<Database, 'pool'>,
  id: string,
  { bytes: pieces, maxBytes }: IncomingContent,
): Promise<Omit<ReceivedContent, 'id'>> => {
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
    if (rowCount !== 1) throw new Error(REMOVED)
    n += 1
  }
  for await (const piece of pieces) {
    size += piece.byteLength
    if (size > maxBytes) throw new Failure('PAYLOAD_TOO_LARGE', `an upload may have at most ${maxBytes} bytes`)
    hash.update(piece)
    waiting.push(piece)
    waitingBytes += piece.byteLength
    if (waitingBytes >= CHUNK_BYTES) await flush()
  }
  if (size === 0) throw new Failure('EMPTY_FILE', 'the upload has no bytes')
  if (waitingBytes > 0) await flush()
  return { size, sha256: hash.digest('hex') }
}
