import { nextTick } from '@inlet/domain'
import { endSilentConnections, type ObservablePool } from '@inlet/runtime'
import { createPostgresBackend, Queue, type QueueOptions, Worker, type WorkerOptions, withBackend } from 'bullmq'
import { skewBetween } from './clock-watch.js'
import { type PayloadStore, type PostgresPool, postgresPayloads, preparePayloads, type RedisClient, redisPayloads } from './payloads.js'

export interface QueueConnection {
  /** If null, the queue lives in Postgres. */
  readonly redisUrl: string | null
  readonly databaseUrl: string
  /** Separates installations on one server: key prefix on Redis, schema on Postgres. Default `inlet`. */
  readonly prefix?: string
  /** A connection that owes a response for this long counts as dead; default 45,000 ms, which is longer than a consumer waits for a job. */
  readonly silenceMs?: number
}

export type QueueProcessor = NonNullable<ConstructorParameters<typeof Worker<unknown, unknown>>[1]>

/** Creates queues and workers of the configured backend. The only place that knows both backends. */
export interface QueueBackend {
  readonly kind: 'redis' | 'postgres'
  /** How long a consumer waits for a signal, in seconds, before it checks by itself: the listening connection may have died silently. */
  readonly fallbackPollS: number
  /** Prepares the server behind a connected queue; repeating it changes nothing. */
  prepare(queue: Queue): Promise<void>
  queue(name: string, options: Omit<QueueOptions, 'connection' | 'prefix'>): Queue
  worker(name: string, processor: QueueProcessor, options: Omit<WorkerOptions, 'connection' | 'prefix'>): Worker
  /** Lists the job schedulers of a queue. */
  listSchedulers(queue: Queue): Promise<readonly JobScheduler[]>
  /** Counts jobs by queue and state. */
  countJobs(queues: readonly Queue[]): Promise<ReadonlyMap<string, Readonly<Record<string, number>>>>
  /** Returns how far this machine's clock is ahead of the server's, in ms, over the connection of a worker. */
  readSkewMs(worker: Worker): Promise<number>
  /** Payloads that are kept beside their jobs, over the connection of a queue or worker. */
  payloads(of: Queue | Worker): PayloadStore
}

/** The schedule of a source, as stored in the queue. */
export interface JobScheduler {
  readonly sourceId: string
  readonly cron: string
  readonly timeZone: string
}

export const createQueueBackend = (connection: QueueConnection): QueueBackend =>
  connection.redisUrl === null ? postgresBackend(connection) : redisBackend(connection, connection.redisUrl)

/** Computes a job scheduler's next moment by the rule of the tick ledger: BullMQ's own skips and pauses when clocks change. */
const settings: NonNullable<QueueOptions['settings']> = {
  repeatStrategy: (now, { pattern, tz }) =>
    pattern === undefined ? undefined : nextTick({ cron: pattern, timeZone: tz ?? 'UTC' }, new Date(now)).getTime(),
}

/** Without a limit, a connection that died silently would be waited for until the system notices: minutes or hours. */
const SILENCE_MS = 45_000
const CONNECT_MS = 10_000
/** In Redis the wait is a command, so it must be shorter than the silence that ends a connection. */
const REDIS_FALLBACK_POLL_S = 20
/** In Postgres each check is four statements. */
const POSTGRES_FALLBACK_POLL_S = 60

/** Work continues soon after a server is back, however long it was unavailable. */
const retryStrategy = (times: number): number => Math.min(times * 100, 2_000)

const redisBackend = (connection: QueueConnection, url: string): QueueBackend => {
  const prefix = connection.prefix ?? 'inlet'
  const server = { url, retryStrategy, connectTimeout: CONNECT_MS, socketTimeout: connection.silenceMs ?? SILENCE_MS }
  return {
    kind: 'redis',
    fallbackPollS: REDIS_FALLBACK_POLL_S,
    prepare: async () => {},
    queue: (name, options) => new Queue(name, { ...options, settings, prefix, connection: server }),
    worker: (name, processor, options) =>
      new Worker(name, processor, { ...options, settings, prefix, connection: { ...server, maxRetriesPerRequest: null } }),
    listSchedulers: async (queue) =>
      (await queue.getJobSchedulers(0, -1)).map(({ key, pattern, tz }) => ({ sourceId: key, cron: pattern ?? '', timeZone: tz ?? 'UTC' })),
    countJobs: async (queues) => new Map(await Promise.all(queues.map(async (queue) => [queue.name, await queue.getJobCounts()] as const))),
    readSkewMs: async (worker) => {
      const redis = await clientOf(worker)
      const before = Date.now()
      const [seconds, micros] = await redis.time()
      return skewBetween(before, Number(seconds) * 1_000 + Number(micros) / 1_000, Date.now())
    },
    payloads: (of) => redisPayloads(clientOf(of), prefix),
  }
}

