import { randomUUID } from 'node:crypto'
import { createRun, createSharedCredential, createSource, findAnswer, findCredentialById, insertCall, updateSharedCredential } from '@inlet/db'
import { createLogger, createSecretRegistry } from '@inlet/observability'
import { openQueues, type Queues, UNCONFIRMED } from '@inlet/queue'
import { composeScribe } from '@inlet/scribe/compose'
import { createMasterKeyText, openSecrets, parseKeyring, type Secrets, sealSecrets } from '@inlet/security'
import { openTestStore, type TestStore, until } from '@inlet/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { type OidcFixture, openOidcFixture } from '../testing/oidc-fixture.js'
import { composeWorker } from './compose.js'

const keyring = parseKeyring(createMasterKeyText('k1'))
const closers: (() => Promise<unknown>)[] = []
const logged: string[] = []
let store: TestStore
let queues: Queues
let fixture: OidcFixture

beforeAll(async () => {
  store = await openTestStore(inject('postgresUrl'), inject('templateDatabase'))
  const secrets = createSecretRegistry()
  const log = createLogger({ level: 'debug', name: 'test', secrets, destination: { write: (line) => void logged.push(line) } })
  const context = { log, secrets, signal: new AbortController().signal }
  const common = {
    DATABASE_URL: store.url,
    REDIS_URL: undefined,
    LOG_LEVEL: 'warn' as const,
    INLET_QUEUE_PREFIX: 'inlet',
    INLET_LEASE_TTL_MS: 15_000,
  }
  const scribe = await composeScribe(
    { ...common, INLET_SCRIBE_CONCURRENCY: 2, INLET_SCRIBE_OPS_HOST: '127.0.0.1', INLET_SCRIBE_OPS_PORT: 0 },
    context,
  )
  const config = {
    ...common,
    INLET_ENCRYPTION_KEYS: keyring,
    INLET_EGRESS_ALLOW: ['127.0.0.1'],
    INLET_CONNECTORS: [],
    INLET_SINGER_TAPS: new Map(),
    INLET_FILE_ROOTS: [],
    INLET_WORK_DIR: '/tmp/inlet-test-work',
    INLET_CHROMIUM_SANDBOX: 'auto' as const,
    INLET_CHROMIUM_PAGES: 4,
    INLET_CHROMIUM_MEMORY_BYTES: 1_073_741_824,
    INLET_WORKER_CONCURRENCY: 1,
    INLET_WORKER_INFLIGHT_BYTES: 33_554_432,
    INLET_SCRIBE_BACKLOG_BYTES: 67_108_864,
    INLET_WORKER_OPS_HOST: '127.0.0.1',
    INLET_WORKER_OPS_PORT: 0,
  }
  // One run at a time each, so that two concurrent runs are on two workers.
  const workers = [await composeWorker(config, context), await composeWorker(config, context)]
  queues = await openQueues({ redisUrl: null, databaseUrl: store.url, confirm: UNCONFIRMED, onError: () => {} })
  closers.push(
    () => queues.close(),
    ...workers.map((worker) => () => worker.close()),
    () => scribe.close(),
    () => store.close(),
  )
})
afterAll(async () => {
  await fixture.close()
  for (const close of closers) await close()
})
beforeEach(async () => {
  if (fixture !== undefined) await fixture.close()
  fixture = await openOidcFixture()
})

const addCredential = async (secrets: Secrets): Promise<string> => {
  const id = randomUUID()
  const sealed = sealSecrets(keyring, { ownerId: id, version: 1 }, secrets)
  await createSharedCredential(store.database, { id, name: `c-${id.slice(0, 8)}`, connector: 'api', sealed }, 'test')
  return id
}
const configOf = (kind: 'oauth2ClientCredentials' | 'oauth2RefreshToken') => ({
  url: fixture.apiUrl,
  auth: { kind, tokenUrl: fixture.tokenUrl, clientId: 'inlet', ...(kind === 'oauth2ClientCredentials' ? { scope: 'read' } : {}) },
  streams: [{ name: 'items', path: '/items', keyFields: ['id'], pagination: { kind: 'page' } }],
  requestsPerMinute: 60_000,
  retries: 0,
})
const addSource = async (credentialId: string, kind: 'oauth2ClientCredentials' | 'oauth2RefreshToken' = 'oauth2RefreshToken') => {
  const id = randomUUID()
  const source = { id, name: id, connector: 'api', config: configOf(kind), schedule: null, labels: {}, sealedSecrets: null, credentialId }
  await createSource(store.database, source, 'test')
  return id
}
const startRun = async (sourceId: string): Promise<string> => {
  const run = await createRun(store.database.pool, { sourceId, trigger: 'manual' })
  if (run === null) throw new Error('no run')
  await queues.enqueueRuns([{ runId: run.id, attempt: 0 }])
  return run.id
}
const ended = (runId: string) =>
  until(async () => {
    const [row] = await store.rows<{ status: string; outcome: string; read: number; reason: string | null }>(
      'SELECT status, outcome, records_read::int AS read, error_reason AS reason FROM runs WHERE id = $1',
      [runId],
    )
    return row?.status === 'ended' ? row : null
  })
const run = async (sourceId: string) => ended(await startRun(sourceId))
const secretsOf = async (id: string) => {
  const stored = await findCredentialById(store.database, id)
  return stored === null ? {} : openSecrets(keyring, stored.place, stored.sealed)
}
const statusOf = async (id: string) =>
  (await store.rows<{ status: string; reason: string | null }>('SELECT status, status_reason AS reason FROM sources WHERE id = $1', [id]))[0]

