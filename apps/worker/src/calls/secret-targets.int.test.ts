import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { type ConnectorContext, complete, createEgressGuard, createHttpClient, defineConnector } from '@inlet/connector-sdk'
import {
  acquireLease,
  createRun,
  createSharedCredential,
  createSource,
  findAnswer,
  findVersionToLoad,
  insertCall,
  type NewCall,
  saveDraft,
} from '@inlet/db'
import { createMappingPool } from '@inlet/mapping'
import { createLogger, createSecretRegistry } from '@inlet/observability'
import { createMasterKeyText, parseKeyring, sealSecrets } from '@inlet/security'
import { openTestStore, type TestStore } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { z } from 'zod'
import { createConnectionPool } from '../connections/connection-pool.js'
import { openVersion } from '../connections/open-version.js'
import { createTokenStore } from '../connections/token-store.js'
import { processCall } from './process-call.js'

const SECRET = 'canary-7d1f'

interface Courier extends AsyncDisposable {
  readonly carry: () => Promise<void>
}
/** Sends its secret to its address, whatever it is asked. */
const courier = defineConnector({
  type: 'courier',
  version: '1.0.0',
  title: 'Courier',
  description: 'For tests.',
  configSchema: z.strictObject({ url: z.string(), other: z.string().optional() }),
  secretSchema: z.strictObject({ token: z.string() }),
  egress: ({ url }) => [{ field: 'url', url }],
  connect: async ({ config, secrets, http }: ConnectorContext<{ url: string; other?: string | undefined }, { token: string }>): Promise<Courier> => {
    const carry = async (): Promise<void> => (await http.request({ url: config.url, headers: { authorization: secrets.token } })).discard()
    await carry()
    return { carry, [Symbol.asyncDispose]: async () => {} }
  },
  streams: async ({ carry }) => {
    await carry()
    return [{ name: 'rows', kind: 'row' as const, incremental: false, deletes: 'none' as const }]
  },
  check: async ({ carry }) => carry(),
  async *read({ carry }) {
    await carry()
    yield { records: [{ stream: 'rows', key: 1, kind: 'row' as const, data: {} }] }
    return complete('one row')
  },
  browse: {
    async *list({ carry }) {
      await carry()
      yield []
    },
    metadata: async ({ carry }, path) => {
      await carry()
      return { name: path, path, directory: true }
    },
    fetch: async ({ carry }) => {
      await carry()
      throw new Error('not asked for')
    },
  },
})

