import { Failure, type JsonValue } from '@inlet/domain'
import type { Database } from '../database.js'

/** An inbox event, as a connector reads it. */
export interface InboxEvent {
  readonly id: string
  readonly type: string | null
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  readonly receivedAt: Date
}

export interface StoredInbox {
  read(cursor: JsonValue | null): Promise<{ readonly events: readonly InboxEvent[]; readonly cursor: JsonValue }>
}

const MAX_EVENTS = 1_000
const MAX_BYTES = 1_048_576

interface Row {
  readonly seq: string
  readonly event_id: string
  readonly event_type: string | null
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  readonly received_at: Date
}

/** Reads the events pushed to a source, in position order. The cursor is `{ "inbox": "<position>" }`; find-hook.ts reads it too. */
export const createStoredInbox = (database: Database, sourceId: string): StoredInbox => ({
  async read(cursor) {
    const after = parsePlace(cursor)
    // SQL: a window function adds up sizes.
    const { rows } = await database.pool.query<Row>({
      name: 'inlet-inbox-read',
      // Sizes are added up before reading, so that bodies beyond the limit are not fetched.
      text: `SELECT e.seq, e.event_id, e.event_type, e.headers, e.body, e.received_at FROM (
               SELECT id, seq, sum(octet_length(body)) OVER (ORDER BY seq) - octet_length(body) AS before FROM (
                 SELECT id, seq, body FROM inbox WHERE source_id = $1 AND seq > $2 ORDER BY seq LIMIT ${MAX_EVENTS}) next
             ) sized JOIN inbox e USING (id) WHERE sized.before < ${MAX_BYTES} ORDER BY e.seq`,
      values: [sourceId, after],
    })
    const last = rows.at(-1)
    if (last === undefined) {
      await checkPlace(database, sourceId, after)
      return { events: [], cursor: { inbox: after } }
    }
    return { events: rows.map(toEvent), cursor: { inbox: last.seq } }
  },
})

const toEvent = (row: Row): InboxEvent => ({
  id: row.event_id,
  type: row.event_type,
  headers: row.headers,
  body: row.body,
  receivedAt: row.received_at,
})

const parsePlace = (cursor: JsonValue | null): string => {
  if (cursor === null) return '0'
  const place = (cursor as Readonly<Record<string, JsonValue | undefined>>)['inbox']
  if (typeof place !== 'string' || !/^\d{1,18}$/.test(place)) throw new Failure('CURSOR_INVALID', 'the cursor is not a position in the inbox')
  return place
}

const checkPlace = async (database: Database, sourceId: string, place: string): Promise<void> => {
  if (place === '0') return
  const head = await database.prisma.inboxHead.findUnique({ where: { sourceId } })
  const last = head?.lastSeq ?? 0n
  if (BigInt(place) > last) throw new Failure('CURSOR_IN_FUTURE', `the cursor is at ${place}, but the newest event is at ${last}`)
}
