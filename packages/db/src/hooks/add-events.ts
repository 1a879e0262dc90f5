import type pg from 'pg'
import type { Database } from '../database.js'

/** An event to add to the inbox of its source. */
export interface NewEvent {
  readonly sourceId: string
  readonly eventId: string
  readonly eventType: string | null
  /** Distinguishes a repeated event from a different one with the same id. */
  readonly contentHash: Buffer
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** `closed`: its source is gone or does not accept events now. */
export type AddedEvent = { readonly result: 'added' | 'duplicate' | 'conflict'; readonly id: string } | { readonly result: 'closed' }

/**
 * Adds events to the inboxes of their sources in one transaction; they are durable once it returns. Adding to a source locks its head first, so that
 * positions (`seq`) become visible in order and a reader that follows them misses none. Each (source, id) may occur only once in `events`. Returns
 * results in the order of `events`.
 */
export const addEvents = (database: Database, events: readonly NewEvent[]): Promise<readonly AddedEvent[]> =>
  database.transaction(async (client) => {
    const sources = [...new Set(events.map(({ sourceId }) => sourceId))]
    await lockHeads(client, sources)
    const rows = await insertEvents(client, events)
    // Matched here: the planner knows too little about such lists to join them well.
    const found = new Map(rows.map((row) => [`${row.source_id} ${row.event_id}`, row]))
    return events.map((event) => toAdded(event, found.get(`${event.sourceId} ${event.eventId}`)))
  })

const toAdded = ({ contentHash }: NewEvent, row: Row | undefined): AddedEvent => {
  if (row === undefined) return { result: 'closed' }
  if (row.known_hash === null) return { result: 'added', id: row.id }
  return { result: row.known_hash.equals(contentHash) ? 'duplicate' : 'conflict', id: row.id }
}

const OPEN = `s.deleting_at IS NULL AND s.status <> 'PAUSED'`

// SQL: every pushed event waits for these statements, and their locks are taken in order.

/** In id order, so that two groups cannot deadlock. */
const lockHeads = async (client: pg.ClientBase, sources: readonly string[]): Promise<void> => {
  const lock = (): Promise<pg.QueryResult> =>
    client.query({
      name: 'inlet-inbox-lock',
      text: 'SELECT FROM inbox_heads WHERE source_id = ANY($1::uuid[]) ORDER BY source_id FOR UPDATE',
      values: [sources],
    })
  const { rowCount } = await lock()
  if (rowCount === sources.length) return
  await client.query(
    `INSERT INTO inbox_heads (source_id) SELECT id FROM sources s WHERE id = ANY($1::uuid[]) AND ${OPEN} ORDER BY id FOR KEY SHARE ON CONFLICT DO NOTHING`,
    [sources],
  )
  await lock()
}

interface Row {
  readonly id: string
  readonly source_id: string
  readonly event_id: string
  /** The hash of the event that was already there; null for an added one. */
  readonly known_hash: Buffer | null
}

/** A separate statement, begun while holding the locks, so that it sees everything that others added before. */
const INSERT = `
WITH given AS (
  SELECT g.* FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bytea[], $5::jsonb[], $6::bytea[])
    WITH ORDINALITY AS g (source_id, event_id, event_type, content_hash, headers, body, n)
), known AS (
  SELECT g.n, e.id, e.content_hash FROM given g JOIN inbox e USING (source_id, event_id)
), fresh AS (
  SELECT g.*, h.last_seq + row_number() OVER (PARTITION BY g.source_id ORDER BY g.n) AS seq
  FROM given g JOIN inbox_heads h USING (source_id) JOIN sources s ON s.id = g.source_id AND ${OPEN}
  WHERE NOT EXISTS (SELECT FROM known WHERE known.n = g.n)
), added AS (
  INSERT INTO inbox (source_id, seq, event_id, event_type, content_hash, headers, body)
  SELECT source_id, seq, event_id, event_type, content_hash, headers, body FROM fresh ORDER BY n RETURNING id, source_id, event_id
), moved AS (
  UPDATE inbox_heads h SET last_seq = f.last FROM (SELECT source_id, max(seq) AS last FROM fresh GROUP BY source_id) f WHERE h.source_id = f.source_id
)
SELECT id, source_id, event_id, NULL::bytea AS known_hash FROM added
UNION ALL SELECT e.id, g.source_id, g.event_id, e.content_hash FROM known e JOIN given g USING (n)`

const insertEvents = async (client: pg.ClientBase, events: readonly NewEvent[]): Promise<readonly Row[]> => {
  const { rows } = await client.query<Row>({
    name: 'inlet-inbox-insert',
    text: INSERT,
    values: [
      events.map(({ sourceId }) => sourceId),
      events.map(({ eventId }) => eventId),
      events.map(({ eventType }) => eventType),
      events.map(({ contentHash }) => contentHash),
      events.map(({ headers }) => JSON.stringify(headers)),
      events.map(({ body }) => body),
    ],
  })
  return rows
}
