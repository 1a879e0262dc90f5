import { expect, it } from 'vitest'
import type { BrokerLink } from './broker-link.js'
import { createCluster } from './cluster.js'

it('names the broker that does not answer', async () => {
  const refused = Object.assign(new Error('refused'), { name: 'KafkaJSConnectionError', code: 'ECONNREFUSED' })
  const cluster = createCluster({
    seeds: [{ host: 'kafka.example.com', port: 9092 }],
    open: () => ({ ask: () => Promise.reject(refused) }) as unknown as BrokerLink,
    nameOfError: String,
    takeRefusal: () => undefined,
  })
  await expect(cluster.describe(null)).rejects.toMatchObject({
    reason: 'UNREACHABLE',
    message: 'asking for topics (kafka.example.com:9092): ECONNREFUSED',
  })
})
