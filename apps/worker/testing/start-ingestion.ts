import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createRun, createSource } from '@inlet/db'
import { createLogger, createSecretRegistry, type Logger, type SecretRegistry } from '@inlet/observability'
import { openQueues, type Queues, UNCONFIRMED } from '@inlet/queue'
import { composeScribe } from '@inlet/scribe/compose'
import { createMasterKeyText, type Keyring, parseKeyring } from '@inlet/security'
import { openTestStore, type TestStore, until } from '@inlet/testing'
import { inject } from 'vitest'
import { composeWorker, type WorkerOverrides } from '../src/compose.js'
import type { WorkerConfig } from '../src/config.js'

export interface ProcessOptions {
  readonly databaseUrl: string
  readonly redisUrl?: string | undefined
  readonly keyring?: Keyring
  /** Default: one. */
  readonly workers?: number
  /** Default: one. Without a scribe, nothing is stored. */
  readonly scribes?: 0 | 1
  /** Settings of the workers that differ: by default they reach nothing outside and have memory for two runs. */
  readonly config?: Partial<WorkerConfig>
  readonly overrides?: WorkerOverrides
  /** Default: logs nothing. */
  readonly log?: Logger
  readonly secrets?: SecretRegistry
}

export interface TestProcesses {
  /** Where the workers have their working folders. */
  readonly workDir: string
  /** Stops all of them and removes the working folders. */
  close(): Promise<void>
}

/** Starts workers and a scribe on an existing database, in this process and on free ports. The caller closes them. */
export const startProcesses = async (options: ProcessOptions): Promise<TestProcesses> => {
  const common = {
    DATABASE_URL: options.databaseUrl,
    REDIS_URL: options.redisUrl,
    LOG_LEVEL: 'warn' as const,
    INLET_QUEUE_PREFIX: 'inlet',
    INLET_LEASE_TTL_MS: 15_000,
  }
  const context = {
    log: options.log ?? createLogger({ level: 'silent', name: 'test' }),
    secrets: options.secrets ?? createSecretRegistry(),
    signal: new AbortController().signal,
  }
  const workDir = mkdtempSync(path.join(tmpdir(), 'inlet-work-'))
  const config: WorkerConfig = {
    ...common,
    INLET_ENCRYPTION_KEYS: options.keyring ?? parseKeyring(createMasterKeyText('k1')),
    INLET_EGRESS_ALLOW: [],
    INLET_CONNECTORS: [],
    INLET_SINGER_TAPS: new Map(),
    INLET_FILE_ROOTS: [],
    INLET_WORK_DIR: workDir,
    INLET_CHROMIUM_SANDBOX: 'auto',
    INLET_CHROMIUM_PAGES: 4,
    INLET_CHROMIUM_MEMORY_BYTES: 1_073_741_824,
    INLET_WORKER_CONCURRENCY: 2,
    INLET_WORKER_INFLIGHT_BYTES: 33_554_432,
    INLET_SCRIBE_BACKLOG_BYTES: 67_108_864,
    INLET_WORKER_OPS_HOST: '127.0.0.1',
    INLET_WORKER_OPS_PORT: 0,
    ...options.config,
  }
  const scribe =
    options.scribes === 0
      ? null
      : await composeScribe({ ...common, INLET_SCRIBE_CONCURRENCY: 2, INLET_SCRIBE_OPS_HOST: '127.0.0.1', INLET_SCRIBE_OPS_PORT: 0 }, context)
  const workers: Awaited<ReturnType<typeof composeWorker>>[] = []
  for (let n = 0; n < (options.workers ?? 1); n += 1) workers.push(await composeWorker(config, context, options.overrides))
  return {
    workDir,
    async close() {
      for (const worker of workers) await worker.close()
      await scribe?.close()
      rmSync(workDir, { recursive: true, force: true })
    },
  }
}

type Run = Awaited<ReturnType<TestStore['database']['prisma']['run']['findUniqueOrThrow']>>

/** Workers and a scribe with a database of their own, and what tests do with them. */
export interface Ingestion {
  readonly store: TestStore
  readonly queues: Queues
  /** Registers a source; returns its id. */
  addSource(connector: string, more?: Partial<Parameters<typeof createSource>[1]>): Promise<string>
  /** Enqueues a new run of the source; returns its id. */
  startRun(sourceId: string, options?: { readonly allowMassDelete?: boolean }): Promise<string>
  /** Waits for the end of a run. */
  ended(runId: string): Promise<Run>
  close(): Promise<void>
}

/** Starts an ingestion system in this process. The caller closes it. */
export const startIngestion = async (options: Omit<ProcessOptions, 'databaseUrl'> = {}): Promise<Ingestion> => {
  const store = await openTestStore(inject('postgresUrl'), inject('templateDatabase'))
  const { database, url: databaseUrl } = store
  const processes = await startProcesses({ ...options, databaseUrl })
  const queues = await openQueues({ redisUrl: options.redisUrl ?? null, databaseUrl, confirm: UNCONFIRMED, onError: () => {} })
  return {
    store,
    queues,
    async addSource(connector, more = {}) {
      const id = randomUUID()
      await createSource(database, { id, name: id, connector, config: {}, schedule: null, labels: {}, sealedSecrets: null, ...more }, 'test')
      return id
    },
    async startRun(sourceId, runOptions = {}) {
      const run = await database.transaction((client) => createRun(client, { sourceId, trigger: 'manual', ...runOptions }))
      if (run === null) throw new Error('no run')
      await queues.enqueueRuns([{ runId: run.id, attempt: 0 }])
      return run.id
    },
    ended: (runId) => until(() => database.prisma.run.findUnique({ where: { id: runId, status: 'ended' } }), { what: 'the run to end' }),
    async close() {
      await queues.close()
      await processes.close()
      await store.close()
    },
  }
}
