import { Failure } from '@inlet/connector-sdk'
import type { FetchRequest } from '../client/broker-link.js'
import type { Cluster } from '../client/cluster.js'
import type { PartitionAnswer } from '../records/decode-fetch.js'
import { createBell } from './bell.js'
import { createFeed, type Feed, type OpenFeed } from './feed.js'

export interface FetcherDeps {
  readonly cluster: Pick<Cluster, 'leaderOf' | 'broker' | 'describe' | 'toFailure'>
  readonly nameOfError: (code: number) => string
  readonly maxBytes: number
  /** Milliseconds; only differences count. */
  readonly now: () => number
}

/** Fetches for all topics that are read at the time: one request at a time to each broker, whatever number of topics there is. */
export interface Fetcher {
  /**
   * Begins to fetch a topic at these offsets, each partition up to its goal, or on and on without `goals`. The caller closes the
   * feed. One feed for each topic.
   */
  open(topic: string, from: ReadonlyMap<number, number>, goals: ReadonlyMap<number, number> | undefined): Feed
  close(): void
}

/** How long a broker waits for a first byte. */
const LONG_POLL_MS = 500
/** The same while a topic pauses, so that it need not wait for the others when it continues. */
const SHORT_POLL_MS = 50
const PARTITION_BYTES = 1024 * 1024
/** A broker that is unavailable, a leader that moves: tried again for this long. */
const PATIENCE_MS = 10_000
const PAUSE_MS = 250
const REST_MS = 60_000
/** Leaders that moved, and brokers that do not know it yet. */
const PASSING = new Set([
  'UNKNOWN_TOPIC_OR_PARTITION',
  'LEADER_NOT_AVAILABLE',
  'NOT_LEADER_FOR_PARTITION',
  'REPLICA_NOT_AVAILABLE',
  'KAFKA_STORAGE_ERROR',
  'FENCED_LEADER_EPOCH',
  'UNKNOWN_LEADER_EPOCH',
  'OFFSET_NOT_AVAILABLE',
  'REQUEST_TIMED_OUT',
])

interface Ask {
  readonly feed: OpenFeed
  readonly partition: number
  readonly offset: number
}

