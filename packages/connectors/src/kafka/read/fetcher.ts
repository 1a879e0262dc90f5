import { Failure } from '@inlet/connector-sdk'
import type { FetchRequest } from '../client/broker-link.js'
import type { Cluster } from '../client/cluster.js'
import type { PartitionResponse } from '../records/decode-fetch.js'
import { createFetchBuffer, type FetchBuffer, type OpenFetchBuffer } from './fetch-buffer.js'
import { createSignal } from './signal.js'

export interface FetcherDeps {
  readonly cluster: Pick<Cluster, 'leaderOf' | 'broker' | 'describe' | 'toFailure'>
  readonly nameOfError: (code: number) => string
  readonly maxBytes: number
  /** Milliseconds; only differences count. */
  readonly now: () => number
}

/** Fetches for all topics being read: one request at a time to each broker, whatever the number of topics. */
export interface Fetcher {
  /**
   * Starts fetching a topic at these offsets, each partition up to its goal, or indefinitely without `goals`. The caller closes the
   * buffer. One buffer for each topic.
   */
  open(topic: string, from: ReadonlyMap<number, number>, goals: ReadonlyMap<number, number> | undefined): FetchBuffer
  close(): void
}

/** How long a broker waits for the first byte. */
const LONG_POLL_MS = 500
/** The wait while a topic is paused, so that when it resumes it need not wait for the others. */
const SHORT_POLL_MS = 50
const PARTITION_BYTES = 1024 * 1024
/** How long to retry while a broker is unavailable or a leader moves. */
const RETRY_FOR_MS = 10_000
const PAUSE_MS = 250
const REST_MS = 60_000
/** Transient errors: leaders that moved, and brokers that do not know it yet. */
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
  readonly buffer: OpenFetchBuffer
  readonly partition: number
  readonly offset: number
}

export const createFetcher = ({ cluster, nameOfError, maxBytes, now }: FetcherDeps): Fetcher => {
  const buffers = new Map<string, OpenFetchBuffer>()
  const pumps = new Set<number>()
  const capacityFreed = createSignal()
  let closed = false

  const collect = (nodeId: number): { readonly asks: readonly Ask[]; readonly resting: boolean } => {
    const asks: Ask[] = []
    let resting = false
    for (const buffer of buffers.values())
      for (const [partition, offset] of buffer.wanted) {
        if (cluster.leaderOf(buffer.topic, partition) !== nodeId) continue
        if (buffer.hasCapacity) asks.push({ buffer, partition, offset })
        else resting = true
      }
    return { asks, resting }
  }

  const pump = async (nodeId: number): Promise<void> => {
    while (!closed) {
      const { asks, resting } = collect(nodeId)
      if (asks.length > 0) await fetchOnce(nodeId, asks, resting ? SHORT_POLL_MS : LONG_POLL_MS)
      else if (resting) await capacityFreed.wait(REST_MS)
      else break
    }
    pumps.delete(nodeId)
  }
  const ensurePumps = (): void => {
    for (const buffer of buffers.values())
      for (const partition of buffer.wanted.keys()) {
        const nodeId = cluster.leaderOf(buffer.topic, partition)
        if (pumps.has(nodeId)) continue
        pumps.add(nodeId)
        void pump(nodeId)
      }
  }

  const fetchOnce = async (nodeId: number, asks: readonly Ask[], maxWaitTime: number): Promise<void> => {
    const doing = `fetching ${[...new Set(asks.map(({ buffer }) => buffer.topic))].slice(0, 3).join(', ')}`
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

  /** Delivers what was fetched; returns what must be retried. */
  const deliver = (answer: PartitionResponse, asks: readonly Ask[]): readonly Trouble[] => {
    const ask = asks.find(({ buffer, partition }) => buffer.topic === answer.topic && partition === answer.partition)
    // Closed, or moved to another offset in the meantime.
    if (ask === undefined || buffers.get(answer.topic) !== ask.buffer || ask.buffer.wanted.get(ask.partition) !== ask.offset) return []
    const { buffer, partition, offset } = ask
    if (answer.errorCode === 0) {
      buffer.recordFailure(partition, null)
      buffer.recordEnd(partition, answer.highWatermark)
      const nextOffset = Math.max(offset, answer.nextOffset ?? offset)
      const messages = answer.messages.filter((message) => message.offset >= offset)
      if (nextOffset > offset) buffer.push({ partition, messages, nextOffset, bytes: answer.bytes })
      else if (answer.bytes > 0)
        buffer.fail(new Failure('UPSTREAM_INVALID', `partition ${partition} of ${buffer.topic} does not continue after offset ${offset}`))
      return []
    }
    const error = nameOfError(answer.errorCode)
    if (error === 'OFFSET_OUT_OF_RANGE') buffer.markLost(partition)
    else {
      const failure = cluster.toFailure({ type: error }, `fetching partition ${partition} of ${buffer.topic}`)
      if (PASSING.has(error)) return [{ ask, failure }]
      buffer.fail(failure)
    }
    return []
  }

  interface Trouble {
    readonly ask: Ask
    readonly failure: Failure
  }
  /** Gives leaders time to move and finds them again; ends the buffer of whatever takes too long or is permanent. */
  const recover = async (troubles: readonly Trouble[]): Promise<void> => {
    for (const { ask, failure } of troubles) {
      const lasts = ask.buffer.recordFailure(ask.partition, now()) > RETRY_FOR_MS
      if (lasts || !(failure.code === 'transient' || failure.reason === 'NOT_FOUND_UPSTREAM')) ask.buffer.fail(failure)
    }
    await capacityFreed.wait(PAUSE_MS)
    if (closed || buffers.size === 0) return
    await cluster.describe([...buffers.keys()]).catch(() => undefined)
    ensurePumps()
  }

  return {
    open(topic, from, goals) {
      const came = createSignal()
      const buffer: OpenFetchBuffer = createFetchBuffer(
        topic,
        goals,
        { taken: { ...capacityFreed, notify: () => (capacityFreed.notify(), ensurePumps()) }, came },
        () => {
          if (buffers.get(topic) === buffer) buffers.delete(topic)
          capacityFreed.notify()
        },
      )
      buffers.set(topic, buffer)
      for (const [partition, offset] of from) buffer.seek(partition, offset)
      return buffer
    },
    close() {
      closed = true
      buffers.clear()
      capacityFreed.notify()
    },
  }
}

const toRequest = (asks: readonly Ask[], limits: Pick<FetchRequest, 'maxWaitTime' | 'maxBytes'>): FetchRequest => {
  const topics = new Map<string, { partition: number; fetchOffset: number; maxBytes: number }[]>()
  // Brokers fill their response in this order, so it varies.
  const turn = Math.floor(Math.random() * asks.length)
  for (const { buffer, partition, offset } of [...asks.slice(turn), ...asks.slice(0, turn)]) {
    const partitions = topics.get(buffer.topic) ?? []
    topics.set(buffer.topic, partitions)
    partitions.push({ partition, fetchOffset: offset, maxBytes: Math.min(limits.maxBytes, PARTITION_BYTES) })
  }
  return { ...limits, topics: [...topics].map(([topic, partitions]) => ({ topic, partitions })) }
}
