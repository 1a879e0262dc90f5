import { randomUUID } from 'node:crypto'
import {
  decideNotice,
  FAILURES_FOR_INCIDENT,
  type HoldRules,
  holdUntil,
  type IncidentKind,
  isWanted,
  type StepSecrets,
  type TargetFilter,
} from '@inlet/domain'
import { CREDENTIAL_OF_SOURCE, SECRETS_IN_STEPS } from '../credentials/stored-credential.js'
import type { Database } from '../database.js'
import type { Prisma } from '../generated/client.js'
import { readDatabaseTime } from '../prisma-transaction.js'
import { toMessageId } from './deliveries.js'
import { followContent } from './follow-content.js'
import { followIncidents, HAS_INCIDENTS_TO_FOLLOW } from './follow-incidents.js'
import { type GroupWriter, heldUntil, releaseHeld, sumsUp } from './release-held.js'

/** The opening or closing of an incident, with the content of its message. */
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
  readonly secrets: StepSecrets
}

/** Creates the body of a message, as JSON text. */
export interface MessageWriter extends GroupWriter {
  one(messageId: string, news: News, at: Date): string
  digest(messageId: string, news: readonly News[], at: Date): string
}

// SQL: an incident yields up to two lines, its opening and its closing, in time order.
const UNREPORTED = `
SELECT i.id, i.kind, w.what, i.reason, i.message, i.next, i.run_id AS "runId", i.since, CASE WHEN w.what = 'closed' THEN i.closed_at END AS "closedAt",
  s.id AS "sourceId", s.slug, s.name, s.connector, s.labels,
  ${SECRETS_IN_STEPS} AS secrets
FROM incidents i JOIN sources s ON s.id = i.source_id AND s.deleting_at IS NULL ${CREDENTIAL_OF_SOURCE}
CROSS JOIN (VALUES ('opened'), ('closed')) AS w(what)
WHERE (w.what = 'opened' AND i.opened_notified_at IS NULL) OR (w.what = 'closed' AND i.closed_at IS NOT NULL AND i.closed_notified_at IS NULL AND i.closed_as = 'recovered')
ORDER BY CASE w.what WHEN 'opened' THEN i.opened_at ELSE i.closed_at END, w.what DESC LIMIT 1000`

// SQL: all questions in one statement, which is all that runs in an installation without problems, every few seconds in each worker.
const ANYTHING = `SELECT ${HAS_INCIDENTS_TO_FOLLOW} OR EXISTS (${UNREPORTED})
  OR EXISTS (SELECT FROM notification_deliveries WHERE status IN ('pending', 'held') AND next_at <= clock_timestamp()) AS anything`

/** Whether there are incidents to open, close or report, or messages to send. Does not look at the content of sources. */
export const hasNews = async ({ pool }: Pick<Database, 'pool'>): Promise<boolean> => {
  const { rows } = await pool.query<{ anything: boolean }>({ name: 'inlet-has-news', text: ANYTHING, values: [FAILURES_FOR_INCIDENT] })
  return rows[0]?.anything === true
}

/**
 * Makes one pass over all sources: opens and closes incidents and puts a message into the outbox for each target that wants it, in one transaction.
 * `content`: also checks the content of sources, which costs more. Returns how many messages it created; null when another process is doing this.
 */
export const reportIncidents = (
  database: Database,
  writer: MessageWriter,
  content: { readonly percent: number } | null = null,
): Promise<number | null> =>
  database.prismaTransaction(async ({ prisma, client }) => {
    const { rows } = await client.query<{ free: boolean }>(`SELECT pg_try_advisory_xact_lock(hashtextextended('inlet incidents', 0)) AS free`)
    if (rows[0]?.free !== true) return null
    await followIncidents(client)
    if (content !== null) await followContent(client, content)
    const now = await readDatabaseTime(client)
    const released = await releaseHeld(prisma, { writer, now })
    const { rows: news } = await client.query<News>(UNREPORTED)
    if (news.length === 0) return released
    const opening = news.filter(({ what }) => what === 'opened').length
    const notice = decideNotice({ ...(await countRecent(prisma, now)), opening })
    if (notice === 'later') return released
    const targets = await prisma.notificationTarget.findMany({
      where: { active: true },
      select: { id: true, kind: true, events: true, sources: true, labels: true, quietHours: true, groupMinutes: true },
    })
    let created = released
    for (const target of targets) {
      const wanted = news.filter((each) => isWanted(target as TargetFilter, each))
      if (wanted.length === 0) continue
      const until = holdUntil(target as unknown as HoldRules, now, await heldUntil(prisma, target.id))
      if (until === null && notice === 'digest' && wanted.length > 1 && sumsUp(target.kind))
        created += await put(prisma, target.id, { event: 'incidents.digest', news: null, until, write: (id) => writer.digest(id, wanted, now) })
      else
        for (const each of wanted)
          created += await put(prisma, target.id, { event: `incident.${each.what}`, news: each, until, write: (id) => writer.one(id, each, now) })
    }
    const idsOf = (what: News['what']) => ({ id: { in: news.filter((each) => each.what === what).map(({ id }) => id) } })
    await prisma.incident.updateMany({ where: idsOf('opened'), data: { openedNotifiedAt: now } })
    await prisma.incident.updateMany({ where: idsOf('closed'), data: { closedNotifiedAt: now } })
    return created
  })

const countRecent = async (
  prisma: Prisma.TransactionClient,
  now: Date,
): Promise<{ readonly recent: number; readonly digestWithinMinute: boolean }> => {
  const gt = new Date(now.getTime() - 60_000)
  return {
    recent: await prisma.incident.count({ where: { openedNotifiedAt: { gt } } }),
    digestWithinMinute: (await prisma.notificationDelivery.count({ where: { event: 'incidents.digest', createdAt: { gt } } })) > 0,
  }
}

const put = async (
  prisma: Prisma.TransactionClient,
  targetId: string,
  message: { readonly event: string; readonly news: News | null; readonly until: Date | null; readonly write: (messageId: string) => string },
): Promise<number> => {
  const id = randomUUID()
  const { event, news, until, write } = message
  const hold = until === null ? {} : { status: 'held', nextAt: until }
  const row = { id, targetId, incidentId: news?.id ?? null, event, body: write(toMessageId(id)), ...hold }
  return (await prisma.notificationDelivery.createMany({ data: [row], skipDuplicates: true })).count
}
