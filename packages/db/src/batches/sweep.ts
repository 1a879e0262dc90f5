import { type BatchEffects, type BatchEnvelope, massDeleteLimit } from '@inlet/domain'
import type pg from 'pg'
import { CHANGES_OF, NUMBERED } from '../changes/log-changes.js'
import { writeEvent } from '../events/write-event.js'
import { resolveSwept } from '../quarantine/resolve-quarantined.js'
import { firstOfAttempt } from './seen.js'

export type SweepEffect = NonNullable<BatchEffects['sweeps']>[number]

export interface SweepRequest {
  readonly batch: BatchEnvelope
  /** The batch that carries the effect; everything up to it is stored. */
  readonly seq: number
  readonly effect: SweepEffect
  readonly allowMassDelete: boolean
}

// Query shapes that outdated statistics cannot spoil: if they are older than the stream, a join would read all seen keys for each record. A scope has
// few records, so each key is looked up by a subquery that is not merged into a join; a whole stream is compared set against set, in linear time.
const LIVE = `FROM records t WHERE t.stream_id = $1 AND t.deleted_at IS NULL AND (t.epoch, t.seq) < ($3::bigint, $4::int)`
/** What the reading that began at $5 has shown up to the sweep ($4), or a later batch has brought. */
const SHOWN = `FROM sweep_seen s WHERE s.run_id = $2 AND s.stream_id = $1 AND s.seq >= $5::int AND (s.seq <= $4::int OR s.content)`
const UNSEEN_IN_STREAM = `WITH gone AS MATERIALIZED (SELECT t.key_hash ${LIVE} EXCEPT SELECT s.key_hash ${SHOWN})`
const COUNT = `${UNSEEN_IN_STREAM} SELECT count(*)::int AS unseen FROM gone`
/** How many records of the last effective sweep there are, and how many of them are gone: whatever new ones came since must not outweigh those. */
const COUNT_EARLIER = `WITH earlier AS MATERIALIZED (SELECT t.key_hash ${LIVE} AND t.created_at <= $6::timestamptz),
  gone AS MATERIALIZED (SELECT key_hash FROM earlier EXCEPT SELECT s.key_hash ${SHOWN})
SELECT (SELECT count(*) FROM gone)::int AS unseen, (SELECT count(*) FROM records t WHERE t.stream_id = $1 AND t.deleted_at IS NULL AND t.created_at <= $6::timestamptz)::int AS live`

// By ctid rather than by a join, for the same reason. A row that a later batch is writing has moved, and is left to that batch.
const DELETE = (places: string): string => `swept AS (
  UPDATE records u SET deleted_at = now(), fetched_at = now(), run_id = $2, epoch = $3, seq = $4, doc_id = ${NUMBERED('u')}
  WHERE u.ctid = ANY(ARRAY(${places})) AND u.deleted_at IS NULL AND (u.epoch, u.seq) < ($3::bigint, $4::int)
  RETURNING u.source_id, u.doc_id
), ${CHANGES_OF('swept', 'source_id')}
SELECT count(*)::int AS deleted FROM swept`
const DELETE_IN_SCOPE = `WITH ${DELETE(`SELECT t.ctid ${LIVE} AND t.scope = $6 AND (SELECT true ${SHOWN} AND s.key_hash = t.key_hash LIMIT 1) IS NULL`)}`
const DELETE_IN_STREAM = `${UNSEEN_IN_STREAM}, ${DELETE(
  'SELECT at.ctid FROM gone g CROSS JOIN LATERAL (SELECT t.ctid FROM records t WHERE t.stream_id = $1 AND t.key_hash = g.key_hash LIMIT 1) at',
)}`

/** `protects_until`: what was stored by then is what the guard protects: by the last effective sweep, or before the run if there was none. */
const STREAM = `SELECT id, live_records, reread_epoch IS NOT NULL AS rereads, coalesce(swept_at, (SELECT created_at FROM runs WHERE id = $3)) AS protects_until
FROM streams WHERE source_id = $1 AND name = $2`

interface StreamRow {
  readonly id: number
  readonly live_records: string
  readonly rereads: boolean
  readonly protects_until: Date
}

