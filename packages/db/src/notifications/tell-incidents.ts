import { randomUUID } from 'node:crypto'
import { decideTelling, type IncidentKind, isWanted, type TargetWishes } from '@inlet/domain'
import type pg from 'pg'
import type { Database } from '../database.js'
import { followIncidents } from './follow-incidents.js'

/** Beginning or end of an incident, with what a message says of it. */
export interface News {
  readonly id: string
  readonly kind: IncidentKind
  readonly what: 'opened' | 'closed'
  readonly reason: string
  readonly message: string
  readonly next: string
  readonly runId: string | null
  readonly since: Date
  readonly closedAt: Date | null
  readonly sourceId: string
  readonly slug: string
  readonly name: string
  readonly connector: string
  readonly labels: Readonly<Record<string, string>>
}

/** Makes the body of a message, JSON text. */
export interface MessageWriter {
  one(messageId: string, news: News, at: Date): string
  digest(messageId: string, news: readonly News[], at: Date): string
}

const UNTOLD = `
SELECT i.id, i.kind, w.what, i.reason, i.message, i.next, i.run_id AS "runId", i.since, CASE WHEN w.what = 'closed' THEN i.closed_at END AS "closedAt",
  s.id AS "sourceId", s.slug, s.name, s.connector, s.labels
FROM incidents i JOIN sources s ON s.id = i.source_id AND s.deleting_at IS NULL
CROSS JOIN (VALUES ('opened'), ('closed')) AS w(what)
WHERE (w.what = 'opened' AND i.opened_told_at IS NULL) OR (w.what = 'closed' AND i.closed_at IS NOT NULL AND i.closed_told_at IS NULL AND i.closed_as = 'recovered')
ORDER BY CASE w.what WHEN 'opened' THEN i.opened_at ELSE i.closed_at END, w.what DESC LIMIT 1000`

const FACTS = `
SELECT (SELECT count(*) FROM incidents WHERE opened_told_at > clock_timestamp() - interval '1 minute')::int AS recent,
  EXISTS (SELECT FROM notification_deliveries WHERE event = 'incidents.digest' AND created_at > clock_timestamp() - interval '1 minute') AS digest,
  clock_timestamp() AS now`

/**
 * One pass over all sources: opens and closes incidents and puts a message for each target that wants it into the outbox, in one transaction.
 * Answers how many messages it made; null when another process is at it.
 */
export const tellIncidents = (database: Database, writer: MessageWriter): Promise<number | null> =>
  database.transaction(async (client) => {
    const { rows } = await client.query<{ free: boolean }>(`SELECT pg_try_advisory_xact_lock(hashtextextended('inlet incidents', 0)) AS free`)
    if (rows[0]?.free !== true) return null
    await followIncidents(client)
    const { rows: news } = await client.query<News>(UNTOLD)
    if (news.length === 0) return 0
    const { rows: facts } = await client.query<{ recent: number; digest: boolean; now: Date }>(FACTS)
    const { recent = 0, digest = false, now = new Date() } = facts[0] ?? {}
    const telling = decideTelling({ recent, opening: news.filter(({ what }) => what === 'opened').length, digestWithinMinute: digest })
    if (telling === 'later') return 0
    const { rows: targets } = await client.query<TargetWishes & { id: string }>(
      'SELECT id, events, sources, labels FROM notification_targets WHERE active',
    )
    let made = 0
    for (const target of targets) {
      const wanted = news.filter((each) => isWanted(target, each))
      if (telling === 'digest' && wanted.length > 1)
        made += await put(client, target.id, { event: 'incidents.digest', news: null, write: (id) => writer.digest(id, wanted, now) })
      else
        for (const each of wanted)
          made += await put(client, target.id, { event: `incident.${each.what}`, news: each, write: (id) => writer.one(id, each, now) })
    }
    for (const what of ['opened', 'closed'] as const)
      await client.query(`UPDATE incidents SET ${what}_told_at = clock_timestamp() WHERE id = ANY($1::uuid[])`, [
        news.filter((each) => each.what === what).map(({ id }) => id),
      ])
    return made
  })

const put = async (
  client: pg.ClientBase,
  targetId: string,
  message: { readonly event: string; readonly news: News | null; readonly write: (messageId: string) => string },
): Promise<number> => {
  const id = randomUUID()
  const { rowCount } = await client.query(
    'INSERT INTO notification_deliveries (id, target_id, incident_id, event, body) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING',
    [id, targetId, message.news?.id ?? null, message.event, message.write(toMessageId(id))],
  )
  return rowCount ?? 0
}

/** The id a receiver sees, the same at every try. */
export const toMessageId = (deliveryId: string): string => `msg_${deliveryId}`
