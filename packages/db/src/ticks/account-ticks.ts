import { nextTick, ticksBetween } from '@inlet/domain'
import type pg from 'pg'
import type { Database } from '../database.js'
import { createRun } from '../runs/create-run.js'

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
  readonly cron: string | null
  readonly time_zone: string
  readonly status: string
  readonly next_tick_at: Date | null
  readonly now: Date
}

/**
 * Writes a ledger row for every due tick that has none, in one transaction with the run that the last of them starts: earlier ones are coalesced into
 * it. However often it is called, each tick is accounted for once. The reconciler skips a source that is locked: its next pass comes soon.
 */
export const accountTicks = (database: Database, sourceId: string, how: 'scheduler' | 'reconciler'): Promise<AccountedTicks> =>
  database.keyedTransaction((client) => accountTicksBefore(client, sourceId, how))

/** Does the same in the transaction of a change of status or schedule: ticks due until then belong to the source as it was. */
export const accountTicksBefore = async (
  client: pg.ClientBase,
  sourceId: string,
  how: 'scheduler' | 'reconciler' = 'scheduler',
): Promise<AccountedTicks> => {
  const { rows } = await client.query<Row>({
    name: `inlet-lock-ticks ${how}`,
    text: `SELECT cron, time_zone, status, next_tick_at, clock_timestamp() AS now FROM sources WHERE id = $1 AND deleting_at IS NULL FOR UPDATE ${
      how === 'reconciler' ? 'SKIP LOCKED' : ''
    }`,
    values: [sourceId],
  })
  const source = rows[0]
  if (source === undefined || source.cron === null || source.next_tick_at === null) return { runId: null, written: {} }
  const schedule = { cron: source.cron, timeZone: source.time_zone }
  const until = new Date(source.now.getTime() + CLOCK_TOLERANCE_MS)
  const { ticks, more } = ticksBetween(schedule, new Date(source.next_tick_at.getTime() - 1), until, MAX_ROWS)
  const last = ticks.at(-1)
  if (last === undefined) return { runId: null, written: {} }
  const earlier = ticks.slice(0, -1)
  const early = decideEarlier(source.status)
  await writeEarlier(client, { sourceId, earlier, more, ...early })
  const decided = await decideTick(client, { sourceId, status: source.status, scheduledFor: last })
  const reason = decided.reason ?? (how === 'reconciler' && decided.outcome === 'ran' ? 'found by the reconciler' : null)
  await client.query({
    name: 'inlet-tick',
    text: `WITH tick AS (
      INSERT INTO ticks (source_id, scheduled_for, outcome, reason, run_id) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING
    ) UPDATE sources SET next_tick_at = $6 WHERE id = $1`,
    values: [sourceId, last, decided.outcome, reason, decided.runId, nextTick(schedule, last)],
  })
  const written: Partial<Record<TickOutcome, number>> = { [decided.outcome]: 1 }
  if (earlier.length + more > 0) written[early.outcome] = (written[early.outcome] ?? 0) + earlier.length + more
  return { runId: decided.outcome === 'ran' ? decided.runId : null, written }
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
  if (args.earlier.length === 0) return
  await client.query(
    `INSERT INTO ticks (source_id, scheduled_for, outcome, reason, count)
     SELECT $1, t, $3, $4, CASE WHEN n = 1 THEN 1 + $5::int ELSE 1 END FROM unnest($2::timestamptz[]) WITH ORDINALITY AS s(t, n) ON CONFLICT DO NOTHING`,
    [args.sourceId, args.earlier, args.outcome, args.reason, args.more],
  )
}

interface Decided {
  readonly outcome: TickOutcome
  readonly reason: string | null
  readonly runId: string | null
}

const decideTick = async (
  client: pg.ClientBase,
  tick: { readonly sourceId: string; readonly status: string; readonly scheduledFor: Date },
): Promise<Decided> => {
  const pauseReason = PAUSE_REASONS[tick.status]
  if (pauseReason !== undefined) return { outcome: 'paused', reason: pauseReason, runId: null }
  if (tick.status === 'ERROR') return { outcome: 'missed', reason: ERROR_REASON, runId: null }
  const run = await createRun(client, { sourceId: tick.sourceId, trigger: 'schedule', scheduledFor: tick.scheduledFor })
  if (run === null) return { outcome: 'missed', reason: 'the source has no published version', runId: null }
  return run.created
    ? { outcome: 'ran', reason: null, runId: run.id }
    : { outcome: 'skipped', reason: 'the previous run was still active', runId: run.id }
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
