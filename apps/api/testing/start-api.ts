import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { type Connector, complete, defineConnector } from '@inlet/connector-sdk'
import { type EndpointId, endpoints, problem } from '@inlet/contract'
import { createDatabase, type Database, indexPending, insertApiKey } from '@inlet/db'
import { Failure, type Scope } from '@inlet/domain'
import { createLogger, createSecretRegistry } from '@inlet/observability'
import type { Queues } from '@inlet/queue'
import { createApiKey, createMasterKeyText, type Keyring, parseKeyring } from '@inlet/security'
import { createTestDatabase, startRedis, type TestDatabase, type TestRedis } from '@inlet/testing'
import { expect, inject } from 'vitest'
import { z } from 'zod'
import { composeApi } from '../src/compose.js'
import type { ApiConfig } from '../src/config.js'
import type { TokenClock } from '../src/oauth/resource-server.js'

/** A small connector that takes its answers from its settings. */
export const toyConnector = defineConnector({
  type: 'toy',
  version: '1.0.0',
  title: 'Toy',
  description: 'For tests.',
  configSchema: z.strictObject({
    url: z.string().optional().describe('An address to check.'),
    rows: z.int().min(0).default(3).describe('How many.'),
    needsPassword: z.boolean().default(false).describe('Whether a password must be set.'),
  }),
  secretSchema: z.strictObject({ password: z.string().min(3).optional().describe('A secret.'), token: z.string().optional().describe('Another.') }),
  validate(config, secrets) {
    if (config.needsPassword && secrets.password === undefined)
      throw new Failure('VALIDATION_FAILED', 'a password is needed', { field: 'secrets.password' })
  },
  egress: (config) => (config.url === undefined ? [] : [{ field: 'url', url: config.url }]),
  streams: async () => [{ name: 'rows', kind: 'row' as const, incremental: true, deletes: 'none' as const }],
  connect: async () => ({ [Symbol.asyncDispose]: async () => {} }),
  check: async () => {},
  // oxlint-disable-next-line require-yield -- nothing is read here
  async *read() {
    return complete('there is nothing')
  },
}) as unknown as Connector

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  // oxlint-disable-next-line typescript/no-explicit-any -- bodies differ by endpoint
  readonly body: any
}

export interface Sending {
  readonly key?: string | null
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON. */
  readonly json?: unknown
  /** Sent unchanged. */
  readonly raw?: string | Uint8Array
}

export interface TestApi {
  readonly url: string
  readonly store: TestDatabase
  readonly database: Database
  readonly queues: Queues
  /** Only with the Redis backend. */
  readonly redis: TestRedis | null
  readonly keyring: Keyring
  readonly keys: { readonly admin: string; readonly write: string; readonly read: string }
  readonly logLines: readonly string[]
  send(method: string, path: string, sending?: Sending): Promise<Answer>
  get(path: string, sending?: Sending): Promise<Answer>
  post(path: string, json?: unknown, sending?: Sending): Promise<Answer>
  patch(path: string, json: unknown, sending?: Sending): Promise<Answer>
  delete(path: string, sending?: Sending): Promise<Answer>
  addKey(scopes: readonly Scope[], expiresAt?: Date): Promise<{ id: string; key: string }>
  close(): Promise<void>
}

const toAnswer = async (response: Response): Promise<Answer> => {
  const text = await response.text()
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : null,
  }
}

export interface ApiOptions {
  readonly redis?: boolean
  readonly store?: TestDatabase
  readonly config?: Partial<ApiConfig>
  readonly callTimeoutMs?: number
  readonly env?: Readonly<Record<string, string>>
  readonly connectors?: readonly Connector[]
  readonly tokenClock?: TokenClock
}

