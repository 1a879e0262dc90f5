import { createHmac, randomUUID } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createEgressGuard, createHttpClient } from '@inlet/connector-sdk'
import { createSink, type Database, findSink, updateSink } from '@inlet/db'
import { createLogger, createMetrics, createSecretRegistry, type Metrics } from '@inlet/observability'
import { createMasterKeyText, createSigningSecret, parseKeyring, sealSecrets } from '@inlet/security'
import { openTestStore, type TestStore, until } from '@inlet/testing'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { startSinks } from './start-sinks.js'

type Fault = 'none' | 'refuse' | 'drop' | 'take and drop'
interface Item {
  readonly op: string
  readonly sourceId: string
  readonly key: string
  readonly record: { readonly data: { readonly v: unknown } } | null
}

const keyring = parseKeyring(createMasterKeyText('k1'))
const secret = createSigningSecret()
let store: TestStore
let server: Server
let url = ''
/** What the receiver does with the next message. */
let nextFault: () => Fault | number = () => 'none'
let copy = new Map<string, unknown>()
let messages: (readonly Item[])[] = []
let retryAfter: string | undefined
let metrics: Metrics
const stops: (() => Promise<unknown>)[] = []

const take = (headers: Readonly<Record<string, string>>, body: string): void => {
  const id = headers['webhook-id'] ?? ''
  const signed = createHmac('sha256', Buffer.from(secret.slice('whsec_'.length), 'base64')).update(`${id}.${headers['webhook-timestamp']}.${body}`)
  expect(headers['webhook-signature']).toBe(`v1,${signed.digest('base64')}`)
  const { data } = JSON.parse(body) as { data: { items: Item[] } }
  messages.push(data.items)
  for (const { op, sourceId, key, record } of data.items) copy.set(`${sourceId} ${key}`, op === 'upsert' ? record?.data.v : 'deleted')
}