describe('OAuth 2 against oidc-provider, two workers', () => {
  it('reads with client credentials, and one token serves all sources, workers and later runs', async () => {
    const credential = await addCredential({ clientSecret: 'canary-client-secret' })
    const sources = [await addSource(credential, 'oauth2ClientCredentials'), await addSource(credential, 'oauth2ClientCredentials')]
    expect(await Promise.all(sources.map(run))).toEqual([
      { status: 'ended', outcome: 'ok', read: 3, reason: null },
      { status: 'ended', outcome: 'ok', read: 3, reason: null },
    ])
    expect((await run(sources[0] ?? '')).outcome).toBe('ok_nothing_new')
    expect(fixture.seen).toEqual({ issued: 1, refused: [], unauthorized: 0 })
  })

  it('uses each refresh token once, however many runs need a token at the same moment', async () => {
    const credential = await addCredential({ clientSecret: 'canary-client-secret', refreshToken: await fixture.grant() })
    const sources = [await addSource(credential), await addSource(credential)]
    const call = randomUUID()
    await insertCall(store.database, {
      id: call,
      kind: 'check',
      connector: 'api',
      config: configOf('oauth2RefreshToken'),
      sealedSecrets: null,
      sourceId: sources[0],
      timeoutMs: 20_000,
    })
    const runs = await Promise.all([...sources.map(startRun), queues.enqueueCall(call)])
    expect((await Promise.all(runs.slice(0, 2).map((id) => ended(String(id))))).map(({ outcome }) => outcome)).toEqual(['ok', 'ok'])
    expect(await until(() => findAnswer(store.database, call))).toMatchObject({ status: 'done', answer: { ok: true } })
    expect(fixture.seen).toEqual({ issued: 1, refused: [], unauthorized: 0 })
    // All tokens are gone; the chain continues.
    await fixture.revokeAccess()
    expect((await Promise.all(sources.map(run))).map(({ outcome }) => outcome)).toEqual(['ok_nothing_new', 'ok_nothing_new'])
    expect(fixture.seen).toMatchObject({ issued: 2, refused: [] })
  })

  it('continues when the token expires in the middle of a run', async () => {
    const refreshToken = await fixture.grant()
    const credential = await addCredential({ clientSecret: 'canary-client-secret', refreshToken })
    fixture.beforeAnswer = async (page) => {
      if (page === 2 && fixture.seen.issued === 1) await fixture.revokeAccess()
    }
    expect(await run(await addSource(credential))).toMatchObject({ outcome: 'ok', read: 3 })
    expect(fixture.seen).toEqual({ issued: 2, refused: [], unauthorized: 1 })
    const kept = await secretsOf(credential)
    expect(kept['clientSecret']).toBe('canary-client-secret')
    expect(kept['refreshToken']).not.toBe(refreshToken)
    const [times] = await store.rows<{ fields: object; same: boolean }>(
      `SELECT field_updated_at AS fields, updated_at = created_at AS same FROM credentials WHERE id = $1`,
      [credential],
    )
    expect(times).toEqual({ fields: { refreshToken: expect.any(String) }, same: true })
  })

  it('stops with auth_failed when the grant is revoked, and continues with a new one', async () => {
    const used = await fixture.grant()
    const credential = await addCredential({ clientSecret: 'canary-client-secret', refreshToken: used })
    const source = await addSource(credential)
    expect((await run(source)).outcome).toBe('ok')
    // Somebody else uses the first token again: the provider revokes the whole chain.
    const form = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: used, client_id: 'inlet' })
    const authorization = `Basic ${Buffer.from('inlet:canary-client-secret').toString('base64')}`
    expect((await fetch(fixture.tokenUrl, { method: 'POST', body: form, headers: { authorization } })).status).toBe(400)
    expect(await run(source)).toMatchObject({ outcome: 'failed', reason: 'AUTH_FAILED' })
    expect(await statusOf(source)).toEqual({ status: 'ERROR', reason: 'AUTH_FAILED' })
    const refreshToken = await fixture.grant()
    const seal = (version: number) => sealSecrets(keyring, { ownerId: credential, version }, { clientSecret: 'canary-client-secret', refreshToken })
    expect(await updateSharedCredential(store.database, { id: credential, seal, actor: 'test' })).toEqual([source])
    expect((await run(source)).outcome).toBe('ok_nothing_new')
    expect(await statusOf(source)).toEqual({ status: 'ACTIVE', reason: null })
  })

  it('has revealed no secret anywhere', async () => {
    const tables = ['runs', 'events', 'calls', 'sources', 'credentials', 'access_tokens', 'audit']
    const dump = (await Promise.all(tables.map((table) => store.rows(`SELECT t::text FROM ${table} t`)))).flat()
    expect(dump.length).toBeGreaterThan(20)
    expect(logged.length).toBeGreaterThan(20)
    const shown = JSON.stringify(dump) + logged.join('')
    expect(shown).not.toContain('canary-client-secret')
    const [credentials] = [await store.rows<{ id: string }>('SELECT id FROM credentials')]
    for (const { id } of credentials) for (const secret of Object.values(await secretsOf(id))) expect(shown).not.toContain(String(secret))
  })
})
