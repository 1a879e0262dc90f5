import { createLogger, createSecretRegistry } from '@inlet/observability'
import { EnvError } from '@inlet/runtime'
import { createMasterKeyText, parseKeyring } from '@inlet/security'
import { createTestDatabase } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { startCuttableLine } from '../../testing/cuttable-line.js'
import { expectContract, newSource, problemOf, startApi, type TestApi } from '../../testing/start-api.js'
import { composeApi } from '../compose.js'

let api: TestApi
beforeAll(async () => {
  api = await startApi()
})
afterAll(() => api.close())

describe('operation', () => {
  it('reports that it is alive and ready', async () => {
    expectContract(await api.get('/health', { key: null }), 'getHealth')
    const ready = await api.get('/ready', { key: null })
    expectContract(ready, 'getReadiness')
    expect(ready.body.checks.map(({ name, ok }: { name: string; ok: boolean }) => [name, ok])).toEqual(
      ['database', 'migrations', 'queue', 'encryption', 'clock', 'draining'].map((name) => [name, true]),
    )
  })

  it('is not ready when the database has migrations this build lacks', async () => {
    const add = `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at) VALUES ('x', 'x', '99990101000000_future', now())`
    await api.database.pool.query(add)
    const ready = await api.get('/ready', { key: null })
    expect(ready.status).toBe(503)
    expect(ready.text).toContain('99990101000000_future')
    await api.database.pool.query(`DELETE FROM _prisma_migrations WHERE id = 'x'`)
  })

  it('does not start on a database of other keys, or ahead of the build', async () => {
    const context = { log: createLogger({ level: 'silent', name: 'x' }), secrets: createSecretRegistry(), signal: new AbortController().signal }
    const config = {
      DATABASE_URL: api.store.url,
      REDIS_URL: undefined,
      PORT: 0,
      LOG_LEVEL: 'silent' as const,
      INLET_API_HOST: '127.0.0.1',
      INLET_ENCRYPTION_KEYS: parseKeyring(createMasterKeyText('other')),
      INLET_QUEUE_PREFIX: 'inlet',
      INLET_EGRESS_ALLOW: [],
      INLET_CONNECTORS: [],
      INLET_BROWSE_CACHE_SECONDS: 300,
      INLET_BROWSE_MAX_BYTES: 1_000_000,
      INLET_UPLOAD_MAX_BYTES: 1,
      INLET_HOOK_MAX_BYTES: 1_048_576,
      INLET_HOOK_MAX_WAITING: 250_000,
      INLET_MAX_SOURCES_PER_KEY: 1_000,
      INLET_MAX_CREDENTIALS_PER_KEY: 1_000,
      INLET_MAX_BULK_OPERATIONS_PER_KEY: 20,
      INLET_MAX_UPLOADS_PER_KEY: 1_000,
      INLET_MAX_UPLOAD_BYTES_PER_KEY: 1_000_000,
      INLET_MAX_STREAMS_PER_KEY: 10,
      INLET_API_OPS_HOST: '127.0.0.1',
      INLET_API_OPS_PORT: 0,
      INLET_BOARD_WRITE: false,
      INLET_RATE_LIMIT_PER_MINUTE: 0,
      INLET_TRUST_PROXY_HOPS: 0,
      INLET_CORS_ORIGINS: [],
      INLET_MCP_APPROVAL: false,
      INLET_OIDC_AUDIENCE: [],
      INLET_OIDC_SCOPE_CLAIM: 'scope',
      INLET_OIDC_SCOPE_PREFIX: 'inlet:',
      INLET_SOURCES_FILE: undefined,
      INLET_SOURCES_MODE: 'files' as const,
    }
    await expect(composeApi(config, context)).rejects.toThrow(EnvError)
    await api.database.pool.query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at) VALUES ('y', 'x', '99990101000000_future', now())`,
    )
    await expect(composeApi({ ...config, INLET_ENCRYPTION_KEYS: api.keyring }, context)).rejects.toThrow(/ahead of this build/)
    await api.database.pool.query(`DELETE FROM _prisma_migrations WHERE id = 'y'`)
  })

  it('records its metrics under the patterns of its routes', async () => {
    await api.get('/v1/sources/some-slug')
    const metrics = await api.get('/metrics', { key: api.keys.read })
    expect(metrics.status).toBe(200)
    expect(metrics.text).toContain('route="/v1/sources/:id"')
    expect(metrics.text).toContain('http_request_duration_seconds_bucket')
    expect(metrics.text).not.toContain('some-slug')
  })

  it('describes its API and its connectors', async () => {
    const description = await api.get('/openapi.json', { key: null })
    expect(description.body.openapi).toBe('3.1.0')
    expectContract(await api.get('/v1/connectors'), 'listConnectors')
    const toy = await api.get('/v1/connectors/toy')
    expectContract(toy, 'getConnector')
    expect(toy.body.configSchema).toMatchObject({
      type: 'object',
      additionalProperties: false,
      properties: { rows: { type: 'integer', default: 3 } },
    })
    expect(toy.body.secretSchema.properties.password).toMatchObject({ type: 'string', minLength: 3 })
    expect(problemOf(await api.get('/v1/connectors/nothing'))).toEqual([404, 'NOT_FOUND'])
  })
})

describe('while the database is unavailable', () => {
  it('answers 503 with Retry-After and serves again by itself', async () => {
    const store = await createTestDatabase(inject('postgresUrl'), inject('templateDatabase'))
    const line = await startCuttableLine(store.url)
    const own = await startApi({ store, config: { DATABASE_URL: line.url } })
    line.cut()
    const answers = await Promise.all(['/v1/sources', '/v1/records', '/v1/runs'].map((path) => own.get(path)))
    for (const answer of answers) {
      expect(problemOf(answer)).toEqual([503, 'DATABASE_UNAVAILABLE'])
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
    }
    expect((await own.get('/health', { key: null })).status).toBe(200)
    expect((await own.get('/ready', { key: null })).status).toBe(503)
    line.restore()
    expect((await own.post('/v1/sources', newSource())).status).toBe(201)
    await own.close()
    line.close()
  })
})