const clientOf = (of: Queue | Worker): Promise<RedisClient & { time(): Promise<readonly (number | string)[]> }> =>
  (of.backend as unknown as { readonly client: ReturnType<typeof clientOf> }).client

/** Limits how long BullMQ waits for a signal: by default until the next delayed job is due, up to an hour, however short `drainDelay` is. */
const createPollingBackend: typeof createPostgresBackend = (...given) =>
  Object.defineProperty(createPostgresBackend(...given), 'maximumBlockTimeout', { value: POSTGRES_FALLBACK_POLL_S })

const postgresBackend = (connection: QueueConnection): QueueBackend => {
  const classes = withBackend(createPollingBackend)
  const options = (max: number) => ({
    connectionString: connection.databaseUrl,
    schema: `${connection.prefix ?? 'inlet'}_queue`,
    migrate: true,
    max,
    connectionTimeoutMillis: CONNECT_MS,
    // Statements are short; compiling one takes longer than running it. What is lost in a crash of the server is recreated, as after the loss of the
    // whole queue, so commits need not wait for the disk, least of all under the one lock that every commit with a notification needs.
    options: '-c jit=off -c synchronous_commit=off',
  })
  const poolOf = (queue: Queue | Worker): Pool =>
    (queue as unknown as { readonly backend: { readonly connection: { readonly pool: Pool } } }).backend.connection.pool
  const guarded = <T extends Queue | Worker>(made: T): T => {
    endSilentConnections(poolOf(made), connection.silenceMs ?? SILENCE_MS)
    return made
  }
  // The classes differ from the Redis ones only in a type parameter for the backend, which nothing here uses.
  return {
    kind: 'postgres',
    fallbackPollS: POSTGRES_FALLBACK_POLL_S,
    prepare: async (queue) => {
      await storeUncompressed(poolOf(queue))
      await preparePayloads(poolOf(queue))
    },
    queue: (name, rest) => guarded(new classes.Queue(name, { ...rest, settings, connection: options(3) }) as unknown as Queue),
    worker: (name, processor, rest) =>
      guarded(new classes.Worker(name, processor, { ...rest, settings, connection: options(4) }) as unknown as Worker),
    // BullMQ queries their ids once and then each of them: 4 s for 10,000.
    listSchedulers: async (queue) => (await poolOf(queue).query(SCHEDULERS, [queue.name])).rows as unknown as readonly JobScheduler[],
    // BullMQ queries each queue separately.
    countJobs: async (queues) => {
      const counts = new Map<string, Record<string, number>>(queues.map(({ name }) => [name, { ...NO_JOBS }]))
      const [first] = queues
      const { rows } = first === undefined ? { rows: [] } : await poolOf(first).query(JOB_COUNTS, [queues.map(({ name }) => name)])
      for (const { queue, state, jobs } of rows) Object.assign(counts.get(String(queue)) ?? {}, { [String(state)]: jobs })
      return counts
    },
    readSkewMs: async (worker) => {
      const before = Date.now()
      const { rows } = await poolOf(worker).query('SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS at')
      return skewBetween(before, Number(rows[0]?.['at']), Date.now())
    },
    payloads: (of) => postgresPayloads(poolOf(of)),
  }
}

type Pool = ObservablePool & PostgresPool

const SCHEDULERS = `SELECT scheduler_id AS "sourceId", coalesce(pattern, '') AS cron, coalesce(tz, 'UTC') AS "timeZone" FROM scheduler WHERE queue = $1`

const NO_JOBS = { active: 0, completed: 0, delayed: 0, failed: 0, paused: 0, prioritized: 0, waiting: 0, 'waiting-children': 0 }
const JOB_COUNTS = `SELECT queue, CASE WHEN state = 'waiting' AND priority > 0 THEN 'prioritized' ELSE state::text END AS state, count(*)::int AS jobs
  FROM job WHERE queue = ANY($1) GROUP BY 1, 2`

/** Disables compression of job data: compressing a batch costs Postgres more than storing it, and it is deleted seconds later. */
const storeUncompressed = async (pool: Pool): Promise<void> => {
  const { rows } = await pool.query(`SELECT FROM pg_attribute WHERE attrelid = 'job'::regclass AND attname = 'data' AND attstorage <> 'e'`)
  // Only if needed: the change waits for everything that uses the table.
  if (rows.length > 0) await pool.query('ALTER TABLE job ALTER COLUMN data SET STORAGE EXTERNAL')
}
