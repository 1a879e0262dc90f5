import { bucketBits, bucketSlot, createSegmentMerger, planMerge, type Slot } from '@inlet/search'
import type pg from 'pg'
import type { Database } from '../database.js'
import { inTransaction, withIndexLock } from './index-lock.js'
import { createLiveness, type Liveness } from './read-liveness.js'
import { insertSegment, insertSlots } from './write-segment.js'

/** Approximate bytes of postings in memory at once. */
const RANGE_BYTES = 8_388_608
const MAX_MERGES = 20

interface SegmentRow {
  readonly id: string
  readonly base: number
  readonly last: number
  readonly documents: number
  readonly length: number
  readonly bits: number
  readonly bytes: number
  readonly languages: readonly string[]
}

/**
 * Merges segments of similar size, so that a search reads few of them, and drops entries of records that are gone. One process at a time; safe to
 * interrupt. Returns how many segments were merged.
 */
export const mergeSegments = async (database: Pick<Database, 'pool'>, options: { readonly signal?: AbortSignal } = {}): Promise<number> => {
  const merged = await withIndexLock(database, 'merge', (client) => mergeAll(client, options.signal))
  return merged ?? 0
}

const mergeAll = async (client: pg.PoolClient, signal: AbortSignal | undefined): Promise<number> => {
  await removeUnfinished(client)
  let merged = 0
  for (let n = 0; n < MAX_MERGES && signal?.aborted !== true; n += 1) {
    const { rows } = await client.query<SegmentRow>(
      `SELECT id::text, base::float8, last::float8, documents, length::float8, bits, bytes::float8, languages FROM search_segments WHERE live ORDER BY id`,
    )
    const chosen = planMerge(rows)
    if (chosen.length === 0) return merged
    await mergeChosen(client, chosen, signal)
    merged += chosen.length
  }
  return merged
}

/** Removes segments that are not live: while the lock is held, those were left by a process that ended. */
const removeUnfinished = async (client: pg.ClientBase): Promise<void> => {
  await client.query(`DELETE FROM search_postings WHERE segment_id IN (SELECT id FROM search_segments WHERE NOT live)`)
  await client.query(`DELETE FROM search_segments WHERE NOT live`)
}

const mergeChosen = async (client: pg.ClientBase, segments: readonly SegmentRow[], signal: AbortSignal | undefined): Promise<void> => {
  const base = Math.min(...segments.map((segment) => segment.base))
  const last = Math.max(...segments.map((segment) => segment.last))
  const bits = bucketBits(segments.reduce((sum, { bytes }) => sum + bytes, 0))
  const liveness = await createLiveness(client, base, last)
  const languages = [...new Set(segments.flatMap((segment) => segment.languages))]
  const id = await insertSegment(client, { base, last, documents: 0, length: 0, bits, slots: [] }, languages, false)
  let bytes = 0
  for (const range of rangesOf(segments)) {
    if (signal?.aborted === true) return
    const slots = await mergeRange(client, { segments, range, base, bits, liveness })
    await insertSlots(client, id, slots)
    bytes += slots.reduce((sum, { data }) => sum + data.length, 0)
  }
  await replace(client, { id, bytes, segments, liveness })
}

/** Returns ranges of hashes with about as many bytes as may be in memory at once. */
const rangesOf = (segments: readonly SegmentRow[]): readonly (readonly [number, number])[] => {
  const bytes = segments.reduce((sum, segment) => sum + segment.bytes, 0)
  const parts = 2 ** Math.max(0, Math.ceil(Math.log2(Math.max(1, bytes) / RANGE_BYTES)))
  const size = 2 ** 32 / parts
  return Array.from({ length: parts }, (_, n) => [n * size, (n + 1) * size - 1])
}

interface RangeRequest {
  readonly segments: readonly SegmentRow[]
  readonly range: readonly [number, number]
  readonly base: number
  readonly bits: number
  readonly liveness: Liveness
}

const READ_RANGE = `
SELECT postings FROM search_postings WHERE segment_id = $1 AND slot BETWEEN $2 AND $3
UNION ALL SELECT postings FROM search_postings WHERE segment_id = $1 AND slot BETWEEN 4294967296 + $4 AND 4294967296 + $5`

const mergeRange = async (client: pg.ClientBase, { segments, range, base, bits, liveness }: RangeRequest): Promise<readonly Slot[]> => {
  const [low, high] = range
  const merger = createSegmentMerger()
  for (const segment of segments) {
    const values = [segment.id, bucketSlot(low, segment.bits), bucketSlot(high, segment.bits), low, high]
    const { rows } = await client.query<{ readonly postings: Buffer }>({ text: READ_RANGE, values })
    // A small segment's bucket spans several ranges.
    for (const { postings } of rows) merger.add(postings, segment.base, low, high)
  }
  return merger.toSlots({ bits, base }, liveness)
}

interface Replacement {
  readonly id: string
  readonly bytes: number
  readonly segments: readonly SegmentRow[]
  readonly liveness: Liveness
}

const replace = async (client: pg.ClientBase, { id, bytes, segments, liveness }: Replacement): Promise<void> => {
  const old = segments.map((segment) => segment.id)
  const documents = segments.reduce((sum, segment) => sum + segment.documents, 0) - liveness.gone()
  const length = segments.reduce((sum, segment) => sum + segment.length, 0) - liveness.goneLength()
  await inTransaction(client, async () => {
    await client.query('UPDATE search_segments SET live = true, bytes = $2, documents = $3, length = $4 WHERE id = $1', [
      id,
      bytes,
      Math.max(0, documents),
      Math.max(0, Math.round(length)),
    ])
    await client.query('DELETE FROM search_segments WHERE id = ANY($1::bigint[])', [old])
    await client.query('DELETE FROM search_postings WHERE segment_id = ANY($1::bigint[])', [old])
  })
}
