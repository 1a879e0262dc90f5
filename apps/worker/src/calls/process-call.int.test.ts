import { randomUUID } from 'node:crypto'
import { tmpdir } from 'node:os'
import { type Connector, createEgressGuard, createHttpClient, defineConnector, Failure, JsonNumber } from '@inlet/connector-sdk'
import { createDatabase, type Database, findAnswer, findWaitingCall, insertCall, type NewCall } from '@inlet/db'
import { CALL_KINDS } from '@inlet/domain'
import { createMappingPool } from '@inlet/mapping'
import { createLogger, createSecretRegistry } from '@inlet/observability'
import { RetryAt } from '@inlet/queue'
import { createMasterKeyText, parseKeyring, sealSecrets } from '@inlet/security'
import { createTestDatabase, type TestDatabase } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { z } from 'zod'
import { createConnectionPool } from '../connections/connection-pool.js'
import { createTokenStore } from '../connections/token-store.js'
import { processCall } from './process-call.js'

let closedReads = 0
const endless = defineConnector({
  type: 'endless',
  version: '1.0.0',
  title: 'Endless',
  description: 'Two streams without an end.',
  configSchema: z.strictObject({ broken: z.boolean().default(false) }),
  secretSchema: z.strictObject({ token: z.string().optional() }),
  streams: async () => ['left', 'right'].map((name) => ({ name, kind: 'row' as const, incremental: false, deletes: 'none' as const })),
  connect: async (ctx) => ({ ctx, [Symbol.asyncDispose]: async () => {} }),
  check: async ({ ctx }) => {
    if (ctx.secrets.token !== 'right') throw new Failure('AUTH_FAILED', 'the token was refused')
  },
  async *read({ ctx }, { stream }) {
    if (ctx.config.broken) throw new Failure('PERMISSION_DENIED', 'not yours')
    try {
      for (let n = 0; ; n += 1)
        yield { records: [{ stream, key: n, kind: 'row' as const, title: 'a\u0000b', data: { amount: new JsonNumber('12345678901234567890.10') } }] }
    } finally {
      closedReads += 1
    }
  },
  browse: {
    async *list(_connection, path) {
      yield Array.from({ length: 5 }, (_, n) => ({ name: `f${n}`, path: `${path}/f${n}`, directory: false, size: n }))
    },
    metadata: async (_connection, path) => ({ name: path, path, directory: false }),
    fetch: async () => {
      throw new Failure('NOT_FOUND_UPSTREAM', 'nothing here')
    },
  },
})