/** A server that records what it receives. */
const startServer = async () => {
  const seen: string[] = []
  const server = createServer((request, response) => {
    seen.push(`${request.url} ${JSON.stringify(request.headers)}`)
    response.end('{}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, seen, close: () => server.close() }
}

const keyring = parseKeyring(createMasterKeyText('k1'))
let store: TestStore
let honest: Awaited<ReturnType<typeof startServer>>
let canary: Awaited<ReturnType<typeof startServer>>
beforeAll(async () => {
  store = await openTestStore(inject('postgresUrl'), inject('templateDatabase'))
  honest = await startServer()
  canary = await startServer()
})
afterAll(async () => {
  honest.close()
  canary.close()
  await store.close()
})

const open = () => {
  const egress = createEgressGuard({ allow: ['127.0.0.1'] })
  const http = createHttpClient({ guard: egress, userAgent: 'test' })
  const { database } = store
  const secrets = createSecretRegistry()
  return {
    database,
    connecting: {
      database,
      keyring,
      tokens: createTokenStore({ database, keyring, secrets }),
      paces: { of: () => ({ take: async () => {}, report: async () => {} }) },
      egress,
      http: { axios: http, node: http },
      log: createLogger({ level: 'silent', name: 'test' }),
      secrets,
      findConnector: () => courier,
      fileRoots: [],
      workRoot: tmpdir(),
    },
    connections: createConnectionPool({ idleMs: 1, onCloseError: () => {} }),
    mappings: createMappingPool(),
    queues: { enqueueRuns: async () => {} },
    metrics: { countRecheck: () => {} },
  }
}

const addShared = async (targets?: readonly string[]): Promise<string> => {
  const id = randomUUID()
  const sealed = sealSecrets(keyring, { ownerId: id, version: 1 }, { token: SECRET })
  await createSharedCredential(store.database, { id, name: `c-${id}`, connector: 'courier', sealed, targets }, 'test')
  return id
}
const addSource = async (options: { url?: string; secretTargets?: readonly string[]; credentialId?: string } = {}): Promise<string> => {
  const id = randomUUID()
  const own = options.credentialId === undefined
  await createSource(
    store.database,
    {
      id,
      name: id,
      connector: 'courier',
      config: { url: options.url ?? honest.url },
      schedule: null,
      labels: {},
      sealedSecrets: own ? sealSecrets(keyring, { ownerId: id, version: 1 }, { token: SECRET }) : null,
      secretTargets: options.secretTargets,
      credentialId: options.credentialId,
    },
    'test',
  )
  return id
}
const ask = async (kind: NewCall['kind'], call: Partial<NewCall>) => {
  const id = randomUUID()
  await insertCall(store.database, { id, kind, connector: 'courier', config: {}, sealedSecrets: null, timeoutMs: 60_000, ...call })
  await processCall(open(), { v: 1, callId: id }, { id, signal: new AbortController().signal })
  return findAnswer(store.database, id)
}
const origin = (url: string): string => new URL(url).origin

/** What makes a call of each kind use stored secrets; null for kinds that use none. A new kind must be added here. */
const PARAMS: Readonly<Record<NewCall['kind'], object | null>> = {
  check: {},
  preview: { limit: 1 },
  browse: { path: '', limit: 1 },
  metadata: { path: 'a' },
  fetch: { path: 'a', stamp: 's', maxBytes: 10, ttlSeconds: 0 },
  test: { limit: 1, mapping: null },
  recheck: { versionId: randomUUID() },
  // These two read the settings of stored versions, not of the call.
  open: null,
  review: null,
  import: null,
  // It goes where the sink delivers to, with the sink's own secret.
  sink: null,
}
const kinds = Object.entries(PARAMS).flatMap(([kind, params]) => (params === null ? [] : [[kind as NewCall['kind'], params] as const]))

describe('stored secrets', () => {
  it.each(kinds)('are not sent elsewhere by a call to %s with other settings', async (kind, params) => {
    const before = canary.seen.length
    const owners = [
      { sourceId: await addSource() },
      { sourceId: await addSource({ secretTargets: [origin(honest.url)] }) },
      { sourceId: await addSource({ credentialId: await addShared() }) },
      { credentialId: await addShared([origin(honest.url)]) },
      { credentialId: await addShared([]) },
      { credentialId: await addShared() },
    ]
    for (const whose of owners)
      expect(JSON.stringify(await ask(kind, { ...whose, config: { url: canary.url }, params }))).toContain('SECRET_TARGET_REFUSED')
    expect(canary.seen.length).toBe(before)
  })

  it('are sent where they were given for, and where an admin has requested', async () => {
    const before = honest.seen.length
    const sourceId = await addSource()
    expect(await ask('check', { sourceId, config: { url: `${honest.url}deeper`, other: 'x' } })).toMatchObject({ status: 'done' })
    const credentialId = await addShared([])
    const allowTargets = [origin(honest.url)]
    expect(await ask('check', { credentialId, config: { url: honest.url }, allowTargets })).toMatchObject({ status: 'done' })
    expect(honest.seen.slice(before).join('')).toContain(SECRET)
  })

  it('are not sent elsewhere by opening a version, nor by a run pinned to it', async () => {
    // As if the API had permitted it.
    const sourceId = await addSource({ url: canary.url, secretTargets: [origin(honest.url)] })
    const [row] = await store.rows<{ versionId: string }>('SELECT version_id AS "versionId" FROM sources WHERE id = $1', [sourceId])
    expect(await ask('open', { sourceId, params: { versionId: row?.versionId } })).toMatchObject({ answer: { reason: 'SECRET_TARGET_REFUSED' } })
    const run = await createRun(store.database.pool, { sourceId, trigger: 'manual' })
    const lease = await acquireLease(store.database, { runId: run?.id ?? '', holder: 'w', ttlMs: 60_000 })
    if (!lease.taken) throw new Error('no lease')
    const { version, connector, credential } = lease.run
    const request = { sourceId, versionId: version.id, connector, config: version.config, credential }
    await expect(openVersion(open().connecting, request, new AbortController().signal)).rejects.toMatchObject({ reason: 'SECRET_TARGET_REFUSED' })
    expect(await findVersionToLoad(store.database, version.id)).toMatchObject({ credential: { targets: [origin(honest.url)] } })
    // Another version is live by now: the next run uses it.
    await store.rows('UPDATE sources SET version_id = $2 WHERE id = $1', [sourceId, randomUUID()])
    await expect(openVersion(open().connecting, request, new AbortController().signal)).rejects.toMatchObject({ reason: 'CREDENTIAL_CHANGED' })
    expect(canary.seen.join('')).not.toContain(SECRET)
  })

  it('are not sent elsewhere by the review of a draft', async () => {
    const sourceId = await addSource({ secretTargets: [origin(honest.url)] })
    await saveDraft(store.database, { sourceId, content: { config: { url: canary.url } }, expectedRevision: null, actor: 'test' })
    const [row] = await store.rows<{ revision: number }>('SELECT draft_revision AS revision FROM sources WHERE id = $1', [sourceId])
    const answer = await ask('review', { sourceId, params: { revision: row?.revision } })
    expect(answer).toMatchObject({ status: 'failed', answer: { reason: 'SECRET_TARGET_REFUSED' } })
    expect(canary.seen.join('')).not.toContain(SECRET)
  })

  it('are not used to renew tokens of an open connection once they were replaced for another address', async () => {
    const credentialId = await addShared([origin(honest.url)])
    let asked = 0
    const tokens = createTokenStore({ database: store.database, keyring, secrets: createSecretRegistry() }).of(credentialId, {
      isFor: async ({ targets }) => targets?.includes(origin(honest.url)) === true,
      signal: new AbortController().signal,
    })
    const request = {
      purpose: 'p',
      refused: null,
      renew: async () => {
        asked += 1
        return { token: { value: `t${asked}`, expiresInMs: 3_600_000 }, changed: null }
      },
    }
    expect((await tokens.get(request)).value).toBe('t1')
    await store.rows('UPDATE credentials SET targets = $2 WHERE id = $1', [credentialId, JSON.stringify([origin(canary.url)])])
    await expect(tokens.get(request)).rejects.toMatchObject({ reason: 'CREDENTIAL_CHANGED' })
    expect(asked).toBe(1)
  })
})
