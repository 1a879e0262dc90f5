import { type AcceptanceFixture, describeConnector, repeatUntilStopped } from '@inlet/connector-sdk/testing'
import { findLibrdkafka, type MockMessage, startMockCluster } from '@inlet/testing'
import { describe, expect } from 'vitest'
import { toCursor } from './cursor.js'
import kafka from './index.js'

const library = findLibrdkafka()
const [UNKNOWN_TOPIC, DENIED] = [3, 29]
const PARTITIONS = 4

const order = (n: number): MockMessage => ({
  partition: n % PARTITIONS,
  key: `order-${n}`,
  value: JSON.stringify({ id: n, note: `order ${n}`, total: 1.25 * n }),
})
const orders = (from: number, to: number): MockMessage[] => Array.from({ length: to - from }, (_, n) => order(from + n))

const openFixture = async (): Promise<AcceptanceFixture> => {
  if (library === null) throw new Error('librdkafka is missing')
  const mock = startMockCluster(library, 2)
  mock.createTopic('orders', PARTITIONS)
  mock.createTopic('state', 2)
  mock.produce('orders', orders(0, 3_000), { codec: 'lz4' })
  mock.produce(
    'state',
    Array.from({ length: 1_500 }, (_, n) => ({ partition: n % 2, key: `k${n % 500}`, value: `{"v":${n}}` })),
  )
  // The mock creates topics on request.
  mock.failTopic('gone', UNKNOWN_TOPIC)
  mock.failTopic('secret', DENIED)
  const config = { brokers: mock.brokers, topics: ['orders'] }
  const keys = new Set(Array.from({ length: 3_000 }, (_, n) => `[${n % PARTITIONS},${Math.floor(n / PARTITIONS)}]`))
  const only = (topic: string, more: object = {}) => ({ config: { ...config, topics: [topic], ...more } })
  mock.createTopic('strange', 1)
  mock.produce('strange', [{ partition: 0, key: null, value: Buffer.from([0x7b, 0xff, 0xfe]) }])
  return {
    config,
    secrets: { username: 'canary-user-8c1f', password: 'canary-password-77aa41' },
    allow: [...mock.brokers, '127.0.0.1:1'],
    minRecords: 3_000,
    truth: async () => new Map([['orders', keys]]),
    change: async () => mock.produce('orders', orders(3_000, 3_010)),
    failures: {
      unreachable: { config: { ...config, brokers: ['127.0.0.1:1'] } },
      auth: { config: { ...config, sasl: 'scram-sha-512' } },
      permission: only('secret'),
    },
    futureCursor: () => toCursor(new Map([[0, 999_999]])),
    hostile: [
      { name: 'a value that is not JSON', ...only('strange'), expectReason: 'RECORD_INVALID', rejected: true },
      { name: 'bytes that are not text', ...only('strange', { format: 'text' }), expectReason: 'RECORD_INVALID', rejected: true },
      { name: 'a message without the key that names it', ...only('strange', { key: 'message' }), expectReason: 'RECORD_KEY_MISSING', rejected: true },
      { name: 'a topic that is not there', ...only('gone'), expectReason: 'NOT_FOUND_UPSTREAM' },
      { name: 'a pattern that finds nothing', ...only('nowhere.*'), expectReason: 'NOT_FOUND_UPSTREAM' },
    ],
    drift: [
      {
        name: 'values get another form',
        apply: async () => mock.produce('orders', [{ partition: 0, key: 'order-0', value: '["now a list"]' }]),
        verify: (store) => expect(store.find('orders', [0, 750])?.record.data['value']).toEqual(['now a list']),
      },
    ],
    writer: async () => {
      let next = 10_000
      return repeatUntilStopped(() => {
        mock.produce('orders', orders(next, next + 20))
        next += 20
      }, 5)
    },
    reaches: mock.brokers,
    large: async () => {
      mock.createTopic('large', 30)
      const value = JSON.stringify({ id: 1, note: 'a message like many others', total: 12.5 })
      for (let round = 0; round < 5; round += 1)
        mock.produce(
          'large',
          Array.from({ length: 20_000 }, (_, n) => ({ partition: n % 30, key: `k${n}`, value })),
          { codec: 'lz4' },
        )
      return { ...only('large'), records: 100_000 }
    },
    close: async () => mock.close(),
  }
}

describe.skipIf(library === null)(`librdkafka's mock cluster${library === null ? ' (not run: no librdkafka1, or npm run counterparts)' : ''}`, () => {
  describeConnector(kafka, {
    fixture: openFixture,
    skip: { 'rate-limit': 'brokers slow a client down by answering late, within their quotas; there is no limit that a client could break' },
  })
})