/**
 * Deletes the live records of a stream, or of one scope in it, that the reading has not shown; resolves what is in quarantine for reasons the reading
 * disproves; and returns the number of records deleted. A sweep of a whole stream that would delete more than the mass-delete guard allows does
 * nothing and leaves a warning on the run; so does one of a stream that the source does not list any more.
 */
export const sweep = async (client: pg.ClientBase, request: SweepRequest): Promise<number> => {
  const { batch, seq, effect } = request
  const { scope, gone = false } = effect
  const found = await client.query<StreamRow>(STREAM, [batch.sourceId, effect.stream, batch.runId])
  const stream = found.rows[0]
  if (stream === undefined) return 0
  const since = effect.since ?? (await firstOfAttempt(client, batch))
  const scoped = scope !== undefined
  const values = [stream.id, batch.runId, batch.epoch, seq, since, ...(scoped ? [scope] : [])]
  if (!scoped && !request.allowMassDelete) {
    const { rows } = await client.query<{ unseen: number }>(COUNT, values)
    const unseen = rows[0]?.unseen ?? 0
    const refusal = await findRefusal(client, { stream, unseen, gone, values })
    if (refusal !== null) {
      await client.query('UPDATE streams SET swept_at = $2 WHERE id = $1 AND swept_at IS NULL', [stream.id, stream.protects_until])
      await warn(
        client,
        batch,
        `${refusal.gone} of ${refusal.of} records of ${effect.stream} are gone at the source${refusal.also}; nothing was deleted`,
      )
      return 0
    }
    if (unseen === 0) {
      await markSwept(client, stream)
      await resolveSwept(client, { batch, seq, effect, since, streamId: stream.id })
      return 0
    }
  }
  const { rows: swept } = await client.query<{ deleted: number }>(scoped ? DELETE_IN_SCOPE : DELETE_IN_STREAM, values)
  const deleted = swept[0]?.deleted ?? 0
  if (deleted > 0) {
    await client.query('UPDATE streams SET live_records = live_records - $2 WHERE id = $1', [stream.id, deleted])
    await client.query('UPDATE runs SET deleted = deleted + $2 WHERE id = $1', [batch.runId, deleted])
  }
  if (!scoped) await markSwept(client, stream)
  await resolveSwept(client, { batch, seq, effect, since, streamId: stream.id })
  return deleted
}

interface Refusal {
  readonly gone: number
  readonly of: number
  /** What came in their place, as a clause. */
  readonly also: string
}

/** Returns why a sweep of a stream would delete too much; null if it may delete what is unseen. */
const findRefusal = async (
  client: pg.ClientBase,
  {
    stream,
    unseen,
    gone,
    values,
  }: { readonly stream: StreamRow; readonly unseen: number; readonly gone: boolean; readonly values: readonly unknown[] },
): Promise<Refusal | null> => {
  const live = Number(stream.live_records)
  if (gone) return unseen === 0 ? null : { gone: unseen, of: live, also: ', because it does not list the stream any more' }
  if (unseen > massDeleteLimit(live)) return { gone: unseen, of: live, also: '' }
  // A changed mapping may well give every record another key.
  if (unseen <= massDeleteLimit(0) || stream.rereads) return null
  const { rows } = await client.query<{ unseen: number; live: number }>(COUNT_EARLIER, [...values, stream.protects_until])
  const earlier = rows[0] ?? { unseen: 0, live: 0 }
  if (earlier.unseen <= massDeleteLimit(earlier.live)) return null
  return { gone: earlier.unseen, of: earlier.live, also: `, and ${live - earlier.live} with other keys have come` }
}

const markSwept = async (client: pg.ClientBase, { id }: StreamRow): Promise<void> => {
  await client.query('UPDATE streams SET swept_at = clock_timestamp() WHERE id = $1', [id])
}

const warn = async (client: pg.ClientBase, batch: BatchEnvelope, message: string): Promise<void> => {
  await client.query(
    `UPDATE runs SET progress = jsonb_set(progress, '{warnings}', coalesce(progress->'warnings', '[]') || $2::jsonb) WHERE id = $1`,
    [batch.runId, JSON.stringify([{ reason: 'MASS_DELETE_REFUSED', message }])],
  )
  await writeEvent(client, { sourceId: batch.sourceId, runId: batch.runId, type: 'sweep.refused', level: 'warn', message })
}
