import { randomUUID } from 'node:crypto'
import type { Database } from '../database.js'
import type { Hit } from './find-hits.js'

/** How long the hits of a search can be read page by page after the last page was. */
const KEPT = `interval '30 minutes'`
const KEY_BYTES = 36

/** Keeps the order of hits, so that pages neither leave out nor repeat one while records are written. Answers its id. */
export const keepWalk = async ({ pool }: Pick<Database, 'pool'>, hits: readonly Pick<Hit, 'streamId' | 'keyHash' | 'score'>[]): Promise<string> => {
  const records = Buffer.alloc(hits.length * KEY_BYTES)
  const scores = Buffer.alloc(hits.length * 4)
  for (const [n, { streamId, keyHash, score }] of hits.entries()) {
    records.writeUInt32BE(streamId, n * KEY_BYTES)
    records.write(keyHash, n * KEY_BYTES + 4, 'hex')
    scores.writeFloatBE(score, n * 4)
  }
  const id = randomUUID()
  await pool.query('DELETE FROM search_walks WHERE expires_at < now()')
  await pool.query(`INSERT INTO search_walks (id, records, scores, expires_at) VALUES ($1, $2, $3, now() + ${KEPT})`, [id, records, scores])
  return id
}

/** Hits of a kept order from a place on; null when it is kept no longer. */
export const readWalk = async (
  { pool }: Pick<Database, 'pool'>,
  { id, from, limit }: { readonly id: string; readonly from: number; readonly limit: number },
): Promise<{ readonly hits: readonly Pick<Hit, 'streamId' | 'keyHash' | 'score'>[]; readonly total: number } | null> => {
  const { rows } = await pool.query<{ records: Buffer; scores: Buffer; bytes: number }>(
    `UPDATE search_walks SET expires_at = now() + ${KEPT} WHERE id = $1 AND expires_at > now()
     RETURNING substring(records FROM $2 FOR $3) AS records, substring(scores FROM $4 FOR $5) AS scores, octet_length(records) AS bytes`,
    [id, from * KEY_BYTES + 1, limit * KEY_BYTES, from * 4 + 1, limit * 4],
  )
  const row = rows[0]
  if (row === undefined) return null
  const count = Math.floor(row.records.length / KEY_BYTES)
  const hits = Array.from({ length: count }, (_, n) => ({
    streamId: row.records.readUInt32BE(n * KEY_BYTES),
    keyHash: row.records.toString('hex', n * KEY_BYTES + 4, (n + 1) * KEY_BYTES),
    score: row.scores.readFloatBE(n * 4),
  }))
  return { hits, total: row.bytes / KEY_BYTES }
}
