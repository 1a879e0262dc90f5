import os from 'node:os'
import {
  createDatabase,
  type Heartbeats,
  markGone,
  readClockSkewSeconds,
  readIndexState,
  readSourceStandings,
  startHeartbeats,
  toTrouble,
  untilSchemaReady,
} from '@inlet/db'
import {
  createMetrics,
  type Logger,
  METRICS_SOURCES,
  openOpsServer,
  QUEUE_MAX_OUTAGE_MS,
  runProbes,
  silenceOf,
  watchHealth,
} from '@inlet/observability'
import { type Consumer, createProgressProbe, openConsumer, openQueues, QUEUES, type QueueName, UNCONFIRMED } from '@inlet/queue'
import { monotonicNow, withLifecycle } from '@inlet/runtime'
import type { ScribeConfig } from './config.js'
import { startIndexer } from './indexer/start-indexer.js'
import { startIndexing } from './indexer/start-indexing.js'
import { processBatch } from './processors/batch.js'
import { createNewKeys } from './processors/new-keys.js'

const VERSION = '0.1.0'
const UNHEALTHY_GRACE_MS = 30_000
/** Scrapes within this time share the answers of the servers. */
const SCRAPE_MAX_AGE_MS = 2_000

/**
 * Composes the whole scribe, from top to bottom; whatever is opened is closed in reverse order. `script` is its main file, which its indexer also
 * runs; without one, it indexes in its own process.
 */
export const composeScribe = (config: ScribeConfig, context: { log: Logger; signal: AbortSignal; script?: string }) =>
  withLifecycle(async (lifecycle) => {
    const { log } = context
    const onError = (error: unknown): void => log.warn({ err: error }, 'a connection failed; another one is opened when needed')
    const metrics = createMetrics({ process: 'scribe', maxSources: config.INLET_METRICS_SOURCES })

    const database = createDatabase({
      url: config.DATABASE_URL,
      applicationName: 'inlet-scribe',
      poolSize: 4,
      keyedPoolSize: config.INLET_SCRIBE_CONCURRENCY,
      onError,
    })
    lifecycle.defer('database', () => database.close())
    await untilSchemaReady(database, context.signal)

    const connection = { redisUrl: config.REDIS_URL ?? null, databaseUrl: config.DATABASE_URL, prefix: config.INLET_QUEUE_PREFIX }
    const lockMs = config.INLET_LEASE_TTL_MS
    const maxOutageMs = config.INLET_QUEUE_MAX_OUTAGE_MS ?? QUEUE_MAX_OUTAGE_MS
    const waiting = { startTimeoutMs: maxOutageMs, signal: context.signal }
    const queues = await openQueues({ ...connection, ...waiting, confirm: UNCONFIRMED, onError })
    lifecycle.defer('queues', () => queues.close())
    // Opened before any job is taken: something that blocks the event loop right away must be noticed too.
    const consumers: Consumer[] = []
    const progress = createProgressProbe({ queues, consumers, maxOutageMs, now: monotonicNow })
    const isHealthy = () => runProbes({ progress })
    const ops = await openOpsServer({
      host: config.INLET_SCRIBE_OPS_HOST,
      port: config.INLET_SCRIBE_OPS_PORT,
      metrics,
      silentMs: silenceOf(lockMs),
      isReady: () =>
        runProbes({
          database: async () => {
            await database.pool.query('SELECT 1')
            return null
          },
          queue: async () => (await queues.inspect()).join('; ') || null,
          started: async () => (consumers.length > 0 ? null : 'starting'),
          clock: async () => consumers[0]?.clockProblem() ?? null,
        }),
      isHealthy,
    })
    lifecycle.defer('ops server', () => ops.close())
    const refreshQueues = async () => {
      const setDepths = async () => {
        for (const [queue, counts] of Object.entries(await queues.counts())) metrics.setQueueDepth(queue, counts)
      }
      const setAge = async (queue: QueueName) => metrics.setQueueOldestAge(queue, (await queues.oldestAgeSeconds(queue)) * 1_000)
      await Promise.all([setDepths(), ...Object.values(QUEUES).map(setAge)])
    }
    const refreshIndex = async () => {
      const { pending, oldestSeconds, failed } = await readIndexState(database)
      metrics.setIndexState({ pending, oldestMs: (oldestSeconds ?? 0) * 1_000, failed })
    }
    const refreshSources = async () => {
      const { sources, leftOut } = await readSourceStandings(database, config.INLET_METRICS_SOURCES ?? METRICS_SOURCES)
      metrics.replaceSources(sources, leftOut)
    }
    for (const [name, refresh] of Object.entries({ queues: refreshQueues, 'search index': refreshIndex, sources: refreshSources }))
      metrics.beforeScrape(name, refresh, { maxAgeMs: SCRAPE_MAX_AGE_MS })

    const indexer = context.script === undefined ? await startIndexing(database, log, context.signal) : startIndexer(context.script, log)
    lifecycle.defer('indexer', () => indexer.stop())
    const newKeys = createNewKeys()
    let heartbeats: Heartbeats | undefined
    const consumer = await openConsumer({
      ...connection,
      ...waiting,
      lockMs,
      queue: QUEUES.scribe,
      concurrency: config.INLET_SCRIBE_CONCURRENCY,
      handlers: { batch: (data, job) => processBatch({ database, metrics, newKeys, onStored: () => indexer.wake(), log }, data, job) },
      onError,
      onFailed: ({ error, id }) => log.warn({ err: error, jobId: id }, 'a batch failed; it will be retried'),
      onClock: (problem) => {
        if (problem === null) log.debug({}, 'the clock is right')
        else log.error({ problem }, 'no batches are taken until the clock is right')
        heartbeats?.beat()
      },
      readSkewMs: async () => (await readClockSkewSeconds(database)) * 1_000,
    })
    consumers.push(consumer)
    const id = `${os.hostname()}:${process.pid}:${Date.now().toString(36)}:scribe`
    lifecycle.defer('place on the list', () => markGone(database, id))
    heartbeats = startHeartbeats(database, () => ({
      id,
      role: 'scribe',
      host: os.hostname(),
      pid: process.pid,
      version: VERSION,
      concurrency: config.INLET_SCRIBE_CONCURRENCY,
      running: consumer.active(),
      backpressure: false,
      ...toTrouble(database, { refuses: consumer.clockProblem() === null ? null : 'clock', problem: consumer.clockProblem() }),
      connectors: [],
    }))
    lifecycle.defer('heartbeats', () => heartbeats?.stop())
    lifecycle.defer('consumer', () => consumer.close(15_000), { timeoutMs: 20_000 })

    const health = watchHealth({ isHealthy, graceMs: UNHEALTHY_GRACE_MS })
    lifecycle.defer('health watch', () => health.stop())
    log.info({ opsPort: ops.port, backend: queues.backend, concurrency: config.INLET_SCRIBE_CONCURRENCY }, 'scribe ready')
    return { database, queues, ops, ended: health.ended }
  })
