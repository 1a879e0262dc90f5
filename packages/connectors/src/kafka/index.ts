import { abortable, type Connection, type ConnectorContext, defineConnector } from '@inlet/connector-sdk'
import { checkKafka } from './check.js'
import type { Cluster } from './client/cluster.js'
import { openCluster } from './client/open-cluster.js'
import { addressesOf, type KafkaConfig, type KafkaSecrets, kafkaConfig, kafkaSecrets, validateKafka } from './config.js'
import { createFetcher, type Fetcher } from './read/fetcher.js'
import { readTopic } from './read/read-topic.js'
import { findTopics, toStream } from './streams.js'

interface KafkaConnection extends Connection {
  readonly context: ConnectorContext<KafkaConfig, KafkaSecrets>
  readonly cluster: Cluster
  readonly nameOfError: (code: number) => string
  readonly fetcher: Fetcher
}

/** Reads topics of Kafka without a consumer group: Inlet keeps the positions. */
export default defineConnector<KafkaConfig, KafkaSecrets, KafkaConnection>({
  type: 'kafka',
  version: '1.0.0',
  title: 'Kafka',
  description: 'Messages of Kafka topics as they come: JSON, text or binary, with headers; compacted topics by key with their deletions.',
  continuous: true,
  configSchema: kafkaConfig,
  secretSchema: kafkaSecrets,
  validate: validateKafka,
  egress: ({ brokers }) => addressesOf(brokers).map(({ host, port }, index) => ({ field: `brokers.${index}`, host, port })),

  connect: (context) => {
    const { cluster, nameOfError, close } = openCluster(context)
    const fetcher = createFetcher({ cluster, nameOfError, maxBytes: context.config.maxFetchBytes, now: () => context.now().getTime() })
    return Promise.resolve({
      context,
      cluster,
      nameOfError,
      fetcher,
      async [Symbol.asyncDispose]() {
        fetcher.close()
        await close()
      },
    })
  },

  check: ({ cluster, context, nameOfError }, signal) => abortable(checkKafka(cluster, context.config, nameOfError), signal),

  streams: async ({ cluster, context: { config } }, signal) => {
    const topics = await abortable(findTopics(cluster, config), signal)
    return topics.map((info) => toStream(info, config))
  },

  read: (connection, request) => readTopic(connection, request),
})
