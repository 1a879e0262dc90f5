import { Failure } from '@inlet/connector-sdk'
import type { Address } from '../config.js'
import type { BrokerLink } from './broker-link.js'
import { toKafkaFailure } from './to-failure.js'
import type { CommitResponse, CoordinatorResponse, MetadataResponse, OffsetsResponse, TopicInfo } from './topic-info.js'

export interface ClusterDeps {
  readonly seeds: readonly Address[]
  readonly open: (address: Address) => BrokerLink
  readonly nameOfError: (code: number) => string
  /** Returns, once, why the guard refused an address. */
  readonly takeRefusal: () => Failure | undefined
}

/** Positions to request offsets for, besides a moment in ms since 1970. */
export const LATEST = -1
export const EARLIEST = -2
/** Stands for the leader of a partition that has none right now. */
export const NO_LEADER = -1

/** The brokers of a cluster, and which of them leads each partition. Every method throws a Failure. */
export interface Cluster {
  /** Describes topics and records their leaders; null: all topics. */
  describe(topics: readonly string[] | null): Promise<readonly TopicInfo[]>
  /** Returns the leader of a partition, as last described. */
  leaderOf(topic: string, partition: number): number
  /** Returns a broker by its number; throws UNREACHABLE for NO_LEADER and for an unknown number. */
  broker(nodeId: number): BrokerLink
  /** Returns the offsets of partitions at a position; LATEST is the end of committed messages. */
  offsets(topic: string, partitions: readonly number[], at: number): Promise<ReadonlyMap<number, number>>
  /** Commits positions under a group that no one has joined, for display. */
  commit(group: string, topic: string, positions: ReadonlyMap<number, number>): Promise<void>
  /** Finds the coordinator of a group, which shows whether the account may use it. */
  findCoordinator(group: string): Promise<BrokerLink>
  /** Returns the failure for a thrown value or an error code. */
  toFailure(thrown: unknown, doing: string): Failure
}

const nameOf = ({ host, port }: Address): string => `${host}:${port}`

export const createCluster = ({ seeds, open, nameOfError, takeRefusal }: ClusterDeps): Cluster => {
  const links = new Map<string, BrokerLink>()
  const nodes = new Map<number, string>()
  const leaders = new Map<string, ReadonlyMap<number, number>>()

  const linkTo = (address: Address): BrokerLink => {
    const name = nameOf(address)
    const link = links.get(name) ?? open(address)
    links.set(name, link)
    return link
  }
  const toFailure = (thrown: unknown, doing: string): Failure => takeRefusal() ?? toKafkaFailure(thrown, doing)
  const check = (errorCode: number, doing: string): void => {
    if (errorCode !== 0) throw toKafkaFailure({ type: nameOfError(errorCode) }, doing)
  }
  const broker = (nodeId: number): BrokerLink => {
    const link = links.get(nodes.get(nodeId) ?? '')
    if (link === undefined) throw new Failure('UNREACHABLE', 'a partition has no leader now')
    return link
  }

  /** Asks one broker after the other, known ones first; a refused account ends the search. */
  const askAny = async <T>(api: string, args: object, doing: string): Promise<T> => {
    for (const seed of seeds) linkTo(seed)
    let failure: Failure | undefined
    for (const name of new Set([...nodes.values(), ...seeds.map(nameOf)])) {
      const link = links.get(name)
      if (link === undefined) continue
      try {
        return await link.ask<T>(api, args)
      } catch (error) {
        failure = toFailure(error, `${doing} (${name})`)
        if (!['transient', 'upstream_invalid'].includes(failure.code)) throw failure
      }
    }
    throw failure ?? new Failure('UNREACHABLE', `${doing}: no broker is known`)
  }

  const describe = async (topics: readonly string[] | null): Promise<readonly TopicInfo[]> => {
    const answer = await askAny<MetadataResponse>('Metadata', { topics: topics ?? [], allowAutoTopicCreation: false }, 'asking for topics')
    nodes.clear()
    for (const { nodeId, host, port } of answer.brokers) {
      nodes.set(nodeId, nameOf({ host, port }))
      linkTo({ host, port })
    }
    return answer.topicMetadata.map(({ topic, topicErrorCode, isInternal, partitionMetadata }) => {
      leaders.set(topic, new Map(partitionMetadata.map(({ partitionId, leader }) => [partitionId, leader])))
      const partitions = partitionMetadata.map(({ partitionId }) => partitionId).toSorted((a, b) => a - b)
      return { topic, error: topicErrorCode === 0 ? null : nameOfError(topicErrorCode), internal: isInternal, partitions }
    })
  }
  const leaderOf = (topic: string, partition: number): number => leaders.get(topic)?.get(partition) ?? NO_LEADER

  const findCoordinator = async (group: string): Promise<BrokerLink> => {
    const doing = `finding the coordinator of group ${group}`
    const answer = await askAny<CoordinatorResponse>('GroupCoordinator', { groupId: group, coordinatorType: 0 }, doing)
    check(answer.errorCode, doing)
    return linkTo(answer.coordinator)
  }

  return {
    describe,
    leaderOf,
    broker,
    findCoordinator,
    toFailure,
    async offsets(topic, partitions, at) {
      const doing = `asking for offsets of ${topic}`
      const nodeIds = [...new Set(partitions.map((partition) => leaderOf(topic, partition)))]
      const found = new Map<number, number>()
      const asks = nodeIds.map(async (nodeId) => {
        const led = partitions.filter((partition) => leaderOf(topic, partition) === nodeId)
        const request = { topic, partitions: led.map((partition) => ({ partition, timestamp: at })) }
        const answer = await broker(nodeId)
          .ask<OffsetsResponse>('ListOffsets', { replicaId: -1, isolationLevel: 1, topics: [request] })
          .catch((error: unknown) => {
            throw toFailure(error, doing)
          })
        for (const { partition, errorCode, offset } of answer.responses.flatMap((response) => response.partitions)) {
          check(errorCode, doing)
          found.set(partition, Number(offset ?? -1))
        }
      })
      await Promise.all(asks)
      return found
    },
    async commit(group, topic, positions) {
      const doing = `showing positions under group ${group}`
      const partitions = [...positions].map(([partition, offset]) => ({ partition, offset: String(offset), metadata: null }))
      // Without a generation, the commit fails if the group has members, so it cannot disturb anyone.
      const args = { groupId: group, groupGenerationId: -1, memberId: '', topics: [{ topic, partitions }] }
      const link = await findCoordinator(group)
      const answer = await link.ask<CommitResponse>('OffsetCommit', args).catch((error: unknown) => {
        throw toFailure(error, doing)
      })
      for (const { errorCode } of answer.responses.flatMap((response) => response.partitions)) check(errorCode, doing)
    },
  }
}
