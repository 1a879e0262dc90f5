import { nextTick, ticksBetween } from '@inlet/domain'
import type pg from 'pg'
import type { Database } from '../database.js'

/** Missed ticks beyond this number are summarized in one row. */
const MAX_ROWS = 1_000
/** A job scheduler's clock may be ahead of the database's by this much (ms); ticks are at least a minute apart. */
const CLOCK_TOLERANCE_MS = 2_000

export type TickOutcome = 'ran' | 'coalesced' | 'skipped' | 'paused' | 'missed'

export interface AccountedTicks {
  /** The run that must be enqueued now, if one was created. */
  readonly runId: string | null
  /** How many ledger rows of each outcome were written. */
  readonly written: Readonly<Partial<Record<TickOutcome, number>>>
}

interface Row {
  readonly id: string
  readonly cron: string | null
  readonly time_zone: string
  readonly status: string
  readonly next_tick_at: Date | null
  readonly now: Date
}

type How = 'scheduler' | 'reconciler'

/**
 * Writes a ledger row for every due tick that has none, in one transaction with the run that the last of them starts: earlier ones are coalesced into
 * it. However often it is called, each tick is accounted for once. The reconciler skips a source that is locked: its next pass comes soon.
 */
export const accountTicks = (database: Database, sourceId: string, how: How): Promise<AccountedTicks> =>
  database.keyedTransaction((client) => accountTicksBefore(client, sourceId, how))

/** Does the same in the transaction of a change of status or schedule: ticks due until then belong to the source as it was. */
export const accountTicksBefore = async (client: pg.ClientBase, sourceId: string, how: How = 'scheduler'): Promise<AccountedTicks> => {
  const sources = await lockSources(client, [sourceId], how === 'reconciler')
  return (await accountLocked(client, sources, how)).get(sourceId) ?? NONE_DUE
}

/**
 * Does the same for many sources in one transaction: for dozens that are due in the same second, most of the time is spent on round trips and commits.
 * Sources that are locked are absent from the result, since all others would wait for them.
 */
export const accountTicksTogether = (database: Database, sourceIds: readonly string[], how: How): Promise<ReadonlyMap<string, AccountedTicks>> =>
  database.keyedTransaction(async (client) => accountLocked(client, await lockSources(client, sourceIds, true), how))

const NONE_DUE: AccountedTicks = { runId: null, written: {} }

const lockSources = async (client: pg.ClientBase, sourceIds: readonly string[], skips: boolean): Promise<readonly Row[]> => {
  const { rows } = await client.query<Row>({
    name: `inlet-lock-ticks ${skips}`,
    text: `SELECT id, cron, time_zone, status, next_tick_at, clock_timestamp() AS now FROM sources
     WHERE id = ANY($1::uuid[]) AND deleting_at IS NULL ORDER BY id FOR UPDATE ${skips ? 'SKIP LOCKED' : ''}`,
    values: [sourceIds],
  })
  return rows
}

/** The latest due tick of a source, which may start a run. */
interface LatestTick {
  readonly sourceId: string
  readonly scheduledFor: Date
  /** Null: decided by whether a run can be created. */
  readonly outcome: TickOutcome | null
  readonly reason: string | null
  readonly nextAt: Date | null
}

const accountLocked = async (client: pg.ClientBase, sources: readonly Row[], how: How): Promise<ReadonlyMap<string, AccountedTicks>> => {
  const accounted = new Map<string, AccountedTicks>(sources.map(({ id }) => [id, NONE_DUE]))
  const latest: LatestTick[] = []
  const earlier = new Map<string, { readonly outcome: TickOutcome; readonly count: number }>()
  for (const source of sources) {
    if (source.cron === null || source.next_tick_at === null) continue
    const schedule = { cron: source.cron, timeZone: source.time_zone }
    const until = new Date(source.now.getTime() + CLOCK_TOLERANCE_MS)
    const { ticks, more } = ticksBetween(schedule, new Date(source.next_tick_at.getTime() - 1), until, MAX_ROWS)
    const last = ticks.at(-1)
    if (last === undefined) continue
    const before = ticks.slice(0, -1)
    if (before.length > 0) {
      const { outcome, reason } = decideEarlier(source.status)
      await writeEarlier(client, { sourceId: source.id, earlier: before, more, outcome, reason })
      earlier.set(source.id, { outcome, count: before.length + more })
    }
    latest.push({ sourceId: source.id, scheduledFor: last, nextAt: nextTick(schedule, last), ...decideLatest(source.status) })
  }
  if (latest.length === 0) return accounted
  for (const { sourceId, outcome, runId } of await writeLatest(client, latest, how)) {
    const written: Partial<Record<TickOutcome, number>> = { [outcome]: 1 }
    const before = earlier.get(sourceId)
    if (before !== undefined) written[before.outcome] = (written[before.outcome] ?? 0) + before.count
    accounted.set(sourceId, { runId: outcome === 'ran' ? runId : null, written })
  }
  return accounted
}

