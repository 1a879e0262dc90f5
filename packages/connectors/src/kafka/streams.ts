import { Failure, type StreamSpec } from '@inlet/connector-sdk'
import type { Cluster } from './client/cluster.js'
import type { TopicInfo } from './client/topic-info.js'
import type { KafkaConfig } from './config.js'

/** Whether a topic matches a name in the settings, in which `*` stands for any characters. Pure. */
export const matches = (topic: string, name: string): boolean => {
  const parts = name.split('*')
  const [first = ''] = parts
  const last = parts.length === 1 ? undefined : parts.at(-1)
  if (last === undefined) return topic === name
  if (!topic.startsWith(first)) return false
  let at = first.length
  for (const part of parts.slice(1, -1)) {
    const found = topic.indexOf(part, at)
    if (found < 0) return false
    at = found + part.length
  }
  return topic.length - last.length >= at && topic.endsWith(last)
}

const isPattern = (name: string): boolean => name.includes('*')

/**
 * Finds the topics a source reads: those it names, and those that match its patterns, without the cluster's own. Throws
 * NOT_FOUND_UPSTREAM, PERMISSION_DENIED, naming the topic.
 */
export const findTopics = async (
  cluster: Pick<Cluster, 'describe' | 'toFailure'>,
  { topics }: Pick<KafkaConfig, 'topics'>,
): Promise<readonly TopicInfo[]> => {
  const names = [...new Set(topics.filter((name) => !isPattern(name)))]
  const patterns = topics.filter(isPattern)
  const named = names.length === 0 ? [] : await cluster.describe(names)
  for (const { topic, error } of named)
    if (error !== null && error !== 'LEADER_NOT_AVAILABLE') throw cluster.toFailure({ type: error }, `topic ${topic}`)
  const all = patterns.length === 0 ? [] : await cluster.describe(null)
  const found = all.filter(({ topic, internal, error }) => !internal && error === null && patterns.some((pattern) => matches(topic, pattern)))
  const chosen = new Map([...found, ...named].map((info) => [info.topic, info]))
  if (chosen.size === 0) throw new Failure('NOT_FOUND_UPSTREAM', `no topic matches ${patterns.join(', ')}`, { field: 'config.topics' })
  return [...chosen.values()].toSorted((a, b) => (a.topic < b.topic ? -1 : 1))
}

export const toStream = ({ topic }: TopicInfo, { key }: Pick<KafkaConfig, 'key'>): StreamSpec => ({
  name: topic,
  kind: key === 'message' ? 'row' : 'event',
  incremental: true,
  deletes: key === 'message' ? 'events' : 'none',
  keyFields: key === 'message' ? ['key of the message'] : ['partition', 'offset'],
})
