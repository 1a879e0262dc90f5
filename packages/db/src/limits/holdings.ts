import { ownerOf } from '@inlet/domain'
import type pg from 'pg'
import type { Actor } from '../audit/write-audit.js'
import type { Database } from '../database.js'

/** What the number of is limited for each owner. */
export type Holding = 'sources' | 'credentials' | 'uploads' | 'bulkOperations'

export interface Held {
  readonly count: number
  /** Bytes of the uploads; 0 for other holdings. */
  readonly bytes: number
}

/** A limit that the transaction of a creation checks once nobody else can create for the same owner. */
export interface Room {
  readonly what: Holding
  readonly actor: Actor
  /** Throws when there is no room for one more. */
  readonly check: (held: Held) => void
}

const COUNTS: Readonly<Record<Holding, string>> = {
  sources: 'SELECT count(*)::int AS count, 0 AS bytes FROM sources WHERE created_by = $1',
  credentials: 'SELECT count(*)::int AS count, 0 AS bytes FROM credentials WHERE created_by = $1',
  uploads: 'SELECT count(*)::int AS count, coalesce(sum(size), 0)::float8 AS bytes FROM uploads WHERE created_by = $1',
  // Those that are not over. A token's actor names its client too.
  bulkOperations: `SELECT count(*)::int AS count, 0 AS bytes FROM bulk_operations
    WHERE done_at IS NULL AND stopped_at IS NULL AND (actor = $1 OR starts_with(actor, $1 || ' via '))`,
}

/** Counts what an owner has created, through any client, that still exists. */
export const countHoldings = async (client: Pick<pg.ClientBase, 'query'> | Database['pool'], what: Holding, actor: Actor): Promise<Held> => {
  const { rows } = await client.query<Held>(COUNTS[what], [ownerOf(actor)])
  return rows[0] ?? { count: 0, bytes: 0 }
}

/**
 * Keeps others from creating the same for this owner until the transaction ends, then checks the limit: of many requests at once, only as many pass as
 * there is room for. Throws what `room.check` throws.
 */
export const enterRoom = async (client: Pick<pg.ClientBase, 'query'>, room: Room | undefined): Promise<void> => {
  if (room === undefined) return
  // SQL: an advisory lock.
  await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`inlet-holdings ${room.what} ${ownerOf(room.actor)}`])
  room.check(await countHoldings(client, room.what, room.actor))
}
