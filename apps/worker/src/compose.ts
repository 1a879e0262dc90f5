import os from 'node:os'
import path from 'node:path'
import { type Connector, createEgressGuard, createHttpClient } from '@inlet/connector-sdk'
import { type ConnectorRegistry, createPageRenderer, openRegistry } from '@inlet/connectors'
import {
  claimSetting,
  confirmQueued,
  createDatabase,
  findKnownSources,
  findLiveConnections,
  type Heartbeats,
  listenToSources,
  markGone,
  readClockSkewSeconds,
  retentionWithin,
  startHeartbeats,
  untilAnswered,
  untilSchemaReady,
} from '@inlet/db'
import { createMappingPool } from '@inlet/mapping'
import {
  createMetrics,
  type Logger,
  openOpsServer,
  QUEUE_MAX_OUTAGE_MS,
  redactText,
  type SecretRegistry,
  silenceOf,
  watchHealth,
} from '@inlet/observability'
import { type Consumer, type Handlers, openConsumer, openQueues, QUEUES, type QueueName, type Queues, RetryAt, shareSkew } from '@inlet/queue'
import { createByteBudget, EnvError, monotonicNow, withLifecycle } from '@inlet/runtime'
import { requireKeys } from '@inlet/security'
import { processCall } from './calls/process-call.js'
import type { WorkerConfig } from './config.js'
import { createConnectionPool } from './connections/connection-pool.js'
import { createConnectionRetirer } from './connections/retire-connections.js'
import { createSharedPaces } from './connections/shared-pace.js'
import { createTokenStore } from './connections/token-store.js'
import { keepIndexes } from './embeddings/keep-indexes.js'
import { startEmbedder } from './embeddings/start-embedder.js'
import { describeWorker } from './health/heartbeat.js'
import { createWorkerProbes } from './health/worker-probes.js'
import { applyRetentionHourly, removeOrphansOften } from './maintenance/apply-retention.js'
import { startChores } from './maintenance/chores.js'
import { finishDeletions } from './maintenance/finish-deletions.js'
import { reconcileOften } from './maintenance/reconcile.js'
import { rotateKeys } from './maintenance/rotate-keys.js'
import { startSweeping } from './maintenance/sweep-work-folders.js'
import { startNotifier } from './notifications/start-notifier.js'
import { processRun } from './processors/run.js'
import { createStartGate } from './processors/start-gate.js'
import { createTickProcessor } from './processors/tick.js'
import { startSinks } from './sinks/start-sinks.js'
import { createBacklog } from './writing/backlog.js'
import { createCommitWatch } from './writing/commit-watch.js'
import { createRunLogs } from './writing/run-log.js'

/** Dependencies that tests replace. */
export interface WorkerOverrides {
  readonly findConnector?: (type: string) => Connector | undefined
  readonly lostAfterMs?: number
  /** How long a connector may take to stop. */
  readonly graceMs?: number
  /** How long a run listens to a continuous source. */
  readonly listenMs?: number
  /** Types of continuous connectors, if the connectors are replaced. */
  readonly continuous?: readonly string[]
  /** When to remove the working folders of sources that are gone. */
  readonly sweeping?: { readonly everyMs: number; readonly idleMs: number }
  /** Injects faults between this worker and its queues. */
  readonly wrapQueues?: (queues: Queues) => Queues
}

const VERSION = '0.1.0'
const IDLE_CONNECTION_MS = 60_000
const LOST_AFTER_MS = 10_000
const SWEEPING = { everyMs: 60_000, idleMs: 300_000 }
/** Several heartbeats fit into a lease: a process that sends none during one is gone. */
const LONGEST_HEARTBEAT_MS = 5_000
const CALLS_AT_A_TIME = 8
const UNHEALTHY_GRACE_MS = 30_000
const PAGE_TIMEOUT_MS = 1_800_000
const CONNECTOR_GRACE_MS = 5_000
const QUARANTINE_PERCENT = 5

const openConnectors = async ({ INLET_CONNECTORS: packages }: WorkerConfig): Promise<ConnectorRegistry> => {
  const { registry, problems } = await openRegistry(packages, process.cwd())
  if (problems.length > 0) throw new EnvError(problems.map((rule) => ({ key: 'INLET_CONNECTORS', rule })))
  return registry
}