/** Starts the API in this process on a free port, with its own database; with the Redis backend if requested. The caller closes it. */
export const startApi = async (options: ApiOptions = {}): Promise<TestApi> => {
  const store = options.store ?? (await createTestDatabase(inject('postgresUrl'), inject('templateDatabase')))
  const redis = options.redis ? await startRedis(inject('redisServer')) : null
  const keyring = parseKeyring(createMasterKeyText('k1'))
  const database = createDatabase({ url: store.url, applicationName: 'test', poolSize: 4 })
  const secrets = createSecretRegistry()
  const logLines: string[] = []
  const log = createLogger({ level: 'debug', name: 'api', secrets, destination: { write: (line) => void logLines.push(line) } })
  const config: ApiConfig = {
    DATABASE_URL: store.url,
    REDIS_URL: redis?.url,
    PORT: 0,
    LOG_LEVEL: 'debug',
    INLET_API_HOST: '127.0.0.1',
    INLET_ENCRYPTION_KEYS: keyring,
    INLET_QUEUE_PREFIX: 'inlet',
    INLET_EGRESS_ALLOW: [],
    INLET_UPLOAD_MAX_BYTES: 5_000_000,
    INLET_HOOK_MAX_BYTES: 1_048_576,
    INLET_HOOK_MAX_WAITING: 250_000,
    INLET_API_OPS_HOST: '127.0.0.1',
    INLET_API_OPS_PORT: 0,
    INLET_MAX_SOURCES_PER_KEY: 100_000,
    INLET_MAX_CREDENTIALS_PER_KEY: 100_000,
    INLET_MAX_BULK_OPERATIONS_PER_KEY: 10_000,
    INLET_MAX_UPLOADS_PER_KEY: 100_000,
    INLET_MAX_UPLOAD_BYTES_PER_KEY: 1_000_000_000,
    INLET_MAX_STREAMS_PER_KEY: 20,
    INLET_BOARD_WRITE: false,
    INLET_RATE_LIMIT_PER_MINUTE: 0,
    INLET_TRUST_PROXY_HOPS: 0,
    INLET_CORS_ORIGINS: [],
    INLET_PUBLIC_URL: undefined,
    INLET_MCP_APPROVAL: false,
    INLET_OIDC_ISSUER: undefined,
    INLET_OIDC_AUDIENCE: [],
    INLET_OIDC_SCOPE_CLAIM: 'scope',
    INLET_OIDC_SCOPE_PREFIX: 'inlet:',
    INLET_BROWSE_CACHE_SECONDS: 300,
    INLET_BROWSE_MAX_BYTES: 3_000_000,
    INLET_CONNECTORS: [],
    INLET_SOURCES_FILE: undefined,
    INLET_SOURCES_MODE: 'files',
    ...options.config,
  }
  const overrides = {
    filesPollMs: 100,
    connectors: [toyConnector, ...(options.connectors ?? [])],
    ...(options.tokenClock === undefined ? {} : { tokenClock: options.tokenClock }),
    ...(options.callTimeoutMs === undefined ? {} : { callTimeoutMs: options.callTimeoutMs }),
  }
  const api = await composeApi(config, { log, secrets, signal: new AbortController().signal, env: options.env ?? {} }, overrides)
  const addKey: TestApi['addKey'] = async (scopes, expiresAt) => {
    const key = createApiKey(keyring)
    await insertApiKey(database, { id: key.id, name: scopes.join(' '), hash: key.hash, scopes, expiresAt: expiresAt ?? null }, 'test')
    return { id: key.id, key: key.plaintext }
  }
  const keys = { admin: (await addKey(['admin'])).key, write: (await addKey(['write'])).key, read: (await addKey(['read'])).key }
  const url = `http://127.0.0.1:${api.port}`
  const send: TestApi['send'] = async (method, path, sending = {}) => {
    const key = sending.key === undefined ? keys.admin : sending.key
    const headers = {
      ...(key === null ? {} : { authorization: `Bearer ${key}` }),
      ...(sending.json === undefined ? {} : { 'content-type': 'application/json' }),
      ...sending.headers,
    }
    const body = sending.raw ?? (sending.json === undefined ? undefined : JSON.stringify(sending.json))
    return toAnswer(await fetch(url + path, { method, headers, ...(body === undefined ? {} : { body }) }))
  }
  return {
    url,
    store,
    database,
    queues: api.queues,
    redis,
    keyring,
    keys,
    logLines,
    send,
    get: (path, sending) => send('GET', path, sending),
    post: (path, json, sending) => send('POST', path, { json, ...sending }),
    patch: (path, json, sending) => send('PATCH', path, { json, ...sending }),
    delete: (path, sending) => send('DELETE', path, sending),
    addKey,
    async close() {
      await api.close()
      await database.close()
      await redis?.stop()
      await store.drop()
    },
  }
}

