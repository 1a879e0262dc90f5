import type { Database } from '../database.js'
import { readDatabaseTime } from '../prisma-transaction.js'

/** What a worker or scribe process reports about itself. */
export interface WorkerHeartbeat {
  /** Also identifies it in leases. */
  readonly id: string
  readonly role: 'worker' | 'scribe'
  readonly host: string
  readonly pid: number
  readonly version: string
  readonly concurrency: number
  /** Runs (worker) or batches (scribe) in progress. */
  readonly running: number
  readonly backpressure: boolean
  /** Why it takes no work, as a reason and in words; null when it does. */
  readonly refuses: 'clock' | 'draining' | null
  readonly problem: string | null
  /** The reason of the failure in `problem`, if the database refuses what it writes; null otherwise. */
  readonly reason: string | null
  /** Connector types that a worker has; empty if unknown. */
  readonly connectors: readonly string[]
}

/** A process whose last heartbeat is older than this counts as dead (s). */
export const ALIVE_SECONDS = 12

/** How long after its last heartbeat a dead process is still listed (s): much longer than any lease. */
const FORGET_SECONDS = 300

/** Records a heartbeat in one round trip. A process that was taken for dead clears the sources that its death was counted against. */
export const recordHeartbeat = async (database: Database, heartbeat: WorkerHeartbeat): Promise<void> => {
  // SQL: the clock of the database, in a statement that every process runs every few seconds.
  const { rows } = await database.pool.query<{ died_with: number | null }>({
    name: 'inlet-alive-2',
    text: `INSERT INTO workers (id, role, host, pid, version, concurrency, running, backpressure, refuses, problem, reason, connectors, started_at, heartbeat_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, clock_timestamp(), clock_timestamp())
           ON CONFLICT (id) DO UPDATE SET running = EXCLUDED.running, backpressure = EXCLUDED.backpressure, refuses = EXCLUDED.refuses,
             problem = EXCLUDED.problem, reason = EXCLUDED.reason, heartbeat_at = EXCLUDED.heartbeat_at RETURNING died_with`,
    values: [
      heartbeat.id,
      heartbeat.role,
      heartbeat.host,
      heartbeat.pid,
      heartbeat.version,
      heartbeat.concurrency,
      heartbeat.running,
      heartbeat.backpressure,
      heartbeat.refuses,
      heartbeat.problem,
      heartbeat.reason,
      heartbeat.connectors,
    ],
  })
  if (rows[0]?.died_with != null) await clearDeath(database, heartbeat.id)
}

const clearDeath = (database: Database, id: string): Promise<void> =>
  database.prismaTransaction(async ({ prisma, client }) => {
    await client.query(
      `UPDATE sources SET process_deaths = greatest(process_deaths - 1, 0), death_of = NULL,
         restart_at = CASE WHEN status = 'ERROR' AND status_reason = 'POISON_SOURCE' THEN clock_timestamp() ELSE restart_at END WHERE death_of = $1`,
      [id],
    )
    await prisma.worker.updateMany({ where: { id }, data: { diedWith: null } })
  })

/** Removes a process that shuts down normally. */
export const markGone = async (database: Database, id: string): Promise<void> => {
  await database.prisma.worker.deleteMany({ where: { id } })
}

/** Removes processes that died some minutes ago: by then their runs have been taken over, and their deaths classified. */
export const forgetDead = async ({ pool, prisma }: Database): Promise<void> => {
  await prisma.worker.deleteMany({ where: { heartbeatAt: { lt: secondsBefore(await readDatabaseTime(pool), FORGET_SECONDS) } } })
}

const secondsBefore = (now: Date, seconds: number): Date => new Date(now.getTime() - seconds * 1_000)

export interface WorkerOverview extends WorkerHeartbeat {
  readonly alive: boolean
  readonly startedAt: Date
  readonly heartbeatAt: Date
}

export const ALIVE = `heartbeat_at > clock_timestamp() - interval '${ALIVE_SECONDS} seconds'`

/** Whether any worker that takes work has a connector. */
export const isConnectorOffered = async ({ pool, prisma }: Database, connector: string): Promise<boolean> => {
  const heartbeatAt = { gt: secondsBefore(await readDatabaseTime(pool), ALIVE_SECONDS) }
  const takesWork = { OR: [{ refuses: null }, { refuses: { not: 'draining' } }] }
  return (await prisma.worker.count({ where: { role: 'worker', heartbeatAt, connectors: { has: connector }, ...takesWork } })) > 0
}

/** Lists all worker and scribe processes with a heartbeat within the last five minutes, those alive first. */
export const listWorkers = async ({ pool, prisma }: Database): Promise<readonly WorkerOverview[]> => {
  const since = secondsBefore(await readDatabaseTime(pool), ALIVE_SECONDS)
  const rows = await prisma.worker.findMany({
    omit: { diedWith: true, reservedFor: true, reservedUntil: true },
    orderBy: [{ role: 'asc' }, { startedAt: 'asc' }, { id: 'asc' }],
  })
  // Safe: only a WorkerHeartbeat is ever written here.
  const workers = rows.map((row) => ({ ...row, alive: row.heartbeatAt > since }) as WorkerOverview)
  return [...workers.filter(({ alive }) => alive), ...workers.filter(({ alive }) => !alive)]
}
