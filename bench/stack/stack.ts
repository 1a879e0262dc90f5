import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createDatabase, type Database, insertApiKey, migrate } from '@inlet/db'
import { type EmbeddedPostgres, freePort } from '@inlet/db/embedded'
import { createLifecycle } from '@inlet/runtime'
import { createApiKey, createMasterKeyText, parseKeyring } from '@inlet/security'
import { startRedis } from '@inlet/testing'
import type { Backend, BenchSettings } from '../arguments.js'
import { type ApiClient, createApiClient } from './api-client.js'
import { type App, type AppProcess, startApp } from './app-process.js'
import { enableCounting } from './count-statements.js'
import { until } from './until.js'

export interface StackOptions {
  readonly backend: Backend
  readonly postgres: EmbeddedPostgres
  readonly redisServer: string | null
  readonly settings: BenchSettings
  readonly name: string
  readonly workers: number
  /** Whether the statements of its processes can be counted. */
  readonly counting?: boolean
  readonly env?: Readonly<Record<string, string>>
}

/** A whole installation of its own: a fresh database, api, scribe and workers as built, one of the queue backends. */
export interface Stack {
  readonly database: Database
  /** Address of the API. */
  readonly url: string
  /** Address of the scribe's /health and /metrics. */
  readonly scribeUrl: string
  /** The admin key of `api`. */
  readonly key: string
  readonly api: ApiClient
  readonly processes: readonly AppProcess[]
  /** Null with the queue in Postgres. */
  readonly redisUrl: string | null
  readonly redisPid: number | null
  close(): Promise<void>
}

/** Starts an installation in a new database of the given server and waits until the API is ready. */
export const openStack = async (options: StackOptions): Promise<Stack> => {
  const lifecycle = createLifecycle()
  try {
    return await open(options, lifecycle)
  } catch (error) {
    await lifecycle.close()
    throw error
  }
}

const open = async (
  { backend, postgres, redisServer, settings, name, workers, counting, env }: StackOptions,
  lifecycle: ReturnType<typeof createLifecycle>,
) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'inlet-bench-'))
  lifecycle.defer('folder', async () => rmSync(folder, { recursive: true, force: true }))
  const databaseUrl = await createEmptyDatabase(postgres, `bench_${name}_${backend}`)
  await migrate(databaseUrl)
  const database = createDatabase({ url: databaseUrl, applicationName: 'inlet-bench', poolSize: 8, statementTimeoutMs: 600_000 })
  lifecycle.defer('database', () => database.close())
  if (counting === true) await enableCounting(database)
  const encryptionKeys = createMasterKeyText('bench')
  const key = createApiKey(parseKeyring(encryptionKeys))
  await insertApiKey(database, { id: key.id, name: 'bench', hash: key.hash, scopes: ['admin'], expiresAt: null }, 'system')
  const common: Record<string, string> = {
    DATABASE_URL: databaseUrl,
    LOG_LEVEL: 'warn',
    INLET_ENCRYPTION_KEYS: encryptionKeys,
    INLET_EGRESS_ALLOW: '127.0.0.1',
    INLET_WORK_DIR: path.join(folder, 'work'),
    ...settings.tuning,
    ...env,
  }
  let redisPid: number | null = null
  if (backend === 'redis') {
    if (redisServer === null) throw new Error('redis-server is not installed')
    const redis = await startRedis(redisServer)
    lifecycle.defer('redis', () => redis.stop())
    common['REDIS_URL'] = redis.url
    redisPid = redis.pid
  }
  if (settings.profileFolder !== null) mkdirSync(settings.profileFolder, { recursive: true })
  const processes: AppProcess[] = []
  const launch = (app: App, label: string, extra: Record<string, string>): void => {
    const logFile = path.join(folder, `${label}.log`)
    const started = startApp({
      app,
      name: `${name}-${backend}-${label}`,
      env: { ...common, ...extra },
      logFile,
      profileFolder: settings.profileFolder,
    })
    processes.push(started)
    lifecycle.defer(label, () => started.stop(), { timeoutMs: 35_000 })
  }
  const port = await freePort()
  const scribePort = await freePort()
  launch('scribe', 'scribe', { INLET_SCRIBE_OPS_PORT: String(scribePort) })
  for (let n = 1; n <= workers; n += 1) launch('worker', `worker-${n}`, { INLET_WORKER_OPS_PORT: '0' })
  launch('api', 'api', { PORT: String(port), INLET_API_OPS_PORT: '0' })
  const url = `http://127.0.0.1:${port}`
  await until('the API', () => isReady(url, processes), { limitMs: 60_000, everyMs: 100 })
  const api = createApiClient(url, key.plaintext)
  lifecycle.defer('client', async () => api.close())
  return {
    database,
    url,
    scribeUrl: `http://127.0.0.1:${scribePort}`,
    key: key.plaintext,
    api,
    processes,
    redisUrl: common['REDIS_URL'] ?? null,
    redisPid,
    close: async () => void (await lifecycle.close()),
  }
}

const isReady = async (url: string, processes: readonly AppProcess[]): Promise<true | null> => {
  const dead = processes.find((entry) => entry.failed())
  if (dead !== undefined) throw new Error(`${dead.name} ended:\n${dead.log().slice(-3_000)}`)
  return fetch(`${url}/ready`).then(
    ({ ok }) => ok || null,
    () => null,
  )
}

/** An empty database of that name, whatever was there before. */
export const createEmptyDatabase = async (postgres: EmbeddedPostgres, name: string): Promise<string> => {
  await runSql(postgres.url('postgres'), `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`, `CREATE DATABASE ${name}`)
  return postgres.url(name)
}

/** Runs statements one after another in a connection of their own. */
export const runSql = async (url: string, ...statements: readonly string[]): Promise<void> => {
  const database = createDatabase({ url, applicationName: 'inlet-bench', poolSize: 1, statementTimeoutMs: 600_000 })
  try {
    for (const statement of statements) await database.pool.query(statement)
  } finally {
    await database.close()
  }
}
