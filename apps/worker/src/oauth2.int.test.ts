import { randomUUID } from 'node:crypto'
import { createSharedCredential, findAnswer, findCredentialById, insertCall, updateSharedCredential } from '@inlet/db'
import { createLogger, createSecretRegistry } from '@inlet/observability'
import { createMasterKeyText, openSecrets, parseKeyring, type Secrets, sealSecrets } from '@inlet/security'
import { type TestStore, until } from '@inlet/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type OidcFixture, openOidcFixture } from '../testing/oidc-fixture.js'
import { type Ingestion, startIngestion } from '../testing/start-ingestion.js'

const keyring = parseKeyring(createMasterKeyText('k1'))
const logged: string[] = []
let ingestion: Ingestion
let store: TestStore
let fixture: OidcFixture

beforeAll(async () => {
  const secrets = createSecretRegistry()
  const log = createLogger({ level: 'debug', name: 'test', secrets, destination: { write: (line) => void logged.push(line) } })
  // One run at a time each, so that two concurrent runs are on two workers.
  const config = { INLET_EGRESS_ALLOW: ['127.0.0.1'], INLET_WORKER_CONCURRENCY: 1 }
  ingestion = await startIngestion({ keyring, log, secrets, workers: 2, config })
  ;({ store } = ingestion)
})
afterAll(async () => {
  await fixture.close()
  await ingestion.close()
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
const addSource = (credentialId: string, kind: 'oauth2ClientCredentials' | 'oauth2RefreshToken' = 'oauth2RefreshToken') =>
  ingestion.addSource('api', { config: configOf(kind), credentialId })
const ended = async (runId: string) => {
  const { status, outcome, recordsRead, errorReason } = await ingestion.ended(runId)
  return { status, outcome, read: Number(recordsRead), reason: errorReason }
}
const run = async (sourceId: string) => ended(await ingestion.startRun(sourceId))
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
    const runs = await Promise.all([...sources.map((source) => ingestion.startRun(source)), ingestion.queues.enqueueCall(call)])
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
