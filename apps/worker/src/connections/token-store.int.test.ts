import { randomUUID } from 'node:crypto'
import type { Renewed, TokenRequest } from '@inlet/connector-sdk'
import { claimRenewal, createSharedCredential, findCredentialById, releaseRenewal, updateSharedCredential } from '@inlet/db'
import { Failure } from '@inlet/domain'
import { createMasterKeyText, openSecrets, parseKeyring, type Secrets, sealSecrets } from '@inlet/security'
import { openTestStore, type TestStore, until } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { createTokenStore } from './token-store.js'

const keyring = parseKeyring(createMasterKeyText('k1'))
let store: TestStore
beforeAll(async () => {
  store = await openTestStore(inject('postgresUrl'), inject('templateDatabase'))
})
afterAll(() => store.close())

const addCredential = async (secrets: Secrets = { refreshToken: 'r1', clientSecret: 'c' }): Promise<string> => {
  const id = randomUUID()
  const sealed = sealSecrets(keyring, { ownerId: id, version: 1 }, secrets)
  await createSharedCredential(store.database, { id, name: `c-${id.slice(0, 8)}`, connector: 'api', sealed }, 'test')
  return id
}
const secretsOf = async (id: string) => {
  const stored = await findCredentialById(store.database, id)
  if (stored === null) throw new Error('gone')
  return openSecrets(keyring, stored.place, stored.sealed)
}
const openStore = (secrets: { add: (value: unknown) => void } = { add: () => {} }) => createTokenStore({ database: store.database, keyring, secrets })
const isFor = () => Promise.resolve(true)
const quiet = { isFor, signal: new AbortController().signal }

/** An authorization server that rotates the refresh token on each use, and revokes everything when one is used twice. */
const openServer = (expiresInMs: number | null = 3_600_000) => {
  const server = { requests: 0, good: 'r1', revoked: false, gate: Promise.resolve() }
  const request = (changes: Partial<TokenRequest<Secrets>> = {}): TokenRequest<Secrets> => ({
    purpose: 'p',
    refused: null,
    renew: async ({ refreshToken }): Promise<Renewed<Secrets>> => {
      server.requests += 1
      await server.gate
      if (refreshToken !== server.good) server.revoked = true
      if (server.revoked) throw new Failure('AUTH_FAILED', 'invalid_grant')
      server.good = `r${server.requests + 1}`
      return { token: { value: `a${server.requests}`, expiresInMs }, changed: { refreshToken: server.good } }
    },
    ...changes,
  })
  return { server, request }
}

