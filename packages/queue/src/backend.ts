import { nextTick } from '@inlet/domain'
import { createPostgresBackend, Queue, type QueueOptions, Worker, type WorkerOptions, withBackend } from 'bullmq'
import { skewBetween } from './clock-watch.js'

export interface QueueConnection {
  /** Redis when given, else the queue lives in Postgres. */
  readonly redisUrl: string | null
  readonly databaseUrl: string
  /** Separates installations on one server: key prefix on Redis, schema on Postgres. Default `inlet`. */
  readonly prefix?: string
}

export type QueueProcessor = NonNullable<ConstructorParameters<typeof Worker<unknown, unknown>>[1]>

/** Makes queues and workers of the configured backend. The only place that knows both. */
export interface QueueBackend {
  readonly kind: 'redis' | 'postgres'
  /** Sets up the server behind a queue that is ready; repeating it changes nothing. */
  prepare(queue: Queue): Promise<void>
  queue(name: string, options: Omit<QueueOptions, 'connection' | 'prefix'>): Queue
  worker(name: string, processor: QueueProcessor, options: Omit<WorkerOptions, 'connection' | 'prefix'>): Worker
  /** The job schedulers of a queue. */
  listSchedulers(queue: Queue): Promise<readonly JobScheduler[]>
  /** How far this machine's clock is ahead of the server's, in ms, asked through the connection of a worker. */
  readSkewMs(worker: Worker): Promise<number>
}

/** The schedule of a source as the queue holds it. */
export interface JobScheduler {
  readonly sourceId: string
  readonly cron: string
  readonly timeZone: string
}

export const createQueueBackend = (connection: QueueConnection): QueueBackend =>
  connection.redisUrl === null ? postgresBackend(connection) : redisBackend(connection, connection.redisUrl)

/** How job schedulers compute their next moment: by the rule of the tick ledger, as BullMQ's own skips and pauses where clocks change. */
const settings: NonNullable<QueueOptions['settings']> = {
  repeatStrategy: (now, { pattern, tz }) =>
    pattern === undefined ? undefined : nextTick({ cron: pattern, timeZone: tz ?? 'UTC' }, new Date(now)).getTime(),
}

/** Work continues soon after a server is back, however long it was unavailable. */
const retryStrategy = (times: number): number => Math.min(times * 100, 2_000)

const redisBackend = (connection: QueueConnection, url: string): QueueBackend => {
  const prefix = connection.prefix ?? 'inlet'
  return {
    kind: 'redis',
    prepare: async () => {},
    queue: (name, options) => new Queue(name, { ...options, settings, prefix, connection: { url, retryStrategy } }),
    worker: (name, processor, options) =>
      new Worker(name, processor, { ...options, settings, prefix, connection: { url, retryStrategy, maxRetriesPerRequest: null } }),
    listSchedulers: async (queue) =>
      (await queue.getJobSchedulers(0, -1)).map(({ key, pattern, tz }) => ({ sourceId: key, cron: pattern ?? '', timeZone: tz ?? 'UTC' })),
    readSkewMs: async (worker) => {
      const { client } = worker.backend as unknown as { readonly client: Promise<{ time(): Promise<readonly (number | string)[]> }> }
      const redis = await client
      const before = Date.now()
      const [seconds, micros] = await redis.time()
      return skewBetween(before, Number(seconds) * 1_000 + Number(micros) / 1_000, Date.now())
    },
  }
}

const postgresBackend = (connection: QueueConnection): QueueBackend => {
  const classes = withBackend(createPostgresBackend)
  const options = (max: number) => ({ connectionString: connection.databaseUrl, schema: `${connection.prefix ?? 'inlet'}_queue`, migrate: true, max })
  const poolOf = (queue: Queue): Pool => (queue as unknown as InstanceType<typeof classes.Queue>).backend.connection.pool
  // The classes differ from the Redis ones only in a type parameter for the backend, which nothing here uses.
  return {
    kind: 'postgres',
    prepare: (queue) => storeUncompressed(poolOf(queue)),
    queue: (name, rest) => new classes.Queue(name, { ...rest, settings, connection: options(3) }) as unknown as Queue,
    worker: (name, processor, rest) => new classes.Worker(name, processor, { ...rest, settings, connection: options(4) }) as unknown as Worker,
    // BullMQ asks once for their ids and then for each of them: 4 s for 10,000.
    listSchedulers: async (queue) => (await poolOf(queue).query(SCHEDULERS, [queue.name])).rows as unknown as readonly JobScheduler[],
    readSkewMs: async (worker) => {
      const { pool } = (worker as unknown as InstanceType<typeof classes.Worker>).backend.connection as unknown as { pool: Pool }
      const before = Date.now()
      const { rows } = await pool.query('SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS at')
      return skewBetween(before, Number(rows[0]?.['at']), Date.now())
    },
  }
}

interface Pool {
  query(text: string, values?: readonly unknown[]): Promise<{ rows: Record<string, unknown>[] }>
}

const SCHEDULERS = `SELECT scheduler_id AS "sourceId", coalesce(pattern, '') AS cron, coalesce(tz, 'UTC') AS "timeZone" FROM scheduler WHERE queue = $1`

/** Compressing a batch costs Postgres more than storing it, and it is deleted seconds later. */
const storeUncompressed = async (pool: Pool): Promise<void> => {
  const { rows } = await pool.query(`SELECT FROM pg_attribute WHERE attrelid = 'job'::regclass AND attname = 'data' AND attstorage <> 'e'`)
  // Only when it is needed: the change waits for everybody who uses the table.
  if (rows.length > 0) await pool.query('ALTER TABLE job ALTER COLUMN data SET STORAGE EXTERNAL')
}
