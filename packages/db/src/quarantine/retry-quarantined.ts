import { Failure, type SourceStatus, whyNotRetryable } from '@inlet/domain'
import type pg from 'pg'
import { type Actor, writeAudit } from '../audit/write-audit.js'
import type { Database } from '../database.js'
import { createRun } from '../runs/create-run.js'
import { allOf, createSqlParts } from '../sql-parts.js'

/** Which open records of a source are meant. */
export interface QuarantineChoice {
  readonly sourceId: string
  readonly stream?: string | undefined
  readonly reason?: string | undefined
  /** Only what was quarantined before this moment. */
  readonly before?: Date | undefined
}

/** Of how many skipped records the reasons are given. */
export const MAX_SKIPPED_SHOWN = 100

export interface RetryStart {
  /** How many are retried. */
  readonly selected: number
  /** How many stay open, because they cannot be retried as they are. */
  readonly skipped: number
  /** Why, of each of the newest of them: at most MAX_SKIPPED_SHOWN. */
  readonly skippedRecords: readonly { readonly id: string; readonly why: string }[]
  /** The run that retries them, when it could begin at once; it must be enqueued. Null: it begins when the active run has ended. */
  readonly runId: string | null
}

/**
 * Marks one open record for a retry and begins the run that does it, in one transaction with its audit row. `edited`: JSON text of a record to
 * take in its place. One that is being retried already stays so. Throws QUARANTINE_NOT_OPEN, SOURCE_PAUSED, SOURCE_STOPPED; null when unknown.
 */
export const retryQuarantined = (
  database: Database,
  request: { readonly id: string; readonly edited: string | null },
  actor: Actor,
): Promise<RetryStart | null> =>
  database.transaction(async (client) => {
    const sourceId = await lockSourceOf(client, request.id)
    if (sourceId === null) return null
    const { rows } = await client.query<{ state: string; edited: string | null; record: string | null }>(
      'SELECT state, edited, record FROM quarantine WHERE id = $1 FOR UPDATE',
      [request.id],
    )
    const row = rows[0]
    if (row === undefined) return null
    const same = request.edited === null || request.edited === row.edited
    if (row.state !== 'open' && !(row.state === 'retrying' && same)) throw notOpen(row.state)
    if (row.state === 'open') {
      await client.query(
        `UPDATE quarantine SET state = 'retrying', state_at = clock_timestamp(), state_by = $2, outcome = NULL, edited = coalesce($3, edited) WHERE id = $1`,
        [request.id, actor, request.edited],
      )
      const after = { state: 'retrying', edited: request.edited }
      await writeAudit(client, { actor, action: 'quarantine.retry', targetType: 'quarantined', targetId: request.id, before: row, after })
    }
    return { selected: 1, skipped: 0, skippedRecords: [], runId: await beginRetry(client, sourceId) }
  })

/** The same for all open records of a source that are chosen and can be retried. Null when the source is unknown. */
export const retryQuarantine = (database: Database, choice: QuarantineChoice, actor: Actor): Promise<RetryStart | null> =>
  database.transaction(async (client) => {
    if (!(await lockSource(client, choice.sourceId))) return null
    const { values, where, add } = chosen(choice)
    const { rows } = await client.query<{ selected: number; skipped: number; shown: readonly Skipped[] }>(
      `WITH chosen AS (SELECT q.id, q.stream, q.record IS NOT NULL OR q.edited IS NOT NULL AS has_record FROM quarantine q WHERE ${where} FOR UPDATE),
       marked AS (UPDATE quarantine q SET state = 'retrying', state_at = clock_timestamp(), state_by = ${add(actor)}, outcome = NULL FROM chosen c
                  WHERE q.id = c.id AND c.stream <> '' AND c.has_record RETURNING q.id),
       skipped AS (SELECT id::text, stream, has_record AS "hasRecord", count(*) OVER ()::int AS n FROM chosen WHERE stream = '' OR NOT has_record
                   ORDER BY chosen.id DESC LIMIT ${MAX_SKIPPED_SHOWN})
       SELECT (SELECT count(*) FROM marked)::int AS selected, coalesce((SELECT max(n) FROM skipped), 0)::int AS skipped,
         coalesce((SELECT jsonb_agg(skipped ORDER BY length(id) DESC, id DESC) FROM skipped), '[]') AS shown`,
      values,
    )
    const { selected, skipped, shown } = rows[0] ?? { selected: 0, skipped: 0, shown: [] }
    const skippedRecords = shown.map(({ id, ...row }) => ({ id, why: whyNotRetryable({ ...row, state: 'open' }) ?? '' }))
    if (selected === 0) return { selected, skipped, skippedRecords, runId: null }
    const after = { ...choice, before: choice.before?.toISOString(), selected, skipped }
    await writeAudit(client, { actor, action: 'source.quarantine.retry', targetType: 'source', targetId: choice.sourceId, after })
    return { selected, skipped, skippedRecords, runId: await beginRetry(client, choice.sourceId) }
  })

