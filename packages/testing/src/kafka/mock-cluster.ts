import type { Librdkafka } from './librdkafka.js'

export interface MockCluster {
  /** `host:port` of each broker, in the order of their numbers from 1. */
  readonly brokers: readonly string[]
  createTopic(topic: string, partitions: number): void
  /** Answers requests of a kind with these error codes, one each, in order. */
  failRequests(apiKey: number, codes: readonly number[]): void
  /** Answers every request for a topic with an error code; 0 ends it. */
  failTopic(topic: string, code: number): void
  setLeader(topic: string, partition: number, broker: number): void
  setDown(broker: number, down: boolean): void
  /** Milliseconds that a broker takes for each response. */
  setRoundTrip(broker: number, ms: number): void
  produce(topic: string, messages: readonly MockMessage[], options?: ProduceOptions): void
  close(): void
}

export interface MockMessage {
  readonly partition: number
  readonly key?: string | Buffer | null
  readonly value: string | Buffer | null
}

export interface ProduceOptions {
  readonly codec?: 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd'
}

const [PRODUCER, COPY] = [0, 2]
const FLUSH_MS = 30_000
const QUEUE_FULL_PAUSE_MS = 20

/** Starts librdkafka's mock cluster in this process, on free ports, within milliseconds. The caller closes it. */
export const startMockCluster = (library: Librdkafka, brokers = 1): MockCluster => {
  const f = (declaration: string) => library.func(declaration)
  const newConf = f('void *rd_kafka_conf_new()')
  const setConf = f('int rd_kafka_conf_set(void*, str, str, void*, size_t)')
  const newClient = f('void *rd_kafka_new(int, void*, void*, size_t)')
  const destroyClient = f('void rd_kafka_destroy(void*)')
  const newTopic = f('void *rd_kafka_topic_new(void*, str, void*)')
  const produceOne = f('int rd_kafka_produce(void*, int32_t, int, void*, size_t, void*, size_t, void*)')
  const poll = f('int rd_kafka_poll(void*, int)')
  const flush = f('int rd_kafka_flush(void*, int)')

  const open = (settings: Readonly<Record<string, string>>): unknown => {
    const conf = newConf()
    for (const [name, value] of Object.entries(settings)) {
      const error = Buffer.alloc(512)
      if (setConf(conf, name, value, error, 512) !== 0) throw new Error(`librdkafka refuses ${name}=${value}: ${error.toString()}`)
    }
    const client = newClient(PRODUCER, conf, Buffer.alloc(512), 512)
    if (client === null) throw new Error('librdkafka gives no client')
    return client
  }
  const host = open({ 'client.id': 'mock' })
  const cluster = f('void *rd_kafka_mock_cluster_new(void*, int)')(host, brokers)
  const bootstrap = f('str rd_kafka_mock_cluster_bootstraps(void*)')(cluster) as string
  const producers = new Map<string, { readonly client: unknown; readonly topics: Map<string, unknown> }>()

  const producerOf = (codec: string) => {
    const present = producers.get(codec)
    if (present !== undefined) return present
    const client = open({ 'bootstrap.servers': bootstrap, 'compression.codec': codec, 'linger.ms': '1', 'queue.buffering.max.messages': '1000000' })
    const made = { client, topics: new Map<string, unknown>() }
    producers.set(codec, made)
    return made
  }
  const push = f('void rd_kafka_mock_push_request_errors_array(void*, int16_t, size_t, int *)')
  const setTopicError = f('void rd_kafka_mock_topic_set_error(void*, str, int)')
  const setLeader = f('int rd_kafka_mock_partition_set_leader(void*, str, int32_t, int32_t)')
  const setRtt = f('int rd_kafka_mock_broker_set_rtt(void*, int32_t, int)')
  const [down, up] = [f('int rd_kafka_mock_broker_set_down(void*, int32_t)'), f('int rd_kafka_mock_broker_set_up(void*, int32_t)')]
  const createTopic = f('int rd_kafka_mock_topic_create(void*, str, int, int)')
  const destroyCluster = f('void rd_kafka_mock_cluster_destroy(void*)')

  return {
    brokers: bootstrap.split(','),
    createTopic: (topic, partitions) => void createTopic(cluster, topic, partitions, 1),
    failRequests: (apiKey, codes) => void push(cluster, apiKey, codes.length, [...codes]),
    failTopic: (topic, code) => void setTopicError(cluster, topic, code),
    setLeader: (topic, partition, broker) => void setLeader(cluster, topic, partition, broker),
    setDown: (broker, isDown) => void (isDown ? down : up)(cluster, broker),
    setRoundTrip: (broker, ms) => void setRtt(cluster, broker, ms),
    produce(topic, messages, { codec = 'none' } = {}) {
      const { client, topics } = producerOf(codec)
      const handle = topics.get(topic) ?? newTopic(client, topic, null)
      topics.set(topic, handle)
      for (const { partition, key = null, value } of messages) {
        const [keyBytes, bytes] = [toBytes(key), toBytes(value)]
        while (produceOne(handle, partition, COPY, bytes, bytes?.length ?? 0, keyBytes, keyBytes?.length ?? 0, null) !== 0)
          poll(client, QUEUE_FULL_PAUSE_MS)
      }
      if (flush(client, FLUSH_MS) !== 0) throw new Error(`not everything could be produced to ${topic}`)
    },
    close() {
      const destroyTopic = f('void rd_kafka_topic_destroy(void*)')
      for (const { client, topics } of producers.values()) {
        for (const handle of topics.values()) destroyTopic(handle)
        destroyClient(client)
      }
      destroyCluster(cluster)
      destroyClient(host)
    },
  }
}

const toBytes = (value: string | Buffer | null): Buffer | null => (typeof value === 'string' ? Buffer.from(value) : value)
