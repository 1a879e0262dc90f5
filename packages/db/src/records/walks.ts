import { randomUUID } from 'node:crypto'
import type { Database } from '../database.js'
import type { FoundHit, SearchMode } from './fuse-hits.js'

/** How long the ranking of a search is stored after its last page was read. */
const KEPT = `interval '30 minutes'`
const KEY_BYTES = 36
/** What found a hit, its closest part (0xffff: none) and how close that is. */
const MARK_BYTES = 7
const NO_PART = 0xff_ff
const WORDS = 1
const MEANING = 2

/** A hit of a stored ranking. */
export type WalkHit = Pick<FoundHit, 'streamId' | 'keyHash' | 'score' | 'matchedBy' | 'closest'>

/** Stores the ranking of hits, so that pages neither skip nor repeat any while records are written. Returns its id. */
export const storeWalk = async ({ pool }: Pick<Database, 'pool'>, mode: SearchMode, hits: readonly WalkHit[]): Promise<string> => {
  const records = Buffer.alloc(hits.length * KEY_BYTES)
  const scores = Buffer.alloc(hits.length * 4)
  const marks = Buffer.alloc(mode === 'lexical' ? 0 : hits.length * MARK_BYTES)
  for (const [n, hit] of hits.entries()) {
    records.writeUInt32BE(hit.streamId, n * KEY_BYTES)
    records.write(hit.keyHash, n * KEY_BYTES + 4, 'hex')
    scores.writeFloatBE(hit.score, n * 4)
    if (mode !== 'lexical') writeMark(marks, n * MARK_BYTES, hit)
  }
  const id = randomUUID()
  await pool.query('DELETE FROM search_walks WHERE expires_at < now()')
  await pool.query(`INSERT INTO search_walks (id, mode, records, scores, marks, expires_at) VALUES ($1, $2, $3, $4, $5, now() + ${KEPT})`, [
    id,
    mode,
    records,
    scores,
    marks,
  ])
  return id
}

const writeMark = (marks: Buffer, at: number, { matchedBy, closest }: WalkHit): void => {
  marks.writeUInt8((matchedBy.includes('lexical') ? WORDS : 0) + (matchedBy.includes('vector') ? MEANING : 0), at)
  marks.writeUInt16BE(closest === null ? NO_PART : Math.min(NO_PART - 1, closest.part), at + 1)
  marks.writeFloatBE(closest?.score ?? 0, at + 3)
}

interface WalkRow {
  readonly mode: SearchMode
  readonly records: Buffer
  readonly scores: Buffer
  readonly marks: Buffer
  readonly bytes: number
}

/** Returns hits of a stored ranking from a position on; null when it has expired. */
export const readWalk = async (
  { pool }: Pick<Database, 'pool'>,
  { id, from, limit }: { readonly id: string; readonly from: number; readonly limit: number },
): Promise<{ readonly mode: SearchMode; readonly hits: readonly WalkHit[]; readonly total: number } | null> => {
  const { rows } = await pool.query<WalkRow>(
    `UPDATE search_walks SET expires_at = now() + ${KEPT} WHERE id = $1 AND expires_at > now()
     RETURNING mode, substring(records FROM $2 FOR $3) AS records, substring(scores FROM $4 FOR $5) AS scores,
       substring(marks FROM $6 FOR $7) AS marks, octet_length(records) AS bytes`,
    [id, from * KEY_BYTES + 1, limit * KEY_BYTES, from * 4 + 1, limit * 4, from * MARK_BYTES + 1, limit * MARK_BYTES],
  )
  const row = rows[0]
  if (row === undefined) return null
  const count = Math.floor(row.records.length / KEY_BYTES)
  const hits = Array.from({ length: count }, (_, n) => ({
    streamId: row.records.readUInt32BE(n * KEY_BYTES),
    keyHash: row.records.toString('hex', n * KEY_BYTES + 4, (n + 1) * KEY_BYTES),
    score: row.scores.readFloatBE(n * 4),
    ...(row.mode === 'lexical' ? { matchedBy: ['lexical'] as const, closest: null } : readMark(row.marks, n * MARK_BYTES)),
  }))
  return { mode: row.mode, hits, total: row.bytes / KEY_BYTES }
}

const readMark = (marks: Buffer, at: number): Pick<WalkHit, 'matchedBy' | 'closest'> => {
  const found = marks.readUInt8(at)
  const part = marks.readUInt16BE(at + 1)
  return {
    matchedBy: [...((found & WORDS) === 0 ? [] : (['lexical'] as const)), ...((found & MEANING) === 0 ? [] : (['vector'] as const))],
    closest: part === NO_PART ? null : { part, score: marks.readFloatBE(at + 3) },
  }
}