/** Composes the whole worker, from top to bottom; whatever is opened is closed in reverse order. */
export const composeWorker = (
  config: WorkerConfig,
  context: { log: Logger; secrets: SecretRegistry; signal: AbortSignal },
  overrides: WorkerOverrides = {},
) =>
  withLifecycle(async (lifecycle) => {
    const { log, secrets } = context
    const onError = (error: unknown): void => log.warn({ err: error }, 'a connection failed; another one is opened when needed')
    const metrics = createMetrics({ process: 'worker', maxSources: config.INLET_METRICS_SOURCES })
    const registry = await openConnectors(config)

    const database = createDatabase({ url: config.DATABASE_URL, applicationName: 'inlet-worker', poolSize: 8, keyedPoolSize: 12, onError })
    lifecycle.defer('database', () => database.close())
    await untilSchemaReady(database, context.signal)
    const keyring = config.INLET_ENCRYPTION_KEYS
    await untilAnswered(() => requireKeys(keyring, (key, value) => claimSetting(database, key, value)), context.signal)

    const connection = { redisUrl: config.REDIS_URL ?? null, databaseUrl: config.DATABASE_URL, prefix: config.INLET_QUEUE_PREFIX }
    const lockMs = config.INLET_LEASE_TTL_MS
    const maxOutageMs = config.INLET_QUEUE_MAX_OUTAGE_MS ?? QUEUE_MAX_OUTAGE_MS
    const waiting = { startTimeoutMs: maxOutageMs, signal: context.signal }
    const opened = await openQueues({ ...connection, ...waiting, confirm: confirmQueued(database), onError })
    lifecycle.defer('queues', () => opened.close())
    const queues = overrides.wrapQueues?.(opened) ?? opened

    // Opened before any job is taken: something that blocks the event loop right away must be noticed too.
    const drain = new AbortController()
    const consumers: Consumer[] = []
    let started = false
    const probes = createWorkerProbes({ database, queues, consumers, maxOutageMs, drain: drain.signal, isStarted: () => started })
    const ops = await openOpsServer({
      host: config.INLET_WORKER_OPS_HOST,
      port: config.INLET_WORKER_OPS_PORT,
      metrics,
      silentMs: silenceOf(lockMs),
      ...probes,
    })
    lifecycle.defer('ops server', () => ops.close())

    const egress = createEgressGuard({ allow: config.INLET_EGRESS_ALLOW })
    const client = { guard: egress, userAgent: 'Inlet/0.1', redact: (text: string) => redactText(text, secrets.pattern()) }
    const http = { axios: createHttpClient(client), node: createHttpClient({ ...client, transport: 'node' }) }
    lifecycle.defer('http', () => Object.values(http).forEach((each) => each.close()))
    const tokens = createTokenStore({ database, keyring, secrets })
    lifecycle.defer('tokens', () => tokens.drained(), { timeoutMs: 20_000 })
    const mappings = createMappingPool()
    lifecycle.defer('mappings', () => mappings[Symbol.asyncDispose]())
    const renderer = createPageRenderer({
      chromium: config.INLET_CHROMIUM,
      sandbox: config.INLET_CHROMIUM_SANDBOX,
      maxPages: config.INLET_CHROMIUM_PAGES,
      maxMemoryBytes: config.INLET_CHROMIUM_MEMORY_BYTES,
      log,
    })
    lifecycle.defer('browser', () => renderer[Symbol.asyncDispose]())
    const connections = createConnectionPool({ idleMs: IDLE_CONNECTION_MS, onCloseError: onError })
    lifecycle.defer('connections', () => connections.close())
    const retire = createConnectionRetirer({ connections, findLive: (ids) => findLiveConnections(database, ids), onError })
    const listener = listenToSources({ url: config.DATABASE_URL, onChange: retire, onError })
    lifecycle.defer('source listener', () => listener.close())
    const watch = createCommitWatch(database, onError)
    lifecycle.defer('commit watch', () => watch.close())

    const runLogs = createRunLogs({ database, secrets, onError })
    const connecting = {
      database,
      runLogs,
      keyring,
      tokens,
      egress,
      http,
      renderer,
      paces: createSharedPaces(database, log),
      log,
      secrets,
      findConnector: overrides.findConnector ?? registry.find,
      fileRoots: config.INLET_FILE_ROOTS.map((root) => path.resolve(root)),
      programs: config.INLET_SINGER_TAPS,
      workRoot: path.resolve(config.INLET_WORK_DIR),
    }
    const { everyMs, idleMs } = overrides.sweeping ?? SWEEPING
    const findSources = (ids: readonly string[]): Promise<ReadonlySet<string>> => findKnownSources(database, ids)
    const folders = { workRoot: connecting.workRoot, findSources, inUse: () => connections.sourceIds(), idleMs, now: Date.now }
    lifecycle.defer('sweeping', startSweeping(folders, { everyMs, onError }))
    const continuous =
      overrides.continuous ?? registry.all.filter(({ connector }) => connector.continuous === true).map(({ connector }) => connector.type)
    const backlog = createBacklog(config.INLET_SCRIBE_BACKLOG_BYTES)
    const budget = createByteBudget(config.INLET_WORKER_INFLIGHT_BYTES)
    const holder = `${os.hostname()}:${process.pid}:${Date.now().toString(36)}`
    lifecycle.defer('place on the list', () => markGone(database, holder))
    const backpressure = (): boolean => backlog.full || budget.waiting > 0
    const runDeps = {
      database,
      queues,
      metrics,
      connections,
      connecting,
      backlog,
      mappings,
      runLogs,
      budget,
      watch,
      log,
      holder,
      startGate: createStartGate(),
      now: monotonicNow,
      lostAfterMs: overrides.lostAfterMs ?? LOST_AFTER_MS,
      drain: drain.signal,
      leaseTtlMs: lockMs,
      limits: { pageMs: config.INLET_WORKER_PAGE_TIMEOUT_MS ?? PAGE_TIMEOUT_MS, graceMs: overrides.graceMs ?? CONNECTOR_GRACE_MS },
      listenMs: overrides.listenMs,
      continuous,
    }
    metrics.beforeScrape('backpressure', async () => {
      metrics.setBackpressure(backpressure())
      metrics.setBacklogBytes(backlog.bytes)
    })

    const onFailed = ({ job, id, error }: { job: string; id: string; error: Error }): void =>
      log.warn({ err: error, job, jobId: id }, 'a job failed; it will be retried')
    let heartbeats: Heartbeats | undefined
    const readSkewMs = shareSkew(async () => (await readClockSkewSeconds(database)) * 1_000)
    const consume = async (queue: QueueName, concurrency: number, handlers: Handlers): Promise<Consumer> => {
      const consumer = await openConsumer({
        ...connection,
        ...waiting,
        lockMs,
        queue,
        concurrency,
        handlers,
        onError,
        onFailed,
        onClock: (problem) => {
          if (problem === null) log.debug({ queue }, 'the clock is right')
          else log.error({ queue, problem }, 'no jobs are taken until the clock is right')
          heartbeats?.beat()
        },
        readSkewMs,
      })
      lifecycle.defer(queue, () => consumer.close(15_000), { timeoutMs: 20_000 })
      return consumer
    }
    consumers.push(
      await consume(QUEUES.maintenance, 1, {
        rotate: async () => {
          if (await rotateKeys({ database, keyring, log })) throw new RetryAt(new Date())
        },
        // A process of an earlier version may enqueue these; they are chores now.
        reconcile: async () => {},
        retention: async () => {},
      }),
      await consume(QUEUES.calls, CALLS_AT_A_TIME, {
        call: (data, job) => processCall({ database, queues, metrics, connecting, connections, mappings }, data, job),
      }),
      await consume(QUEUES.ingestion, config.INLET_WORKER_CONCURRENCY, {
        tick: createTickProcessor({ database, queues, metrics }),
        run: (data) => processRun(runDeps, data),
      }),
    )
    lifecycle.defer('drain', () => drain.abort(new Error('the worker drains')))
    const types = overrides.findConnector === undefined ? registry.all.map(({ connector }) => connector.type) : []
    const facts = { holder, version: VERSION, concurrency: config.INLET_WORKER_CONCURRENCY, connectors: types, consumers, backpressure, database }
    heartbeats = startHeartbeats(database, describeWorker({ ...facts, drain: drain.signal }), Math.min(LONGEST_HEARTBEAT_MS, lockMs / 3))
    const notifier = startNotifier({
      database,
      keyring,
      secrets,
      http: http.node,
      egress,
      metrics,
      log,
      quarantinePercent: config.INLET_QUARANTINE_PERCENT ?? QUARANTINE_PERCENT,
      publicUrl: (config.INLET_PUBLIC_URL ?? '').replace(/\/+$/, ''),
    })
    lifecycle.defer('notifier', notifier, { timeoutMs: 12_000 })
    lifecycle.defer('sinks', startSinks({ database, keyring, secrets, http: http.node, metrics, log, holder }), { timeoutMs: 17_000 })
    const embedder = startEmbedder({ database, keyring, secrets, http: http.node, paces: connecting.paces, metrics, log })
    lifecycle.defer('embedder', embedder, { timeoutMs: 12_000 })
    lifecycle.defer('heartbeat', () => heartbeats?.stop())
    const retention = retentionWithin({
      days: config.INLET_HISTORY_DAYS,
      latest: config.INLET_HISTORY_PER_SOURCE,
      changeDays: config.INLET_CHANGES_DAYS,
    })
    const choreDeps = { database, metrics, log, holder }
    const indexes = keepIndexes({ database, databaseUrl: config.DATABASE_URL, isWanted: config.INLET_VECTOR_INDEX !== 'off', log })
    const isAllowed = () => consumers.every((consumer) => consumer.clockProblem() === null)
    const reconciling = reconcileOften({ ...choreDeps, queues, keyring, continuous, isAllowed })
    const chores = [
      reconciling,
      finishDeletions(choreDeps),
      applyRetentionHourly({ ...choreDeps, retention }),
      removeOrphansOften(choreDeps),
      indexes,
    ]
    lifecycle.defer('chores', startChores(choreDeps, chores), { timeoutMs: 12_000 })

    const health = watchHealth({ isHealthy: probes.isHealthy, graceMs: UNHEALTHY_GRACE_MS })
    lifecycle.defer('health watch', () => health.stop())
    started = true
    log.info({ opsPort: ops.port, backend: queues.backend, concurrency: config.INLET_WORKER_CONCURRENCY }, 'worker ready')
    return { database, queues, ops, ended: health.ended }
  })