/** Returns a valid registration with a unique name. */
export const newSource = (changes: object = {}): Record<string, unknown> => ({
  name: `Source ${randomUUID()}`,
  connector: 'toy',
  config: {},
  runNow: false,
  ...changes,
})

/** Returns status and code of a complete problem; status and text of any other response. */
export const problemOf = (answer: Answer): readonly [number, string] => {
  const parsed = problem.safeParse(answer.body)
  const whole =
    parsed.success &&
    parsed.data.status === answer.status &&
    parsed.data.type === `urn:inlet:error:${parsed.data.code}` &&
    parsed.data.next !== '' &&
    answer.headers.get('content-type')?.startsWith('application/problem+json') &&
    !/\bat .*\.(js|ts):\d+/.test(answer.text)
  return [answer.status, whole && parsed.success ? parsed.data.code : answer.text]
}

/** Fails unless the response conforms to the contract. */
export const expectContract = (answer: Answer, id: EndpointId): void => {
  const { answers } = endpoints[id] as { answers: Record<number, { schema?: z.ZodType }> }
  const promised = answers[answer.status]
  if (promised === undefined) throw new Error(`${id} answers ${answer.status}: ${answer.text}`)
  if (promised.schema !== undefined) expect(promised.schema.safeParse(answer.body).error?.issues ?? []).toEqual([])
}

/** Inserts records as the scribe does. */
export const insertRecords = async (
  database: Database,
  sourceId: string,
  records: readonly {
    key: string
    title?: string
    text?: string
    url?: string
    data?: string
    kind?: string
    fetchedAt?: string
    deleted?: boolean
  }[],
  stream = 'rows',
): Promise<void> => {
  const { rows } = await database.pool.query<{ id: number }>(
    `INSERT INTO streams (source_id, name, kind) VALUES ($1, $2, 'row') ON CONFLICT (source_id, name) DO UPDATE SET kind = 'row' RETURNING id`,
    [sourceId, stream],
  )
  for (const record of records)
    await database.pool.query(
      `INSERT INTO records (stream_id, key_hash, source_id, key, kind, title, text, data, content_hash, run_id, version, epoch, seq, fetched_at, deleted_at, url)
       VALUES ($1, sha256($2::text::bytea), $3, $2, $4, $5, $6, $7::jsonb, sha256('x'), gen_random_uuid(), 1, 1, 1, coalesce($8::timestamptz, now()), CASE WHEN $9 THEN now() END, $10)`,
      [
        rows[0]?.id,
        record.key,
        sourceId,
        record.kind ?? 'row',
        record.title ?? null,
        record.text ?? null,
        record.data ?? '{}',
        record.fetchedAt ?? null,
        record.deleted ?? false,
        record.url ?? null,
      ],
    )
  await indexPending(database)
}

/** Starts a loopback server, for addresses that must not be reached. The caller closes it. */
export const startSilentServer = async (): Promise<{ url: string; hits: () => number; close: () => void }> => {
  let hits = 0
  const server = createServer((_request, response) => {
    hits += 1
    response.end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return { url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/`, hits: () => hits, close: () => server.close() }
}
