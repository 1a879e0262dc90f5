import { createHash } from 'node:crypto'
import { Failure } from '@inlet/domain'
import type { Database } from '../database.js'
import { type BrowseQuestion, questionKey, trimBrowsed } from './browsed-items.js'

export interface NewContent {
  /** What is shown about the item besides its bytes. */
  readonly answer: Readonly<Record<string, unknown>>
  /** Read to its end, or not at all. */
  readonly bytes: AsyncIterable<Uint8Array | string>
  readonly maxBytes: number
  readonly ttlSeconds: number
}

export interface StoredContent {
  readonly id: string
  readonly size: number
  readonly sha256: string
}

export const CONTENT_CHUNK_BYTES = 1_048_576
/** Limit of the cached contents of one source, as a multiple of the largest allowed content. */
const CACHED_CONTENTS = 4

/**
 * Caches the content of an item, in one transaction and in chunks of 1 MiB. Readers of the previous content can finish reading it. Throws
 * PAYLOAD_TOO_LARGE, NOT_FOUND when the source was deleted in the meantime, and whatever `bytes` throws; in each case nothing is cached.
 */
export const cacheContent = (database: Database, question: BrowseQuestion, content: NewContent): Promise<StoredContent> =>
  database.transaction(async (client) => {
    // SQL: handles bytes, and the transaction lasts as long as the source takes; Prisma limits its own.
    // A slow source may leave the transaction idle between chunks; the caller's own limit ends it.
    await client.query(`SET LOCAL idle_in_transaction_session_timeout = '5min'`)
    const { sourceId, view, stamp } = question
    // Stored under a temporary key until it is complete.
    const { rows } = await client.query<{ id: string }>(
      `INSERT INTO browsed_items (source_id, view, key, stamp, answer, expires_at) VALUES ($1, $2, uuid_send(gen_random_uuid()), $3, '{}', now()) RETURNING id`,
      [sourceId, view, stamp],
    )
    const id = rows[0]?.id ?? ''
    const { size, sha256 } = await writeChunks(content, (n, bytes) =>
      client.query('INSERT INTO browsed_chunks (item_id, n, bytes) VALUES ($1, $2, $3)', [id, n, bytes]),
    )
    const source = await client.query('SELECT FROM sources WHERE id = $1 AND deleting_at IS NULL FOR NO KEY UPDATE', [sourceId])
    if (source.rowCount === 0) throw new Failure('NOT_FOUND', 'the source was deleted in the meantime')
    const key = questionKey(question)
    await client.query(
      `UPDATE browsed_items SET key = uuid_send(id), expires_at = least(expires_at, now()) WHERE source_id = $1 AND view = $2 AND key = $3`,
      [sourceId, view, key],
    )
    await client.query(
      `UPDATE browsed_items SET key = $2, answer = $3, size = $4, fetched_at = clock_timestamp(), expires_at = clock_timestamp() + $5 * interval '1 second' WHERE id = $1`,
      [id, key, JSON.stringify({ ...content.answer, size, sha256 }), size, content.ttlSeconds],
    )
    await trimBrowsed(client, sourceId, CACHED_CONTENTS * content.maxBytes)
    return { id, size, sha256 }
  })

const writeChunks = async (
  { bytes, maxBytes }: NewContent,
  write: (n: number, chunk: Buffer) => Promise<unknown>,
): Promise<{ readonly size: number; readonly sha256: string }> => {
  const hash = createHash('sha256')
  const chunk = Buffer.alloc(CONTENT_CHUNK_BYTES)
  let [size, filled, n] = [0, 0, 0]
  for await (const piece of bytes) {
    let rest = typeof piece === 'string' ? Buffer.from(piece) : Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength)
    size += rest.byteLength
    if (size > maxBytes) throw tooLarge(maxBytes)
    hash.update(rest)
    while (rest.byteLength > 0) {
      const copied = rest.copy(chunk, filled)
      rest = rest.subarray(copied)
      filled += copied
      if (filled < chunk.byteLength) continue
      await write(n, chunk)
      n += 1
      filled = 0
    }
  }
  if (filled > 0) await write(n, chunk.subarray(0, filled))
  return { size, sha256: hash.digest('hex') }
}

export const tooLarge = (maxBytes: number): Failure =>
  new Failure('PAYLOAD_TOO_LARGE', `the item has more than ${maxBytes} bytes`, {
    next: 'Raise INLET_BROWSE_MAX_BYTES of the API, or get the item from the system itself.',
  })

/** Yields the bytes of a cached content from `start` (inclusive) to `end` (exclusive). Throws when the content is removed meanwhile. */
export async function* readContent(database: Database, id: string, range: { readonly start: number; readonly end: number }): AsyncGenerator<Buffer> {
  for (let at = range.start; at < range.end; ) {
    const n = Math.floor(at / CONTENT_CHUNK_BYTES)
    const { rows } = await database.pool.query<{ bytes: Buffer }>('SELECT bytes FROM browsed_chunks WHERE item_id = $1 AND n = $2', [id, n])
    const chunk = rows[0]?.bytes
    if (chunk === undefined) throw new Error(`piece ${n} of the content ${id} was removed while it was read`)
    const from = n * CONTENT_CHUNK_BYTES
    yield chunk.subarray(at - from, range.end - from)
    at = from + chunk.byteLength
  }
}