interface Skipped {
  readonly id: string
  readonly stream: string
  readonly hasRecord: boolean
}

/** The condition for what is chosen, with its parameters. */
export const chosen = (choice: QuarantineChoice) => {
  const { values, add } = createSqlParts()
  const where = allOf([
    `q.source_id = ${add(choice.sourceId)}`,
    `q.state = 'open'`,
    choice.stream === undefined ? null : `q.stream = ${add(choice.stream)}`,
    choice.reason === undefined ? null : `q.reason = ${add(choice.reason)}`,
    choice.before === undefined ? null : `q.created_at < ${add(choice.before)}`,
  ])
  return { values, where, add }
}

export const notOpen = (state: string): Failure =>
  new Failure('QUARANTINE_NOT_OPEN', state === 'retrying' ? 'the record is being retried' : `the record is not open any more: ${state}`)

const lockSourceOf = async (client: pg.ClientBase, id: string): Promise<string | null> => {
  const { rows } = await client.query<{ source_id: string }>('SELECT source_id FROM quarantine WHERE id = $1', [id])
  const sourceId = rows[0]?.source_id
  return sourceId !== undefined && (await lockSource(client, sourceId)) ? sourceId : null
}

const lockSource = async (client: pg.ClientBase, sourceId: string): Promise<boolean> => {
  const { rows } = await client.query<{ status: SourceStatus }>(
    'SELECT status FROM sources WHERE id = $1 AND deleting_at IS NULL FOR NO KEY UPDATE',
    [sourceId],
  )
  const status = rows[0]?.status
  if (status === 'PAUSED') throw new Failure('SOURCE_PAUSED', 'the source is paused')
  if (status === 'STOPPED') throw new Failure('SOURCE_STOPPED', 'the source is stopped')
  return status !== undefined
}

/** Null while another run of the source is active: `createRetryRuns` makes one after it. */
const beginRetry = async (client: pg.ClientBase, sourceId: string): Promise<string | null> => {
  const run = await createRun(client, { sourceId, trigger: 'quarantine' })
  return run?.created ? run.id : null
}

/** Makes a run for each source (only this one when named) that has records to retry and no active run, unless it is paused or stopped. Answers the new runs. */
export const createRetryRuns = async (
  database: Pick<Database, 'pool'>,
  options: { readonly sourceId?: string; readonly limit: number },
): Promise<readonly string[]> => {
  const { rows } = await database.pool.query<{ id: string }>(
    `INSERT INTO runs (source_id, version_id, trigger)
     SELECT s.id, s.version_id, 'quarantine' FROM sources s
     WHERE s.id IN (SELECT DISTINCT source_id FROM quarantine WHERE state = 'retrying' AND ($2::uuid IS NULL OR source_id = $2)) AND s.status IN ('ACTIVE', 'ERROR') AND s.deleting_at IS NULL
       AND s.version_id IS NOT NULL AND NOT EXISTS (SELECT FROM runs r WHERE r.source_id = s.id AND r.status <> 'ended') LIMIT $1
       ${options.sourceId === undefined ? 'FOR NO KEY UPDATE OF s SKIP LOCKED' : ''}
     ON CONFLICT (source_id) WHERE status <> 'ended' DO NOTHING RETURNING id`,
    [options.limit, options.sourceId ?? null],
  )
  return rows.map(({ id }) => id)
}
