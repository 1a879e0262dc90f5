import { type Cluster, LATEST } from './client/cluster.js'
import type { TopicInfo } from './client/topic-info.js'
import type { KafkaConfig } from './config.js'
import { findTopics } from './streams.js'

/** How many topics are tried; trying the rest would take longer than a check may. */
const TRIED = 20

/** Checks that the topics exist and the account may read them. Throws UNREACHABLE, AUTH_FAILED, PERMISSION_DENIED, NOT_FOUND_UPSTREAM. */
export const checkKafka = async (cluster: Cluster, config: KafkaConfig, nameOfError: (code: number) => string): Promise<void> => {
  const topics = await findTopics(cluster, config)
  for (const info of topics.slice(0, TRIED)) await tryToRead(cluster, info, nameOfError)
  if (config.commitGroup !== undefined) await cluster.findCoordinator(config.commitGroup)
}

/** Fetches what comes next in one partition, without waiting for it: brokers check the permission before anything else. */
const tryToRead = async (cluster: Cluster, { topic, partitions }: TopicInfo, nameOfError: (code: number) => string): Promise<void> => {
  const [partition] = partitions
  if (partition === undefined) return
  const ends = await cluster.offsets(topic, [partition], LATEST)
  const ask = { partition, fetchOffset: ends.get(partition) ?? 0, maxBytes: 1 }
  const doing = `reading topic ${topic}`
  const broker = cluster.broker(cluster.leaderOf(topic, partition))
  const answer = await broker.fetch({ maxWaitTime: 0, maxBytes: 1, topics: [{ topic, partitions: [ask] }] }).catch((error: unknown) => {
    throw cluster.toFailure(error, doing)
  })
  const failed = answer.partitions.find(({ errorCode }) => errorCode !== 0)
  if (failed !== undefined) throw cluster.toFailure({ type: nameOfError(failed.errorCode) }, doing)
}