describe('tokens shared by workers', () => {
  it('are obtained by one request, however many workers and sources need them at once', async () => {
    const id = await addCredential()
    const { server, request } = openServer()
    const requests = Array.from({ length: 8 }, () => openStore().of(id, quiet).get(request()))
    const tokens = await Promise.all(requests)
    expect(new Set(tokens.map(({ value }) => value))).toEqual(new Set(['a1']))
    expect(server).toMatchObject({ requests: 1, revoked: false })
    expect(await secretsOf(id)).toEqual({ refreshToken: 'r2', clientSecret: 'c' })
    // A worker that starts later needs no request of its own.
    const later = await openStore().of(id, quiet).get(request())
    expect(later.value).toBe('a1')
    expect(later.expiresInMs).toBeLessThanOrEqual(3_600_000)
    expect(server.requests).toBe(1)
  })

  it('are renewed once when the system refuses them to several workers', async () => {
    const id = await addCredential()
    const { server, request } = openServer()
    await openStore().of(id, quiet).get(request())
    const tokens = await Promise.all(
      Array.from({ length: 4 }, () =>
        openStore()
          .of(id, quiet)
          .get(request({ refused: 'a1' })),
      ),
    )
    expect(tokens.map(({ value }) => value)).toEqual(['a2', 'a2', 'a2', 'a2'])
    expect(server).toMatchObject({ requests: 2, revoked: false })
  })

  it('of different purposes use one chain of refresh tokens in order', async () => {
    const id = await addCredential()
    const { server, request } = openServer()
    const purposes = ['read', 'write', 'admin']
    const tokens = await Promise.all(purposes.map((purpose) => openStore().of(id, quiet).get(request({ purpose }))))
    expect(new Set(tokens.map(({ value }) => value)).size).toBe(3)
    expect(server).toMatchObject({ requests: 3, revoked: false })
    expect(await secretsOf(id)).toMatchObject({ refreshToken: 'r4' })
  })

  it('are used until they expire while no new one can be obtained', async () => {
    const id = await addCredential()
    const { server, request } = openServer()
    await openStore().of(id, quiet).get(request())
    // Past half of its lifetime.
    await store.database.pool.query(
      `UPDATE access_tokens SET obtained_at = obtained_at - interval '50 minutes', expires_at = expires_at - interval '50 minutes'`,
    )
    server.revoked = true
    const token = await openStore().of(id, quiet).get(request())
    expect(token.value).toBe('a1')
    expect(server.requests).toBe(2)
    await expect(
      openStore()
        .of(id, quiet)
        .get(request({ refused: 'a1' })),
    ).rejects.toMatchObject({ reason: 'AUTH_FAILED' })
  })

  it('obtained with secrets that were replaced meanwhile are discarded, and obtained again with the new ones', async () => {
    const id = await addCredential()
    const { server, request } = openServer()
    let open = (): void => {}
    server.gate = new Promise((resolve) => (open = resolve))
    const wanted = openStore().of(id, quiet).get(request())
    await until(() => server.requests === 1)
    const seal = (version: number) => sealSecrets(keyring, { ownerId: id, version }, { refreshToken: 'r2', clientSecret: 'new' })
    await updateSharedCredential(store.database, { id, seal, actor: 'test' })
    open()
    expect((await wanted).value).toBe('a2')
    expect(await secretsOf(id)).toEqual({ refreshToken: 'r3', clientSecret: 'new' })
  })

  it('are renewed by another worker when the one renewing them is gone', async () => {
    const id = await addCredential()
    const { server, request } = openServer()
    expect(await claimRenewal(store.database, { credentialId: id, holder: 'dead', ttlMs: 400 })).not.toBeNull()
    expect((await openStore().of(id, quiet).get(request())).value).toBe('a1')
    expect(server.requests).toBe(1)
  })

  it('wait for the renewing worker only as long as the caller does, and not for a credential that is gone', async () => {
    const id = await addCredential()
    const { request } = openServer()
    await claimRenewal(store.database, { credentialId: id, holder: 'slow', ttlMs: 60_000 })
    const caller = new AbortController()
    const waiting = openStore().of(id, { isFor, signal: caller.signal }).get(request())
    caller.abort(new Failure('CANCELLED', 'enough'))
    await expect(waiting).rejects.toBeDefined()
    await releaseRenewal(store.database, { credentialId: id, holder: 'slow' })
    await expect(openStore().of(randomUUID(), quiet).get(request())).rejects.toMatchObject({ reason: 'CREDENTIAL_CHANGED' })
  })

  it('are sealed where they are stored, bound to their place, and registered for redaction', async () => {
    const id = await addCredential({ refreshToken: 'r1' })
    const { request } = openServer()
    const added: unknown[] = []
    const redacted = { add: (value: unknown) => void added.push(value) }
    const renewed = { token: { value: 'canary-access', expiresInMs: null }, changed: { refreshToken: 'canary-refresh' } }
    await openStore(redacted)
      .of(id, quiet)
      .get(request({ renew: async () => renewed }))
    const [row] = await store.rows<{ sealed: unknown; text: string }>(
      `SELECT t.sealed, t::text || c::text AS text FROM access_tokens t JOIN credentials c ON c.id = t.credential_id WHERE c.id = $1`,
      [id],
    )
    expect(row?.text).not.toContain('canary')
    expect(() => openSecrets(keyring, { ownerId: `${id}/other`, version: 2 }, row?.sealed)).toThrow('cannot be opened')
    expect(openSecrets(keyring, { ownerId: `${id}/p`, version: 2 }, row?.sealed)).toEqual({ token: 'canary-access' })
    expect(JSON.stringify(added)).toContain('canary-access')
    expect(JSON.stringify(added)).toContain('canary-refresh')
  })

  it('that cannot be stored at once are stored as soon as possible, instead of asking again with a used refresh token', async () => {
    const id = await addCredential()
    const { server, request } = openServer()
    const tokens = openStore()
    // Like a database that cannot write for a moment.
    await store.database.pool.query(`CREATE FUNCTION refuse_token() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'disk full'; END $$`)
    await store.database.pool.query('CREATE TRIGGER refuse_token BEFORE INSERT ON access_tokens FOR EACH ROW EXECUTE FUNCTION refuse_token()')
    const wanted = tokens.of(id, quiet).get(request())
    await until(() => server.requests === 1)
    expect(await secretsOf(id)).toMatchObject({ refreshToken: 'r1' })
    await store.database.pool.query('DROP TRIGGER refuse_token ON access_tokens; DROP FUNCTION refuse_token')
    expect((await wanted).value).toBe('a1')
    expect(await secretsOf(id)).toMatchObject({ refreshToken: 'r2' })
    expect(server).toMatchObject({ requests: 1, revoked: false })
  })
})
