import { createTestDatabase, startRedis } from '@inlet/testing'
import { Redis } from 'ioredis'
import { describe, expect, inject, it } from 'vitest'
import { openQueues, UNCONFIRMED } from './queues.js'
import { findRedisRefusal } from './redis-health.js'

const server = inject('redisServer')

describe.skipIf(server === '')('a Redis that answers (needs redis-server)', () => {
  it('and stores nothing because it is full says so, until it has room', async () => {
    const redis = await startRedis(server)
    const client = new Redis(redis.url)
    try {
      expect(await findRedisRefusal(redis.url)).toBeNull()
      await client.config('SET', 'maxmemory', '1mb')
      expect(await findRedisRefusal(redis.url)).toMatch(/^Redis refuses to store: OOM/)
      await client.config('SET', 'maxmemory', '0')
      expect(await findRedisRefusal(redis.url)).toBeNull()
      await client.replicaof('127.0.0.1', '1')
      expect(await findRedisRefusal(redis.url)).toMatch(/^Redis refuses to store: READONLY/)
    } finally {
      client.disconnect()
      await redis.stop()
    }
  })
})

it('asks nothing of a queue in Postgres', async () => {
  const store = await createTestDatabase(inject('postgresUrl'))
  const queues = await openQueues({ redisUrl: null, databaseUrl: store.url, prefix: 'test', confirm: UNCONFIRMED, onError: () => {} })
  expect(await queues.findRefusal()).toBeNull()
  await queues.close()
  await store.drop()
})