// Nobody else can create a run of these sources: their rows are locked, and the new row of a run refers to them.
const LATEST = `
WITH due AS MATERIALIZED (
  SELECT * FROM unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[], $4::text[], $5::text[]) AS d(source_id, scheduled_for, next_at, outcome, reason)
), created AS (
  INSERT INTO runs (source_id, version_id, trigger, scheduled_for)
  SELECT s.id, s.version_id, 'schedule', d.scheduled_for FROM due d JOIN sources s ON s.id = d.source_id
  WHERE d.outcome IS NULL AND s.version_id IS NOT NULL
  ON CONFLICT (source_id) WHERE status <> 'ended' DO NOTHING RETURNING id, source_id
), decided AS (
  SELECT d.source_id, d.scheduled_for, coalesce(c.id, a.id) AS run_id,
    CASE WHEN d.outcome IS NOT NULL THEN d.outcome WHEN c.id IS NOT NULL THEN 'ran' WHEN a.id IS NOT NULL THEN 'skipped' ELSE 'missed' END AS outcome,
    CASE WHEN d.outcome IS NOT NULL THEN d.reason WHEN c.id IS NOT NULL THEN $6 WHEN a.id IS NOT NULL THEN 'the previous run was still active'
      ELSE 'the source has no published version' END AS reason
  FROM due d LEFT JOIN created c ON c.source_id = d.source_id LEFT JOIN runs a ON a.source_id = d.source_id AND a.status <> 'ended' AND d.outcome IS NULL
), tick AS (
  INSERT INTO ticks (source_id, scheduled_for, outcome, reason, run_id) SELECT source_id, scheduled_for, outcome, reason, run_id FROM decided ON CONFLICT DO NOTHING
), moved AS (
  UPDATE sources s SET next_tick_at = d.next_at FROM due d WHERE s.id = d.source_id
)
SELECT source_id AS "sourceId", outcome, run_id AS "runId" FROM decided`

const writeLatest = async (
  client: pg.ClientBase,
  ticks: readonly LatestTick[],
  how: How,
): Promise<readonly { readonly sourceId: string; readonly outcome: TickOutcome; readonly runId: string | null }[]> => {
  const { rows } = await client.query<{ sourceId: string; outcome: TickOutcome; runId: string | null }>({
    name: 'inlet-ticks',
    text: LATEST,
    values: [
      ticks.map(({ sourceId }) => sourceId),
      ticks.map(({ scheduledFor }) => scheduledFor),
      ticks.map(({ nextAt }) => nextAt),
      ticks.map(({ outcome }) => outcome),
      ticks.map(({ reason }) => reason),
      how === 'reconciler' ? 'found by the reconciler' : null,
    ],
  })
  return rows
}

/** Why no run is created for a tick of a source that its owner has paused or stopped. */
const PAUSE_REASONS: Readonly<Partial<Record<string, string>>> = { PAUSED: 'the source was paused', STOPPED: 'the source was stopped' }
const ERROR_REASON = 'the source needs its owner; see its status'

interface Earlier {
  readonly outcome: TickOutcome
  readonly reason: string
}

/** Decides the outcome of all but the last of several due ticks, by the status of the source. */
const decideEarlier = (status: string): Earlier => {
  const pauseReason = PAUSE_REASONS[status]
  if (pauseReason !== undefined) return { outcome: 'paused', reason: pauseReason }
  if (status === 'ERROR') return { outcome: 'missed', reason: ERROR_REASON }
  return { outcome: 'coalesced', reason: 'not handled in time; collapsed into the next tick' }
}

const writeEarlier = async (
  client: pg.ClientBase,
  args: {
    readonly sourceId: string
    readonly earlier: readonly Date[]
    readonly more: number
    readonly outcome: TickOutcome
    readonly reason: string
  },
): Promise<void> => {
  await client.query(
    `INSERT INTO ticks (source_id, scheduled_for, outcome, reason, count)
     SELECT $1, t, $3, $4, CASE WHEN n = 1 THEN 1 + $5::int ELSE 1 END FROM unnest($2::timestamptz[]) WITH ORDINALITY AS s(t, n) ON CONFLICT DO NOTHING`,
    [args.sourceId, args.earlier, args.outcome, args.reason, args.more],
  )
}

/** Decides what the status alone decides. */
const decideLatest = (status: string): { readonly outcome: TickOutcome | null; readonly reason: string | null } => {
  const pauseReason = PAUSE_REASONS[status]
  if (pauseReason !== undefined) return { outcome: 'paused', reason: pauseReason }
  return status === 'ERROR' ? { outcome: 'missed', reason: ERROR_REASON } : { outcome: null, reason: null }
}

export interface TickRow {
  readonly scheduledFor: Date
  readonly outcome: TickOutcome
  readonly reason: string | null
  readonly runId: string | null
  readonly count: number
  readonly recordedAt: Date
}

/** Lists due moments of a source's schedule, latest first. */
export const listTicks = async (
  { prisma }: Database,
  request: { readonly sourceId: string; readonly outcome?: TickOutcome | undefined; readonly before: Date | null; readonly limit: number },
): Promise<readonly TickRow[]> => {
  const { sourceId, outcome, before, limit } = request
  const rows = await prisma.tick.findMany({
    where: { sourceId, ...(outcome !== undefined && { outcome }), ...(before !== null && { scheduledFor: { lt: before } }) },
    orderBy: { scheduledFor: 'desc' },
    take: limit,
    omit: { sourceId: true },
  })
  // Prisma sees only text here; a constraint of the table limits it to these outcomes.
  return rows as readonly TickRow[]
}
