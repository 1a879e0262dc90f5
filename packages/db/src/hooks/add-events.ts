import type pg from 'pg'
import type { Database } from '../database.js'

/** An event that may be added to the inbox of its source. */
export interface NewEvent {
  readonly sourceId: string
  readonly eventId: string
  readonly eventType: string | null
  /** Distinguishes the same event from another one under its id. */
  readonly contentHash: Buffer
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** `closed`: its source is gone or takes no events now. */
export type AddedEvent = { readonly result: 'added' | 'duplicate' | 'conflict'; readonly id: string } | { readonly result: 'closed' }

/**
 * Adds events to the inboxes of their sources in one transaction: durable once it returns. Adding to a source locks
 * its head first, so that places (`seq`) become visible in their order and a reader that goes by them passes over none.
 * The same (source, id) may stand only once in `events`. Answers in the order of `events`.
 */
export const addEvents = (database: Database, events: readonly NewEvent[]): Promise<readonly AddedEvent[]> =>
  database.transaction(async (client) => {
    const sources = [...new Set(events.map(({ sourceId }) => sourceId))]
    await lockHeads(client, sources)
    const rows = await insertEvents(client, events)
    // Matched here: the planner knows too little of such lists to join them well.
    const found = new Map(rows.map((row) => [`${row.source_id} ${row.event_id}`, row]))
    return events.map((event) => toAdded(event, found.get(`${event.sourceId} ${event.eventId}`)))
  })

const toAdded = ({ contentHash }: NewEvent, row: Row | undefined): AddedEvent => {
  if (row === undefined) return { result: 'closed' }
  if (row.known_hash === null) return { result: 'added', id: row.id }
  return { result: row.known_hash.equals(contentHash) ? 'duplicate' : 'conflict', id: row.id }
}

const OPEN = `s.deleting_at IS NULL AND s.status <> 'PAUSED'`

/** In the order of their ids, so that two groups cannot wait for each other. */
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
  /** Of the event that was there before; null for one that was added. */
  readonly known_hash: Buffer | null
}

/** A statement of its own, begun under the locks: so it sees all that others added before. */
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
