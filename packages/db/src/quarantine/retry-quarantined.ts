import { Failure, whyNotRetryable } from '@inlet/domain'
import type pg from 'pg'
import { type Actor, writeAudit } from '../audit/write-audit.js'
import type { Database } from '../database.js'
import { lockRow, readDatabaseTime, type Transaction } from '../prisma-transaction.js'
import { createRun } from '../runs/create-run.js'

/** Selects open records of a source. */
export interface QuarantineChoice {
  readonly sourceId: string
  readonly stream?: string | undefined
  readonly reason?: string | undefined
  /** Only records quarantined before this moment. */
  readonly before?: Date | undefined
}

/** For how many skipped records reasons are given. */
export const MAX_SKIPPED_SHOWN = 100

export interface RetryStart {
  /** How many are retried. */
  readonly selected: number
  /** How many stay open because they cannot be retried as they are. */
  readonly skipped: number
  /** The newest of the skipped records with their reasons, at most MAX_SKIPPED_SHOWN. */
  readonly skippedRecords: readonly { readonly id: string; readonly why: string }[]
  /** The run that retries them, if it could begin at once; it must be enqueued. Null: it begins when the active run has ended. */
  readonly runId: string | null
}

/**
 * Marks one open record for a retry and creates the run that does it, in one transaction with its audit row. `edited`: JSON text of a record to use
 * in its place. A record already being retried stays as it is. Throws QUARANTINE_NOT_OPEN, SOURCE_PAUSED, SOURCE_STOPPED; returns null when unknown.
 */
export const retryQuarantined = (
  database: Database,
  request: { readonly id: string; readonly edited: string | null },
  actor: Actor,
): Promise<RetryStart | null> =>
  database.prismaTransaction(async (tx) => {
    const { prisma, client } = tx
    const { id, edited } = request
    const where = { id: BigInt(id) }
    const found = await prisma.quarantine.findUnique({ where, select: { sourceId: true } })
    if (found === null || !(await lockSource(tx, found.sourceId))) return null
    const now = await lockRow(client, 'quarantined', id)
    const row = await prisma.quarantine.findUnique({ where, select: { state: true, edited: true, record: true } })
    if (now === null || row === null) return null
    const same = edited === null || edited === row.edited
    if (row.state !== 'open' && !(row.state === 'retrying' && same)) throw notOpen(row.state)
    if (row.state === 'open') {
      await prisma.quarantine.update({ where, data: { ...retrying(actor, now), ...(edited !== null && { edited }) }, select: { id: true } })
      const after = { state: 'retrying', edited }
      await writeAudit(client, { actor, action: 'quarantine.retry', targetType: 'quarantined', targetId: id, before: row, after })
    }
    return { selected: 1, skipped: 0, skippedRecords: [], runId: await beginRetry(client, found.sourceId) }
  })

const retrying = (actor: Actor, now: Date) => ({ state: 'retrying', stateAt: now, stateBy: actor, outcome: null })

/** Retries all chosen open records of a source that can be retried. Returns null when the source is unknown. */
export const retryQuarantine = (database: Database, choice: QuarantineChoice, actor: Actor): Promise<RetryStart | null> =>
  database.prismaTransaction(async (tx) => {
    const { prisma, client } = tx
    const { sourceId } = choice
    if (!(await lockSource(tx, sourceId))) return null
    const data = retrying(actor, await readDatabaseTime(client))
    const { count: selected } = await prisma.quarantine.updateMany({ where: { ...whereChosen(choice), ...RETRYABLE }, data })
    const left = { ...whereChosen(choice), NOT: RETRYABLE }
    const skipped = await prisma.quarantine.count({ where: left })
    const shown = await prisma.quarantine.findMany({
      where: left,
      orderBy: { id: 'desc' },
      take: MAX_SKIPPED_SHOWN,
      select: { id: true, stream: true },
    })
    // Those that have a record lack a stream, the others lack a record.
    const skippedRecords = shown.map(({ id, stream }) => ({
      id: String(id),
      why: whyNotRetryable({ stream, hasRecord: stream === '', state: 'open' }) ?? '',
    }))
    if (selected === 0) return { selected, skipped, skippedRecords, runId: null }
    const after = { ...choice, before: choice.before?.toISOString(), selected, skipped }
    await writeAudit(client, { actor, action: 'source.quarantine.retry', targetType: 'source', targetId: sourceId, after })
    return { selected, skipped, skippedRecords, runId: await beginRetry(client, sourceId) }
  })

/** Records with a stream and a complete record; the others stay open, as `whyNotRetryable` says. */
const RETRYABLE = { stream: { not: '' }, OR: [{ record: { not: null } }, { edited: { not: null } }] }

/** The condition for the chosen open records of a source. */
export const whereChosen = ({ sourceId, stream, reason, before }: QuarantineChoice) => ({
  sourceId,
  state: 'open',
  AND: [
    ...(stream === undefined ? [] : [{ stream }]),
    ...(reason === undefined ? [] : [{ reason }]),
    ...(before === undefined ? [] : [{ createdAt: { lt: before } }]),
  ],
})

export const notOpen = (state: string): Failure =>
  new Failure('QUARANTINE_NOT_OPEN', state === 'retrying' ? 'the record is being retried' : `the record is no longer open: ${state}`)

const lockSource = async ({ prisma, client }: Transaction, sourceId: string): Promise<boolean> => {
  if ((await lockRow(client, 'source', sourceId, 'NO KEY UPDATE')) === null) return false
  const source = await prisma.source.findUnique({ where: { id: sourceId }, select: { status: true } })
  if (source?.status === 'PAUSED') throw new Failure('SOURCE_PAUSED', 'the source is paused')
  if (source?.status === 'STOPPED') throw new Failure('SOURCE_STOPPED', 'the source is stopped')
  return source !== null
}

/** Returns null while another run of the source is active: `createRetryRuns` creates one after it. */
const beginRetry = async (client: pg.ClientBase, sourceId: string): Promise<string | null> => {
  const run = await createRun(client, { sourceId, trigger: 'quarantine' })
  return run?.created ? run.id : null
}

/**
 * Creates a run for each source (or only the named one) that has records to retry and no active run, unless it is paused or stopped. Returns the ids
 * of the new runs.
 */
export const createRetryRuns = async (
  database: Pick<Database, 'pool'>,
  options: { readonly sourceId?: string; readonly limit: number },
): Promise<readonly string[]> => {
  // SQL: finds and inserts in one statement, since others create runs at the same time.
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
