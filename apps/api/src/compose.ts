import { randomUUID } from 'node:crypto'
import { type Connector, createEgressGuard, createHttpClient } from '@inlet/connector-sdk'
import { type ConnectorRegistry, createRegistry, openRegistry } from '@inlet/connectors'
import { buildOpenApi } from '@inlet/contract/openapi'
import { confirmQueued, createDatabase } from '@inlet/db'
import { createMetrics, type Logger, openOpsServer, QUEUE_MAX_OUTAGE_MS, redactText, runProbes, type SecretRegistry } from '@inlet/observability'
import { openQueues } from '@inlet/queue'
import { createSemaphore, EnvError, monotonicNow, withLifecycle } from '@inlet/runtime'
import { createAuditHandlers } from './audit/audit-handlers.js'
import { createBrowseHandlers } from './browse/browse.js'
import { createBulkHandlers } from './bulk/bulk.js'
import { openBulkRunner } from './bulk/bulk-runner.js'
import { createChangeHub } from './changes/change-hub.js'
import { createChangeHandlers } from './changes/changes.js'
import type { ApiConfig } from './config.js'
import { createConnectorHandlers } from './connectors/connectors.js'
import { createCredentialHandlers } from './credentials/credentials.js'
import { createEncryptionHandlers } from './encryption/encryption.js'
import { createEventHub } from './events/event-hub.js'
import { createEventHandlers } from './events/events.js'
import { createGenerationHandlers } from './generations/generations.js'
import { createHealthHandlers } from './health/health-handlers.js'
import { checkInstallation, readinessProbes } from './health/readiness.js'
import { openStartingServer } from './health/while-starting.js'
import { composeHooks } from './hooks/compose-hooks.js'
import { createFailedLogins } from './http/failed-logins.js'
import { createPageTokens } from './http/page-token.js'
import type { Handlers } from './http/reply.js'
import { createSlots } from './http/slots.js'
import { createKeyHandlers } from './keys/key-handlers.js'
import { createAllowedHosts } from './mcp/allowed-hosts.js'
import { createNotificationHandlers } from './notifications/notifications.js'
import { openResourceServer, type TokenClock } from './oauth/resource-server.js'
import { createOverviewHandlers } from './overview/overview-handlers.js'
import { createQuarantineHandlers } from './quarantine/quarantine.js'
import { createRecordHandlers } from './records/records.js'
import { createUnderstand } from './records/understand.js'
import { createLocalRegistry } from './registry/local-registry.js'
import { createRegistryHandlers } from './registry/registry-handlers.js'
import { createRunHandlers } from './runs/runs.js'
import { createApp, openServer } from './server.js'
import { createSessionHandlers } from './session/session-handlers.js'
import { createSinkHandlers } from './sinks/sinks.js'
import { createSaveGuard } from './source-access/save-guard.js'
import { createSourceHandlers } from './sources/sources.js'
import { createUploadHandlers } from './uploads/uploads.js'
import { createVersionHandlers } from './versions/versions.js'
import { createWorkerHandlers } from './workers/worker-handlers.js'

/** Dependencies that tests replace. */
export interface ApiOverrides {
  readonly connectors?: readonly Connector[]
  readonly callTimeoutMs?: number
  readonly filesPollMs?: number
  readonly tokenClock?: TokenClock
}

const VERSION = '0.1.0'
const POOL_SIZE = 10
/** Connections for starting runs: however many are requested, keys are looked up and lists read meanwhile. */
const RUNS_POOL_SIZE = 6
const SEARCH_POOL_SIZE = 5
const SEARCH_TIMEOUT_MS = 10_000
/** Each upload holds about 2 MiB while it arrives. */
const UPLOADS_OPEN = { perName: 8, total: 64, what: 'uploads' } as const
const FETCHES_AT_A_TIME = 4
const FAILED_LOGINS_A_MINUTE = 10
const STREAMS_OPEN = 2_000
const EVENT_POLL_MS = 500
const CHANGE_POLL_MS = 200
const FILES_POLL_MS = 2_000
/** How often to look for operations that another process has left. */
const BULK_POLL_MS = 30_000
const DRAIN_MS = 10_000
/** An event loop that is silent for this long does not recover: the process is killed and restarted. */
const SILENT_MS = 30_000

export interface ApiContext {
  readonly log: Logger
  readonly secrets: SecretRegistry
  readonly signal: AbortSignal
  /** The environment that source files may refer to. */
  readonly env?: Readonly<Record<string, string | undefined>>
}

const sourceFiles = ({ INLET_SOURCES_FILE: path, INLET_SOURCES_MODE: mode }: ApiConfig, env: NonNullable<ApiContext['env']>) =>
  path === undefined || mode === 'database' ? null : { path, mode, env }

