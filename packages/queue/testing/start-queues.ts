import { createTestDatabase, startRedis, type TestRedis } from '@inlet/testing'
import { inject } from 'vitest'
import { type Consumer, type ConsumerOptions, openConsumer } from '../src/consumer.js'
import type { QueueName } from '../src/jobs.js'
import { openQueues, type Queues, UNCONFIRMED } from '../src/queues.js'

/** Name and redis-server of each backend that can run here; an empty path for Postgres. */
export const backends = (): readonly (readonly [string, string])[] => [
  ['postgres', ''],
  ...(inject('redisServer') === '' ? [] : [['redis', inject('redisServer')] as const]),
]

export interface TestQueues {
  readonly queues: Queues
  readonly connection: { readonly redisUrl: string | null; readonly databaseUrl: string; readonly prefix: string }
  /** Null when the queue is in Postgres. */
  readonly redis: TestRedis | null
  /** Opens a consumer, which is closed at the end unless the test does it. */
  consume(options: Pick<ConsumerOptions, 'queue' | 'handlers'> & Partial<ConsumerOptions>): Promise<Consumer>
  /** Counts the jobs of a queue that are not done. */
  waiting(queue: QueueName): Promise<number>
  close(): Promise<void>
}

/** Starts queues on a server of their own. The caller closes them. */
export const startTestQueues = async (redisServer: string): Promise<TestQueues> => {
  const store = await createTestDatabase(inject('postgresUrl'))
  const redis = redisServer === '' ? null : await startRedis(redisServer)
  const connection = { redisUrl: redis?.url ?? null, databaseUrl: store.url, prefix: 'test' }
  const queues = await openQueues({ ...connection, confirm: UNCONFIRMED, onError: () => {} })
  const consumers: Consumer[] = []
  return {
    queues,
    connection,
    redis,
    async consume(options) {
      const consumer = await openConsumer({ ...connection, concurrency: 2, lockMs: 3_000, onError: () => {}, ...options })
      consumers.push(consumer)
      return consumer
    },
    async waiting(queue) {
      const counts = (await queues.counts())[queue]
      return ['waiting', 'prioritized', 'delayed', 'active'].reduce((sum, state) => sum + (counts[state] ?? 0), 0)
    },
    async close() {
      await Promise.all(consumers.map((consumer) => consumer.close(1_000)))
      await queues.close()
      await redis?.stop()
      await store.drop()
    },
  }
}
