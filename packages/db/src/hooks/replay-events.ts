import { type Actor, writeAudit } from '../audit/write-audit.js'
import type { Database } from '../database.js'
import { STORED_SEQ } from './find-hook.js'

export interface Replay {
  readonly sourceId: string
  readonly from?: Date | undefined
  /** Exclusive. */
  readonly to?: Date | undefined
  readonly ids?: readonly string[] | undefined
}

const CHUNK = 2_000

/**
 * Moves stored events to the end of the inbox, in order, so that they are read again; returns how many. Waiting ones stay where they are. Works in
 * chunks: if interrupted, some have moved; repeating it does no harm, since records have identities.
 */
export const replayEvents = async (database: Database, replay: Replay, actor: Actor): Promise<number> => {
  const { rows } = await database.pool.query<{ stored: string }>(`SELECT ${STORED_SEQ} AS stored FROM sources s WHERE s.id = $1`, [replay.sourceId])
  // Events moved now get positions beyond this one and are not moved again.
  const upTo = rows[0]?.stored ?? '0'
  let moved = 0
  for (let chunk = CHUNK; chunk === CHUNK; moved += chunk) chunk = await moveChunk(database, replay, upTo)
  await database.transaction((client) =>
    writeAudit(client, { actor, action: 'source.replay', targetType: 'source', targetId: replay.sourceId, after: { ...replay, events: moved } }),
  )
  return moved
}

// SQL: assigns thousands of events new positions in one statement, holding the lock on the head.
const moveChunk = (database: Database, { sourceId, from, to, ids }: Replay, upTo: string): Promise<number> =>
  database.transaction(async (client) => {
    await client.query('SELECT FROM inbox_heads WHERE source_id = $1 FOR UPDATE', [sourceId])
    const { rowCount } = await client.query(
      `WITH chosen AS (
         SELECT id, row_number() OVER (ORDER BY seq) AS n FROM (
           SELECT id, seq FROM inbox WHERE source_id = $1 AND seq <= $2 AND ($3::timestamptz IS NULL OR received_at >= $3)
             AND ($4::timestamptz IS NULL OR received_at < $4) AND ($5::bigint[] IS NULL OR id = ANY($5)) ORDER BY seq LIMIT ${CHUNK}) next
       ), head AS (
         UPDATE inbox_heads SET last_seq = last_seq + (SELECT count(*) FROM chosen) WHERE source_id = $1 RETURNING last_seq - (SELECT count(*) FROM chosen) AS last
       ) UPDATE inbox e SET seq = head.last + chosen.n FROM chosen, head WHERE e.id = chosen.id`,
      [sourceId, upTo, from ?? null, to ?? null, ids ?? null],
    )
    return rowCount ?? 0
  })