const openConnectors = async ({ INLET_CONNECTORS: packages }: ApiConfig): Promise<ConnectorRegistry> => {
  const { registry, problems } = await openRegistry(packages, process.cwd())
  if (problems.length > 0) throw new EnvError(problems.map((rule) => ({ key: 'INLET_CONNECTORS', rule })))
  return registry
}

const TOKEN_CLOCK: TokenClock = { monotonic: monotonicNow, date: () => new Date() }

/** Returns the URL at which this process reaches itself. */
const urlOf = (host: string, port: number): string => {
  const reachable = ['0.0.0.0', '::'].includes(host) ? '127.0.0.1' : host
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`
}

/** Composes the whole API, from top to bottom; whatever is opened is closed in reverse order. */
export const composeApi = (config: ApiConfig, context: ApiContext, overrides: ApiOverrides = {}) =>
  withLifecycle(async (lifecycle) => {
    const { log, secrets } = context
    const onError = (error: unknown): void => log.warn({ err: error }, 'a connection failed; another one is opened when needed')
    const metrics = createMetrics({ process: 'api', maxSources: config.INLET_METRICS_SOURCES })
    const keyring = config.INLET_ENCRYPTION_KEYS
    const registry =
      overrides.connectors === undefined
        ? await openConnectors(config)
        : createRegistry(overrides.connectors.map((connector) => ({ connector, package: null })))

    const address = { host: config.INLET_API_HOST, port: config.PORT }
    const starting = await openStartingServer(address)
    lifecycle.defer('answers while starting', () => starting.close())
    const database = createDatabase({
      url: config.DATABASE_URL,
      applicationName: 'inlet-api',
      poolSize: POOL_SIZE,
      keyedPoolSize: RUNS_POOL_SIZE,
      onError,
    })
    lifecycle.defer('database', () => database.close())
    // Searches have their own connections and time limit: however many there are, everything else is still answered.
    const searching = createDatabase({
      url: config.DATABASE_URL,
      applicationName: 'inlet-api-search',
      poolSize: SEARCH_POOL_SIZE,
      statementTimeoutMs: SEARCH_TIMEOUT_MS,
      onError,
    })
    lifecycle.defer('database for searches', () => searching.close())
    await checkInstallation(database, keyring, context.signal)

    starting.waitFor('queue')
    const queues = await openQueues({
      startTimeoutMs: config.INLET_QUEUE_MAX_OUTAGE_MS ?? QUEUE_MAX_OUTAGE_MS,
      redisUrl: config.REDIS_URL ?? null,
      databaseUrl: config.DATABASE_URL,
      prefix: config.INLET_QUEUE_PREFIX,
      signal: context.signal,
      confirm: confirmQueued(database),
      onError,
    })
    lifecycle.defer('queues', () => queues.close())

    const stopping = new AbortController()
    const hub = createEventHub({ database, pollMs: EVENT_POLL_MS, onError })
    lifecycle.defer('event hub', () => hub.close())

    const changes = createChangeHub({ database, pollMs: CHANGE_POLL_MS, onError })
    lifecycle.defer('change hub', () => changes.close())

    const findConnector = registry.find
    const tokens = createPageTokens(keyring)
    const egress = createEgressGuard({ allow: config.INLET_EGRESS_ALLOW })
    const guard = createSaveGuard(egress)
    const http = createHttpClient({
      guard: egress,
      userAgent: 'Inlet/0.1',
      transport: 'node',
      redact: (text) => redactText(text, secrets.pattern()),
    })
    lifecycle.defer('http', () => http.close())
    const limits = {
      sources: config.INLET_MAX_SOURCES_PER_KEY,
      credentials: config.INLET_MAX_CREDENTIALS_PER_KEY,
      bulkOperations: config.INLET_MAX_BULK_OPERATIONS_PER_KEY,
      uploads: config.INLET_MAX_UPLOADS_PER_KEY,
      uploadBytes: config.INLET_MAX_UPLOAD_BYTES_PER_KEY,
    }
    const streams = createSlots({ perName: config.INLET_MAX_STREAMS_PER_KEY, total: STREAMS_OPEN, what: 'live streams' })
    const shared = { database, queues, keyring, tokens, log, limits, stopping: stopping.signal }
    const checking = overrides.callTimeoutMs === undefined ? {} : { callTimeoutMs: overrides.callTimeoutMs }
    const sources = { ...shared, ...checking, findConnector, guard, secrets }

    const files = sourceFiles(config, context.env ?? {})
    const truth = files?.mode === 'files' ? files.path : null
    const runner = openBulkRunner(shared, { holder: randomUUID(), pollMs: BULK_POLL_MS })
    lifecycle.defer('bulk operations', () => runner.close(), { timeoutMs: DRAIN_MS })

    const oauth = openResourceServer(config, { http, clock: overrides.tokenClock ?? TOKEN_CLOCK, log })
    void oauth?.warmUp()
    const failedLogins = createFailedLogins({ limit: FAILED_LOGINS_A_MINUTE, now: monotonicNow })
    const handlers: Handlers = {
      ...createSourceHandlers(sources),
      ...createBulkHandlers({ ...shared, runner, sourceFiles: truth }),
      ...createVersionHandlers(sources),
      ...createBrowseHandlers({
        ...shared,
        ...checking,
        findConnector,
        ttlSeconds: config.INLET_BROWSE_CACHE_SECONDS,
        maxBytes: config.INLET_BROWSE_MAX_BYTES,
        slots: createSemaphore(FETCHES_AT_A_TIME),
      }),
      ...createRegistryHandlers(sources),
      ...createRunHandlers(shared),
      ...createQuarantineHandlers(shared),
      ...createRecordHandlers({ ...shared, database: searching, understand: createUnderstand({ ...shared, secrets, http, metrics }) }),
      ...createChangeHandlers({ ...shared, hub: changes, streams }),
      ...createGenerationHandlers({ ...shared, guard, secrets, http }),
      ...createEventHandlers({ ...shared, hub, streams }),
      ...createConnectorHandlers({ registry, ...shared }),
      ...createUploadHandlers({ ...shared, maxBytes: config.INLET_UPLOAD_MAX_BYTES, slots: createSlots(UPLOADS_OPEN) }),
      ...composeHooks(
        { ...shared, findConnector, secrets, onError, maxBytes: config.INLET_HOOK_MAX_BYTES, maxWaiting: config.INLET_HOOK_MAX_WAITING },
        lifecycle,
      ),
      ...createKeyHandlers(shared),
      ...createSessionHandlers({ ...shared, failedLogins, onError }),
      ...createNotificationHandlers({ ...shared, guard, secrets }),
      ...createSinkHandlers({ ...shared, ...checking, guard, secrets }),
      ...createAuditHandlers(shared),
      ...createCredentialHandlers({ ...shared, findConnector, secrets }),
      ...createEncryptionHandlers(shared),
      ...createWorkerHandlers(shared),
      ...createOverviewHandlers(shared),
      ...createHealthHandlers({ metrics, probes: readinessProbes(shared), openApi: buildOpenApi({ version: VERSION }) }),
    }
    const self = { url: '' }
    const hosts = createAllowedHosts({ listenHost: config.INLET_API_HOST, publicUrl: config.INLET_PUBLIC_URL })
    const app = createApp({
      ...shared,
      sourceFiles: truth,
      metrics,
      handlers,
      failedLogins,
      oauth,
      boardWritable: config.INLET_BOARD_WRITE,
      allowedOrigins: config.INLET_CORS_ORIGINS,
      requestsPerMinute: config.INLET_RATE_LIMIT_PER_MINUTE,
      waitingFor: (path) =>
        Math.max(database.pool.waitingCount, path.startsWith('/v1/records') ? searching.pool.waitingCount : database.lists.waitingCount),
      proxyHops: config.INLET_TRUST_PROXY_HOPS,
      mcp: { database, selfUrl: () => self.url, hosts, approval: config.INLET_MCP_APPROVAL, version: VERSION, onError },
      onError,
    })

    const ops = await openOpsServer({
      host: config.INLET_API_OPS_HOST,
      port: config.INLET_API_OPS_PORT,
      metrics,
      isReady: () => runProbes(readinessProbes(shared)),
      isHealthy: async () => [],
      silentMs: SILENT_MS,
    })
    lifecycle.defer('ops server', () => ops.close())
    await starting.close()
    const server = await openServer(app, address)
    self.url = urlOf(config.INLET_API_HOST, server.port)
    lifecycle.defer('server', () => server.close(DRAIN_MS), { timeoutMs: DRAIN_MS + 5_000 })
    if (files !== null) {
      const { openFileSync } = await import('./registry/sync-files.js')
      const fileSync = openFileSync(
        { registry: createLocalRegistry(handlers), database, log },
        { ...files, pollMs: overrides.filesPollMs ?? FILES_POLL_MS },
      )
      lifecycle.defer('files of sources', () => fileSync.close(), { timeoutMs: 10_000 })
    }
    lifecycle.defer('drain', () => stopping.abort())
    log.info({ host: config.INLET_API_HOST, port: server.port, backend: queues.backend }, 'api ready')
    return { database, queues, port: server.port }
  })
