import { analyzeRecord } from '@inlet/search'
import type { Database } from '../database.js'
import { readLanguage } from './source-language.js'
import { writeChunks } from './write-chunks.js'
import { writeSegment } from './write-segment.js'

const CHUNK = 500

// Locked, so that nobody changes a record between its reading and its number; who is writing one makes it searchable.
const PENDING = `
SELECT r.stream_id AS "streamId", encode(r.key_hash, 'hex') AS "keyHash", r.source_id AS "sourceId", r.key, r.title, r.text, r.data, nextval('record_docs')::text AS doc
FROM records r WHERE r.doc_id IS NULL AND r.deleted_at IS NULL ORDER BY r.stream_id, r.key_hash LIMIT $1 FOR UPDATE SKIP LOCKED`

const NUMBER = `UPDATE records r SET doc_id = p.doc FROM unnest($1::int[], $2::text[], $3::bigint[]) AS p(stream_id, key_hash, doc)
WHERE r.stream_id = p.stream_id AND r.key_hash = decode(p.key_hash, 'hex')`

interface PendingRow {
  readonly streamId: number
  readonly keyHash: string
  readonly sourceId: string
  readonly key: string
  readonly title: string | null
  readonly text: string | null
  readonly data: unknown
  readonly doc: string
}

/** Makes records searchable that an earlier version stored, chunk by chunk. Safe to interrupt; answers how many it were. */
export const indexPending = async (database: Database, options: { readonly signal?: AbortSignal; readonly chunk?: number } = {}): Promise<number> => {
  const chunk = options.chunk ?? CHUNK
  let indexed = 0
  for (;;) {
    const count = await indexChunk(database, chunk)
    indexed += count
    if (count < chunk || options.signal?.aborted === true) return indexed
  }
}

const indexChunk = (database: Database, limit: number): Promise<number> =>
  database.transaction(async (client) => {
    const { rows } = await client.query<PendingRow>(PENDING, [limit])
    if (rows.length === 0) return 0
    const languages = new Map<string, Awaited<ReturnType<typeof readLanguage>>>()
    for (const { sourceId } of rows) if (!languages.has(sourceId)) languages.set(sourceId, await readLanguage(client, sourceId))
    const records = rows.map(({ streamId, keyHash, doc, sourceId, ...record }) => ({
      doc: Number(doc),
      streamId,
      keyHash,
      ...analyzeRecord(record, languages.get(sourceId) ?? null),
    }))
    await client.query(NUMBER, [records.map(({ streamId }) => streamId), records.map(({ keyHash }) => keyHash), records.map(({ doc }) => doc)])
    await writeSegment(client, records)
    await writeChunks(client, records, true)
    return rows.length
  })