describe('processCall', () => {
  const keyring = parseKeyring(createMasterKeyText('k1'))
  let store: TestDatabase
  let database: Database
  beforeAll(async () => {
    store = await createTestDatabase(inject('postgresUrl'), inject('templateDatabase'))
    database = createDatabase({ url: store.url, applicationName: 'test' })
  })
  afterAll(async () => {
    await database.close()
    await store.drop()
  })

  const ask = async (kind: NewCall['kind'], call: { config?: object; params?: object; token?: string; connector?: Connector } = {}) => {
    const id = randomUUID()
    const egress = createEgressGuard({ allow: [] })
    const http = createHttpClient({ guard: egress, userAgent: 'test' })
    const sealedSecrets = call.token === undefined ? null : sealSecrets(keyring, { ownerId: id, version: 0 }, { token: call.token })
    await insertCall(database, {
      id,
      kind,
      connector: 'endless',
      config: call.config ?? {},
      sealedSecrets,
      params: call.params ?? {},
      timeoutMs: 10_000,
    })
    const log = createLogger({ level: 'silent', name: 'test' })
    const connecting = {
      database,
      keyring,
      tokens: createTokenStore({ database, keyring, secrets: createSecretRegistry() }),
      paces: { of: () => ({ take: async () => {}, report: async () => {} }) },
      egress,
      http: { axios: http, node: http },
      log,
      secrets: createSecretRegistry(),
      findConnector: () => call.connector ?? endless,
      fileRoots: [],
      workRoot: tmpdir(),
    }
    const connections = createConnectionPool({ idleMs: 1, onCloseError: () => {} })
    await processCall(
      {
        database,
        connecting,
        connections,
        mappings: createMappingPool(),
        queues: { enqueueRuns: async () => {} },
        metrics: { countRecheck: () => {} },
      },
      { v: 1, callId: id },
      { id, signal: new AbortController().signal },
    )
    http.close()
    return findAnswer(database, id)
  }

  it('checks with secrets sealed for the call alone', async () => {
    expect(await ask('check', { token: 'right' })).toMatchObject({ status: 'done', answer: { ok: true } })
    expect(await ask('check', { token: 'wrong' })).toMatchObject({ status: 'failed', answer: { reason: 'AUTH_FAILED', code: 'auth_failed' } })
  })

  it('previews a share of every stream, with exact numbers, and closes the connection', async () => {
    closedReads = 0
    const answer = await ask('preview', { params: { limit: 4 } })
    const { records } = (answer?.answer ?? {}) as { records: { stream: string; dataJson: string; title: string }[] }
    expect(records.map(({ stream }) => stream)).toEqual(['left', 'left', 'right', 'right'])
    expect(records[0]).toMatchObject({ dataJson: '{"amount":12345678901234567890.10}', title: 'a\\u0000b' })
    expect(closedReads).toBe(2)
  })

  it('previews one stream, and reports when it does not exist', async () => {
    expect(await ask('preview', { params: { limit: 2, stream: 'right' } })).toMatchObject({
      answer: { records: [{ stream: 'right' }, { stream: 'right' }] },
    })
    expect(await ask('preview', { params: { limit: 2, stream: 'nowhere' } })).toMatchObject({
      status: 'failed',
      answer: { reason: 'NOT_FOUND_UPSTREAM' },
    })
  })

  it('returns the refusal of a source', async () => {
    expect(await ask('preview', { params: { limit: 1 }, config: { broken: true } })).toMatchObject({
      status: 'failed',
      answer: { reason: 'PERMISSION_DENIED' },
    })
  })

  it('browses up to the limit and reports that there is more', async () => {
    const answer = await ask('browse', { params: { path: '/top', limit: 3 } })
    expect(answer).toMatchObject({
      status: 'done',
      answer: { truncated: true, items: [{ path: '/top/f0', size: 0 }, { path: '/top/f1' }, { path: '/top/f2' }] },
    })
  })

  it.each([
    ['load', 'open'],
    ['open', 'open'],
    ['gate', 'review'],
    ['review', 'review'],
  ])('understands %s, as processes of other versions may store it', async (stored, kind) => {
    const id = randomUUID()
    await insertCall(database, { id, kind: 'check', connector: 'endless', config: {}, sealedSecrets: null, timeoutMs: 10_000 })
    await database.pool.query('UPDATE calls SET kind = $2 WHERE id = $1', [id, stored])
    expect(await findWaitingCall(database, id)).toMatchObject({ kind })
  })

  it('stores kinds under the names that workers of earlier versions know', async () => {
    const stored = async (kind: NewCall['kind']) => {
      const id = randomUUID()
      await insertCall(database, { id, kind, connector: 'endless', config: {}, sealedSecrets: null, timeoutMs: 10_000 })
      return (await database.pool.query<{ kind: string }>('SELECT kind FROM calls WHERE id = $1', [id])).rows[0]?.kind
    }
    expect(await Promise.all(CALL_KINDS.map(stored))).toEqual([
      'check',
      'preview',
      'browse',
      'metadata',
      'fetch',
      'test',
      'load',
      'gate',
      'import',
      'recheck',
      'sink',
    ])
  })

  it('leaves a call of an unknown kind to workers of another version', async () => {
    await expect(ask('foresee' as NewCall['kind'])).rejects.toThrow(RetryAt)
  })

  it('refuses to browse a connector without paths', async () => {
    const { browse: _browse, ...flat } = endless
    expect(await ask('browse', { params: { path: '', limit: 3 }, connector: flat })).toMatchObject({
      status: 'failed',
      answer: { reason: 'NOT_BROWSABLE' },
    })
  })
})
