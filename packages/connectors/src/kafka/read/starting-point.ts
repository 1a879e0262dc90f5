import { setTimeout } from 'node:timers/promises'
import { Failure, type RejectedRecord } from '@inlet/connector-sdk'
import { type Cluster, EARLIEST, LATEST } from '../client/cluster.js'
import type { KafkaConfig } from '../config.js'
import type { Positions } from '../cursor.js'

export interface Plan {
  readonly positions: Map<number, number>
  /** The end of each partition when the read began. */
  readonly ends: ReadonlyMap<number, number>
  /** Rejections that report messages deleted before they were read. */
  readonly losses: readonly RejectedRecord[]
}

export interface PlanRequest {
  readonly cluster: Pick<Cluster, 'offsets'>
  readonly topic: string
  readonly partitions: readonly number[]
  /** Saved positions; null on the first read. A partition without one was created later and is read from its beginning. */
  readonly saved: Positions | null
  readonly config: Pick<KafkaConfig, 'start' | 'onLoss'>
}

/** A newly elected leader may, for a moment, know less than its predecessor. */
const ELECTION_TRIES = 4
const ELECTION_PAUSE_MS = 500

/** Plans where a read of a topic starts. Throws CURSOR_IN_FUTURE beyond the end, CURSOR_INVALID where messages are gone and `onLoss` is `fail`. */
export const planRead = async (request: PlanRequest): Promise<Plan> => {
  const { cluster, topic, partitions, saved } = request
  const earliest = await cluster.offsets(topic, partitions, EARLIEST)
  const ends = await endsBeyond(request)
  const positions = saved === null ? await firstPositions(request, { earliest, ends }) : new Map(saved)
  const losses: RejectedRecord[] = []
  for (const partition of partitions) {
    const begin = earliest.get(partition) ?? 0
    const position = positions.get(partition) ?? begin
    positions.set(partition, Math.max(position, begin))
    if (position < begin) losses.push(loseOrFail(request, { partition, from: position, to: begin }))
  }
  return { positions, ends, losses }
}

const endsBeyond = async ({ cluster, topic, partitions, saved }: PlanRequest): Promise<ReadonlyMap<number, number>> => {
  for (let attempt = 1; ; attempt += 1) {
    const ends = await cluster.offsets(topic, partitions, LATEST)
    const ahead = [...(saved ?? [])].find(([partition, position]) => position > (ends.get(partition) ?? Number.POSITIVE_INFINITY))
    const missing = [...(saved ?? [])].find(([partition]) => !partitions.includes(partition))
    if (ahead === undefined && missing === undefined) return ends
    if (attempt >= ELECTION_TRIES) throw new Failure('CURSOR_IN_FUTURE', describeFuture(topic, ahead ?? missing, ends), { next: RECREATED })
    await setTimeout(ELECTION_PAUSE_MS)
  }
}

const RECREATED =
  'If the topic was recreated, `inlet sources reset-cursor {source}` (POST /v1/sources/{id}/reset-cursor) reads it from the beginning; else find out what became of its messages.'

const describeFuture = (topic: string, at: readonly [number, number] | undefined, ends: ReadonlyMap<number, number>): string => {
  const [partition = 0, position = 0] = at ?? []
  const end = ends.get(partition)
  const found = end === undefined ? 'does not exist' : `ends at ${end}`
  return `the next offset of partition ${partition} of ${topic} is ${position}, but the partition ${found}: the topic was recreated or has lost messages`
}

const firstPositions = async (
  { cluster, topic, partitions, config: { start } }: PlanRequest,
  { earliest, ends }: { readonly earliest: Positions; readonly ends: Positions },
): Promise<Map<number, number>> => {
  if (start === 'earliest') return new Map(earliest)
  if (start === 'latest') return new Map(ends)
  const at = await cluster.offsets(topic, partitions, Date.parse(start))
  // No message is that recent: start with what arrives from now on.
  return new Map([...at].map(([partition, offset]) => [partition, offset < 0 ? (ends.get(partition) ?? 0) : offset]))
}

/** Applies `onLoss` to messages that were deleted before they were read. */
const loseOrFail = (
  { topic, config: { onLoss } }: PlanRequest,
  { partition, from, to }: { readonly partition: number; readonly from: number; readonly to: number },
): RejectedRecord => {
  const message = `offsets ${from} to ${to - 1} of partition ${partition} of ${topic} were deleted before they were read (retention, or deleted records)`
  if (onLoss === 'fail')
    throw new Failure('CURSOR_INVALID', message, {
      next: 'Set onLoss to "continue" to read what is left, or reset the cursor; and keep messages for longer.',
    })
  return { stream: topic, key: [partition, from], reason: 'OFFSETS_GONE', message }
}
