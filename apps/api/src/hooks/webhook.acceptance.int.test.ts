import { createHash } from 'node:crypto'
import { type AcceptanceFixture, describeConnector, repeatUntilStopped } from '@inlet/connector-sdk/testing'
import { connectors } from '@inlet/connectors'
import { addEvents, createStoredInbox, type NewEvent } from '@inlet/db'
import { afterAll, beforeAll } from 'vitest'
import type { TestApi } from '../../testing/start-api.js'
import { createHook, HMAC, push, SIGNING_SECRET, startHookApi } from '../../testing/webhook-sender.js'

const webhook = connectors.find(({ type }) => type === 'webhook')
if (webhook === undefined) throw new Error('the connector is not registered')

let api: TestApi
beforeAll(async () => {
  api = await startHookApi()
})
afterAll(() => api.close())

const CONFIG = { ...HMAC, paths: { key: 'id' }, deleteTypes: ['gone'], idleMs: 0 }
/** With 8 KB of text each: 80 MB, more than the suite allows in memory. */
const LARGE = 10_000

const eventOf = (sourceId: string, n: number, body: object): NewEvent => {
  const bytes = Buffer.from(JSON.stringify(body))
  const contentHash = createHash('sha256').update(bytes).digest()
  return { sourceId, eventId: `event-${n}`, eventType: null, contentHash, headers: { 'content-type': 'application/json' }, body: bytes }
}

/** Adds events through the store, as the API does for a group, since so many requests would take a minute. */
const addMany = async (source: string, from: number, to: number, text = ''): Promise<void> => {
  for (let n = from; n < to; n += 500) {
    const numbers = Array.from({ length: Math.min(500, to - n) }, (_, i) => n + i)
    await addEvents(
      api.database,
      numbers.map((i) => eventOf(source, i, { id: `k${i}`, type: 'made', n: i, text })),
    )
  }
}

/** Opens the real receiver and its inbox in Postgres; changes are pushed over HTTP, signed. */
const openFixture = async (): Promise<AcceptanceFixture> => {
  const source = await createHook(api, CONFIG)
  const send = async (to: string, body: object | string): Promise<void> => {
    const answer = await push(api, to, { body: typeof body === 'string' ? body : JSON.stringify(body) })
    if (answer.status !== 202) throw new Error(answer.text)
  }
  await addMany(source, 0, 5_200)
  let next = 10_000
  const odd = async (config: object, body: object | string) => {
    const id = await createHook(api, config)
    await send(id, body)
    return { config, inbox: createStoredInbox(api.database, id) }
  }
  return {
    config: CONFIG,
    secrets: { signingSecret: SIGNING_SECRET },
    inbox: createStoredInbox(api.database, source),
    minRecords: 5_200,
    truth: () => Promise.resolve(new Map([['events', new Set(Array.from({ length: 5_200 }, (_, n) => `k${n}`))]])),
    async change() {
      await send(source, { id: 'k1', type: 'changed' })
      await send(source, { id: 'k2', type: 'gone' })
      await send(source, { id: `k${next++}`, type: 'made' })
    },
    failures: {
      unreachable: 'senders come to us: there is nothing to reach',
      auth: 'the secret says who may send; there is nobody to show it to',
      permission: 'senders come to us',
    },
    futureCursor: () => ({ inbox: '999999999' }),
    hostile: [
      { name: 'no key', expectReason: 'RECORD_KEY_MISSING', rejected: true, ...(await odd(CONFIG, { type: 'made' })) },
      { name: 'an object as the key', expectReason: 'RECORD_KEY_MISSING', rejected: true, ...(await odd(CONFIG, { id: {} })) },
    ],
    drift: [
      { name: 'another form of body', apply: () => send(source, { id: 'k3', type: { name: 'made' }, more: [1] }) },
      { name: 'a list', apply: () => send(source, [1, 2, 3]) },
    ],
    writer: async () => repeatUntilStopped(() => send(source, { id: `k${next++}`, type: 'made' }), 5),
    blocked: 'the connector connects to nothing',
    async large() {
      const id = await createHook(api, CONFIG)
      await addMany(id, 0, LARGE, 'x'.repeat(8_000))
      return { records: LARGE, stream: 'events', inbox: createStoredInbox(api.database, id) }
    },
    crashRounds: 4,
    close: () => Promise.resolve(),
  }
}

describeConnector(webhook, {
  fixture: openFixture,
  skip: { 'rate-limit': 'the connector asks nobody; the receiver limits its senders (hooks.int.test.ts)' },
})