export const createFetcher = ({ cluster, nameOfError, maxBytes, now }: FetcherDeps): Fetcher => {
  const feeds = new Map<string, OpenFeed>()
  const pumps = new Set<number>()
  const taken = createBell()
  let closed = false

  const collect = (nodeId: number): { readonly asks: readonly Ask[]; readonly resting: boolean } => {
    const asks: Ask[] = []
    let resting = false
    for (const feed of feeds.values())
      for (const [partition, offset] of feed.wanted) {
        if (cluster.leaderOf(feed.topic, partition) !== nodeId) continue
        if (feed.hungry) asks.push({ feed, partition, offset })
        else resting = true
      }
    return { asks, resting }
  }

  const pump = async (nodeId: number): Promise<void> => {
    while (!closed) {
      const { asks, resting } = collect(nodeId)
      if (asks.length > 0) await fetchOnce(nodeId, asks, resting ? SHORT_POLL_MS : LONG_POLL_MS)
      else if (resting) await taken.wait(REST_MS)
      else break
    }
    pumps.delete(nodeId)
  }
  const ensurePumps = (): void => {
    for (const feed of feeds.values())
      for (const partition of feed.wanted.keys()) {
        const nodeId = cluster.leaderOf(feed.topic, partition)
        if (pumps.has(nodeId)) continue
        pumps.add(nodeId)
        void pump(nodeId)
      }
  }

  const fetchOnce = async (nodeId: number, asks: readonly Ask[], maxWaitTime: number): Promise<void> => {
    const doing = `fetching ${[...new Set(asks.map(({ feed }) => feed.topic))].slice(0, 3).join(', ')}`
    try {
      const { errorCode, partitions } = await cluster.broker(nodeId).fetch(toRequest(asks, { maxWaitTime, maxBytes }))
      if (errorCode !== 0) throw cluster.toFailure({ type: nameOfError(errorCode) }, doing)
      const stale = partitions.flatMap((answer) => deliver(answer, asks))
      if (stale.length > 0) await recover(stale)
    } catch (error) {
      const failure = cluster.toFailure(error, doing)
      if (!closed) await recover(asks.map((ask) => ({ ask, failure })))
    }
  }

  /** Hands on what came; answers what must be tried again. */
  const deliver = (answer: PartitionAnswer, asks: readonly Ask[]): readonly Trouble[] => {
    const ask = asks.find(({ feed, partition }) => feed.topic === answer.topic && partition === answer.partition)
    // Closed, or sought elsewhere meanwhile.
    if (ask === undefined || feeds.get(answer.topic) !== ask.feed || ask.feed.wanted.get(ask.partition) !== ask.offset) return []
    const { feed, partition, offset } = ask
    if (answer.errorCode === 0) {
      feed.noteTrouble(partition, null)
      feed.noteEnd(partition, answer.highWatermark)
      const nextOffset = Math.max(offset, answer.nextOffset ?? offset)
      const messages = answer.messages.filter((message) => message.offset >= offset)
      if (nextOffset > offset) feed.push({ partition, messages, nextOffset, bytes: answer.bytes })
      else if (answer.bytes > 0)
        feed.fail(new Failure('UPSTREAM_INVALID', `partition ${partition} of ${feed.topic} does not go on after offset ${offset}`))
      return []
    }
    const error = nameOfError(answer.errorCode)
    if (error === 'OFFSET_OUT_OF_RANGE') feed.noteLost(partition)
    else {
      const failure = cluster.toFailure({ type: error }, `fetching partition ${partition} of ${feed.topic}`)
      if (PASSING.has(error)) return [{ ask, failure }]
      feed.fail(failure)
    }
    return []
  }

  interface Trouble {
    readonly ask: Ask
    readonly failure: Failure
  }
  /** Gives leaders time to move and finds them; what lasts too long, or will not pass, ends its feed. */
  const recover = async (troubles: readonly Trouble[]): Promise<void> => {
    for (const { ask, failure } of troubles) {
      const lasts = ask.feed.noteTrouble(ask.partition, now()) > PATIENCE_MS
      if (lasts || !(failure.code === 'transient' || failure.reason === 'NOT_FOUND_UPSTREAM')) ask.feed.fail(failure)
    }
    await taken.wait(PAUSE_MS)
    if (closed || feeds.size === 0) return
    await cluster.describe([...feeds.keys()]).catch(() => undefined)
    ensurePumps()
  }

  return {
    open(topic, from, goals) {
      const came = createBell()
      const feed: OpenFeed = createFeed(topic, goals, { taken: { ...taken, ring: () => (taken.ring(), ensurePumps()) }, came }, () => {
        if (feeds.get(topic) === feed) feeds.delete(topic)
        taken.ring()
      })
      feeds.set(topic, feed)
      for (const [partition, offset] of from) feed.seek(partition, offset)
      return feed
    },
    close() {
      closed = true
      feeds.clear()
      taken.ring()
    },
  }
}

const toRequest = (asks: readonly Ask[], limits: Pick<FetchRequest, 'maxWaitTime' | 'maxBytes'>): FetchRequest => {
  const topics = new Map<string, { partition: number; fetchOffset: number; maxBytes: number }[]>()
  // Brokers fill their answer in this order, so it changes each time.
  const turn = Math.floor(Math.random() * asks.length)
  for (const { feed, partition, offset } of [...asks.slice(turn), ...asks.slice(0, turn)]) {
    const partitions = topics.get(feed.topic) ?? []
    topics.set(feed.topic, partitions)
    partitions.push({ partition, fetchOffset: offset, maxBytes: Math.min(limits.maxBytes, PARTITION_BYTES) })
  }
  return { ...limits, topics: [...topics].map(([topic, partitions]) => ({ topic, partitions })) }
}