beforeAll(async () => {
  store = await openTestStore(inject('postgresUrl'), inject('templateDatabase'))
  server = createServer((request, response) => {
    let body = ''
    request.on('data', (piece: Buffer) => {
      body += piece.toString()
    })
    request.on('end', () => {
      const fault = nextFault()
      if (fault === 'none' || fault === 'take and drop') take(request.headers as Record<string, string>, body)
      if (fault === 'drop' || fault === 'take and drop') request.socket.destroy()
      else
        response
          .writeHead(typeof fault === 'number' ? fault : fault === 'none' ? 204 : 500, retryAfter === undefined ? {} : { 'retry-after': retryAfter })
          .end()
    })
  }).listen(0, '127.0.0.1')
  await until(() => server.listening)
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/changes`
})
beforeEach(async () => {
  copy = new Map()
  messages = []
  nextFault = () => 'none'
  retryAfter = undefined
  metrics = createMetrics({ process: 'worker' })
  await store.rows('DELETE FROM sinks')
})
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})
afterAll(async () => {
  server.close()
  await store.close()
})

/** Starts a worker; when killed, it loses the database at once and releases nothing. */
const startWorker = ({ allow = ['127.0.0.1'], holdMs = 30_000 }: { readonly allow?: readonly string[]; readonly holdMs?: number } = {}) => {
  let isDead = false
  const pool = new Proxy(store.database.pool, {
    get: (target, name, receiver) =>
      name === 'query'
        ? (...args: unknown[]): unknown =>
            isDead
              ? Promise.reject(new Error('killed'))
              : Reflect.apply(Reflect.get(target, 'query') as (...given: unknown[]) => unknown, target, args)
        : Reflect.get(target, name, receiver),
  })
  const database: Database = { ...store.database, pool }
  const stop = startSinks({
    database,
    http: createHttpClient({ guard: createEgressGuard({ allow }), transport: 'node' }),
    keyring,
    secrets: createSecretRegistry(),
    metrics,
    log: createLogger({ level: 'silent', name: 'worker', secrets: createSecretRegistry(), destination: { write: () => {} } }),
    holder: randomUUID(),
    everyMs: 20,
    holdMs,
  })
  stops.push(stop)
  return {
    kill: () => {
      isDead = true
      return stop()
    },
  }
}

const addSink = async (settings: { readonly sources?: readonly string[]; readonly batchSize?: number } = {}): Promise<string> => {
  const id = randomUUID()
  const sealed = sealSecrets(keyring, { ownerId: id, version: 1 }, { secret, url })
  const rest = { kind: 'webhook' as const, stream: null, recordKind: null, active: true, position: null, sources: [], batchSize: 100, ...settings }
  await createSink(store.database, { id, name: id, url, sealed, ...rest }, 'test')
  return id
}

const truth = async (sourceIds: readonly string[]): Promise<Record<string, unknown>> => {
  const rows = await store.rows<{ name: string; v: unknown }>(
    `SELECT source_id || ' ' || key AS name, CASE WHEN deleted_at IS NULL THEN data->'v' ELSE '"deleted"' END AS v FROM records WHERE source_id = ANY($1)`,
    [sourceIds],
  )
  return Object.fromEntries(rows.map(({ name, v }) => [name, v]))
}
const same = (a: Readonly<Record<string, unknown>>, b: Readonly<Record<string, unknown>>): boolean =>
  Object.keys(a).length === Object.keys(b).length && Object.entries(a).every(([name, value]) => b[name] === value)

describe('a sink', () => {
  it('gets what is stored, then what changes, signed and in batches', async () => {
    const { sourceId, put } = await store.openSource()
    await put(Array.from({ length: 25 }, (_, n) => ({ key: `k${n}`, v: n })))
    const id = await addSink({ sources: [sourceId], batchSize: 10 })
    startWorker()
    await until(() => copy.size === 25)
    expect(messages.map((items) => items.length)).toEqual([10, 10, 5])
    await put([
      { key: 'k1', v: 'new' },
      { op: 'd', key: 'k2' },
    ])
    await until(() => copy.get(`${sourceId} k2`) === 'deleted')
    expect(Object.fromEntries(copy)).toEqual(await truth([sourceId]))
    await until(async () => (await findSink(store.database, id))?.delivered === 27n)
    expect(await findSink(store.database, id)).toMatchObject({ attempts: 0, lastStatus: 204, lastError: null, delivered: 27n })
  })

  it('misses nothing, whatever fails or is killed, repeatedly', { timeout: 120_000 }, async () => {
    const sources = await Promise.all([store.openSource(), store.openSource(), store.openSource()])
    const ids = sources.map(({ sourceId }) => sourceId)
    let turn = 0
    const faults: readonly Fault[] = ['none', 'refuse', 'none', 'drop', 'take and drop', 'none', 'none', 'refuse']
    nextFault = () => faults[turn++ % faults.length] ?? 'none'
    await addSink({ sources: ids, batchSize: 7 })
    let done = false
    const writing = Promise.all(
      sources.map(async ({ put }, s) => {
        for (let n = 0; n < 40; n += 1)
          await put([
            { key: `k${(n * 7 + s) % 23}`, v: n },
            { key: `x${(n * 5) % 11}`, v: `x${n}` },
            ...(n % 3 === 0 ? [{ op: 'd' as const, key: `k${(n + 9) % 23}` }] : []),
          ])
      }),
    ).finally(() => {
      done = true
    })
    let kills = 0
    startWorker({ holdMs: 300 })
    while (!done || kills < 100) {
      const worker = startWorker({ holdMs: 300 })
      const before = turn
      await until(() => turn > before || (done && kills > 20), { timeoutMs: 2_000, what: 'a message' }).catch(() => {})
      // The test does not wait out the pause after a failure.
      await store.rows('UPDATE sinks SET next_at = NULL WHERE next_at IS NOT NULL')
      await worker.kill()
      kills += 1
    }
    await writing
    nextFault = () => 'none'
    await store.rows('UPDATE sinks SET next_at = NULL')
    const wanted = await truth(ids)
    await until(() => same(Object.fromEntries(copy), wanted), { timeoutMs: 30_000, what: 'the copy' })
    expect(Object.fromEntries(copy)).toEqual(wanted)
    expect(kills).toBeGreaterThanOrEqual(100)
  })

  it('waits longer each time for a failing receiver, says why, and stops for one that is gone', async () => {
    const { sourceId, put } = await store.openSource()
    await put([{ key: 'a', v: 1 }])
    nextFault = () => 503
    const id = await addSink({ sources: [sourceId] })
    startWorker()
    await until(async () => (await findSink(store.database, id))?.attempts === 2, { timeoutMs: 15_000 })
    expect(await findSink(store.database, id)).toMatchObject({ lastStatus: 503, lastError: 'the receiver answers 503', refused: null })
    nextFault = () => 410
    await until(async () => (await findSink(store.database, id))?.refused !== null, { timeoutMs: 15_000 })
    nextFault = () => 'none'
    await updateSink(store.database, { id, settings: { active: true } }, 'test')
    await until(() => copy.size === 1)
    expect(Object.fromEntries(copy)).toEqual(await truth([sourceId]))
  })

  it('retries when a busy receiver asks for it, and not before', async () => {
    const { sourceId, put } = await store.openSource()
    await put([{ key: 'a', v: 1 }])
    nextFault = () => 429
    retryAfter = '3600'
    const id = await addSink({ sources: [sourceId] })
    startWorker()
    await until(async () => (await findSink(store.database, id))?.attempts === 1)
    const nextAt = (await findSink(store.database, id))?.nextAt?.getTime() ?? 0
    expect(nextAt - Date.now()).toBeGreaterThan(3_500_000)
    expect(nextAt - Date.now()).toBeLessThanOrEqual(3_600_000)
  })

  it('reports what was accepted, what failed, its status, and how far it is behind', async () => {
    const { sourceId, put } = await store.openSource()
    await put([
      { key: 'a', v: 1 },
      { key: 'b', v: 1 },
    ])
    let turn = 0
    nextFault = () => (turn++ === 0 ? 503 : 'none')
    const id = await addSink({ sources: [sourceId] })
    startWorker()
    await until(() => copy.size === 2, { timeoutMs: 15_000 })
    await until(async () => (await findSink(store.database, id))?.delivered === 2n)
    const { body } = await metrics.expose()
    for (const line of [
      `inlet_sink_changes_total{sink="${id}",process="worker"} 2`,
      `inlet_sink_messages_total{sink="${id}",outcome="failed",process="worker"} 1`,
      `inlet_sink_messages_total{sink="${id}",outcome="delivered",process="worker"} 1`,
    ])
      expect(body).toContain(line)
    expect(body).toMatch(new RegExp(`inlet_sink_status\\{sink="${id}",status="(current|delivering)",process="worker"\\} 1`, 'u'))
    expect(body).toContain(`inlet_sink_lag_seconds{sink="${id}",process="worker"}`)
  })

  it('reaches no address that the egress guard refuses', async () => {
    const { sourceId, put } = await store.openSource()
    await put([{ key: 'a', v: 1 }])
    const id = await addSink({ sources: [sourceId] })
    startWorker({ allow: [] })
    await until(async () => (await findSink(store.database, id))?.attempts !== 0)
    expect((await findSink(store.database, id))?.lastError).toMatch(/^(EGRESS_BLOCKED|URL_)/u)
    expect(messages).toEqual([])
  })

  it('gets everything again when its position is no longer valid', async () => {
    const { sourceId, put } = await store.openSource()
    await put([{ key: 'a', v: 1 }])
    const id = await addSink({ sources: [sourceId] })
    const worker = startWorker({ holdMs: 300 })
    await until(() => copy.size === 1)
    await worker.kill()
    await put([{ key: 'b', v: 1 }])
    await store.rows(`UPDATE sinks SET position = jsonb_set(position, '{cluster}', '"another"')`)
    copy = new Map()
    startWorker()
    await until(() => copy.size === 2)
    expect(Object.fromEntries(copy)).toEqual(await truth([sourceId]))
    expect((await findSink(store.database, id))?.attempts).toBe(0)
  })
})
