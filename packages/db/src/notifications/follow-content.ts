import { CAVEATS, describeShare, exceedsShare, FAILURES_FOR_INCIDENT, LEAST_QUARANTINED, nextStepOf, whoActs } from '@inlet/domain'
import type pg from 'pg'
import { closeIncidents, type FoundIncident, openIncidents } from './open-incidents.js'

// SQL: incidents are found for all sources in one statement each.
/** Counts on an index alone; streams and reasons are read only for sources that have enough. */
const QUARANTINED = `
SELECT s.id AS source_id, q.n AS quarantined, live.n AS live, s.last_run_id AS run_id, clock_timestamp() AS since,
  (SELECT mode() WITHIN GROUP (ORDER BY reason) FROM quarantine WHERE source_id = s.id AND state IN ('open', 'retrying')) AS reason
FROM (SELECT source_id, count(*)::int AS n FROM quarantine WHERE state IN ('open', 'retrying') GROUP BY source_id HAVING count(*) >= $1) q
JOIN sources s ON s.id = q.source_id AND s.deleting_at IS NULL AND s.status IN ('ACTIVE', 'ERROR')
CROSS JOIN LATERAL (SELECT coalesce(sum(live_records), 0)::int AS n FROM streams WHERE source_id = s.id) live`

interface QuarantineRow {
  readonly source_id: string
  readonly quarantined: number
  readonly live: number
  readonly run_id: string | null
  readonly since: Date
  readonly reason: string
}

/** The first warning about content in the last run, or its refusal to delete. */
const DOUBTFUL = `
SELECT s.id AS source_id, w.warning->>'reason' AS reason, w.warning->>'message' AS message, r.id AS run_id, r.finished_at AS since
FROM sources s JOIN runs r ON r.id = s.last_run_id
CROSS JOIN LATERAL (SELECT warning FROM jsonb_array_elements(r.progress->'warnings') warning WHERE warning->>'reason' = ANY($1) LIMIT 1) w
WHERE s.deleting_at IS NULL AND s.status IN ('ACTIVE', 'ERROR') AND s.last_outcome = 'partial'`

/** The last run found nothing in a source that had records, and nothing proves that this is correct. */
const EMPTIED = `
SELECT s.id AS source_id, 'SOURCE_EMPTY' AS reason, 'no records came, though ' || live.n || ' are stored' AS message, s.last_run_id AS run_id, r.finished_at AS since
FROM sources s JOIN runs r ON r.id = s.last_run_id CROSS JOIN LATERAL (SELECT sum(live_records) AS n FROM streams WHERE source_id = s.id) live
WHERE s.deleting_at IS NULL AND s.status IN ('ACTIVE', 'ERROR') AND s.last_outcome = 'suspect_empty' AND live.n > 0`

const PARTIAL = `outcome = 'partial' AND error_reason IS NOT NULL`
/** A stream that failed, or was not read completely, run after run, while the others are read. */
const UNREAD = `
SELECT s.id AS source_id, r.error_reason AS reason, r.error_message AS message, r.error_next AS next, r.id AS run_id, r.finished_at AS since
FROM sources s JOIN runs r ON r.id = s.last_run_id
WHERE s.deleting_at IS NULL AND s.status IN ('ACTIVE', 'ERROR') AND s.last_outcome = 'partial' AND r.error_reason IS NOT NULL
  AND (SELECT count(*) FROM (SELECT outcome, error_reason FROM runs WHERE source_id = s.id AND status = 'ended' AND trigger NOT IN ('backfill', 'quarantine')
    ORDER BY created_at DESC, id DESC LIMIT $1) latest WHERE ${PARTIAL}) = $1`

/** A failed run says nothing about content: doubts remain until a run ends well. */
const CLEARED = `EXISTS (SELECT FROM sources s WHERE s.id = i.source_id AND s.last_outcome NOT IN ('failed', 'cancelled'))`

const DOUBTS = [...Object.keys(CAVEATS), 'MASS_DELETE_REFUSED']

interface FoundContent extends Omit<FoundIncident, 'kind' | 'next'> {
  /** The next step the failure names. */
  readonly next?: string | null
}

/**
 * Opens and closes incidents for sources with a large share of records that cannot be stored (more than `percent`), or whose last run guessed or left
 * out too much, refused to delete, or found nothing any more, or one of whose streams is not read. Reads more than other incidents need, so it runs less often.
 */
export const followContent = async (client: pg.ClientBase, { percent }: { readonly percent: number }): Promise<void> => {
  const { rows } = await client.query<QuarantineRow>(QUARANTINED, [LEAST_QUARANTINED])
  const shares = rows
    .filter((row) => exceedsShare(row, percent))
    .map(
      (row): FoundIncident => ({
        ...row,
        kind: 'quarantine',
        reason: 'QUARANTINE_SHARE',
        message: describeShare(row, row.reason),
        next: stepOfShare(row.reason),
      }),
    )
  const { rows: doubtful } = await client.query<FoundContent>(`${DOUBTFUL} UNION ALL ${EMPTIED}`, [DOUBTS])
  const { rows: unread } = await client.query<FoundContent>(UNREAD, [FAILURES_FOR_INCIDENT])
  const known = new Set(doubtful.map(({ source_id }) => source_id))
  const contents = [...doubtful, ...unread.filter(({ source_id }) => !known.has(source_id))].map(
    (row): FoundIncident => ({ ...row, kind: 'content', next: nextStepOf(row.reason, row.next) }),
  )
  await closeIncidents(client, { kind: 'quarantine', except: shares.map(({ source_id }) => source_id), when: 'true' })
  await closeIncidents(client, { kind: 'content', except: contents.map(({ source_id }) => source_id), when: CLEARED })
  await openIncidents(client, [...shares, ...contents])
}

/** What operators have to repair, nobody else can correct at the source. */
const stepOfShare = (reason: string): string => nextStepOf(whoActs(reason) === 'operator' ? reason : 'QUARANTINE_SHARE')
