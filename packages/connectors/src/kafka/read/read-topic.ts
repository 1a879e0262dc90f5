import {
  abortable,
  type ConnectorContext,
  complete,
  Failure,
  type Page,
  type ReadEnd,
  type ReadRequest,
  type RejectedRecord,
} from '@inlet/connector-sdk'
import type { Cluster } from '../client/cluster.js'
import type { KafkaConfig, KafkaSecrets } from '../config.js'
import { type Positions, parseCursor, toCursor } from '../cursor.js'
import type { FetchBuffer } from './fetch-buffer.js'
import type { Fetcher } from './fetcher.js'
import { showPositions } from './show-positions.js'
import { type Plan, planRead } from './starting-point.js'
import { toPages } from './to-pages.js'

export interface TopicReader {
  readonly context: Pick<ConnectorContext<KafkaConfig, KafkaSecrets>, 'config' | 'log' | 'now'>
  readonly cluster: Cluster
  readonly fetcher: Fetcher
}

const WAIT_MS = 1_000
/** How often the lag is reported while nothing arrives. */
const REPORT_EVERY_MS = 10_000
/** How often to look for new partitions. */
const LOOK_EVERY_MS = 30_000

/** Reads a topic from the cursor: up to its end at the start of the read or, with `until`, whatever arrives until then. */
export async function* readTopic(reader: TopicReader, { stream: topic, cursor, signal, until }: ReadRequest): AsyncGenerator<Page, ReadEnd, void> {
  const { context, cluster, fetcher } = reader
  const { config, log } = context
  const now = (): number => context.now().getTime()
  const saved = parseCursor(cursor)
  const plan = await abortable(planTopic(reader, topic, saved), signal)
  const { positions } = plan
  let ends: ReadonlyMap<number, number> = plan.ends
  signal.throwIfAborted()
  const page = (records: Page['records'] = [], rejected: readonly RejectedRecord[] = []): Page => ({
    records,
    rejected,
    cursor: toCursor(positions),
    progress: describeLag(read, positions, ends),
  })
  let read = 0
  // A first position must be saved, or what arrives before the first message is read would count as never seen.
  if (saved === null || plan.losses.length > 0 || plan.positions.size > saved.size) yield page([], plan.losses)

  const behind = (partition: number): boolean => until !== undefined || (positions.get(partition) ?? 0) < (plan.ends.get(partition) ?? 0)
  const buffer: FetchBuffer = fetcher.open(
    topic,
    new Map([...positions].filter(([partition]) => behind(partition))),
    until === undefined ? plan.ends : undefined,
  )
  const shown = showPositions({ cluster, log }, { group: config.commitGroup, topic })
  const wake = (): void => buffer.wake()
  for (const each of [signal, until]) each?.addEventListener('abort', wake)
  let reportedAt = now()
  let lookedAt = now()
  try {
    while (until === undefined ? [...positions.keys()].some(behind) : !until.aborted) {
      const chunks = buffer.take()
      ends = new Map([...ends, ...buffer.ends])
      if (chunks.length > 0) {
        for (const { records, rejected, moved } of toPages(chunks, topic, config)) {
          for (const [partition, offset] of moved) positions.set(partition, offset)
          read += records.length + rejected.length
          yield page(records, rejected)
          signal.throwIfAborted()
        }
        shown.record(positions, now())
        reportedAt = now()
        continue
      }
      const lost = buffer.takeLost()
      if (lost.length > 0 || now() - lookedAt >= LOOK_EVERY_MS) {
        lookedAt = now()
        const again = await abortable(planTopic(reader, topic, positions), signal)
        const moved = [...again.positions].filter(([partition, offset]) => positions.get(partition) !== offset)
        for (const [partition, offset] of moved) positions.set(partition, offset)
        for (const partition of new Set([...moved.map(([moving]) => moving), ...lost])) buffer.seek(partition, positions.get(partition) ?? 0)
        if (moved.length > 0) yield page([], again.losses)
        continue
      }
      if (until !== undefined && now() - reportedAt >= REPORT_EVERY_MS) {
        reportedAt = now()
        yield { records: [], progress: describeLag(read, positions, ends) }
      }
      if (until?.aborted !== true) await buffer.wait(WAIT_MS)
      signal.throwIfAborted()
    }
  } finally {
    for (const each of [signal, until]) each?.removeEventListener('abort', wake)
    buffer.close()
    if (!signal.aborted) await shown.finish()
  }
  return complete(until === undefined ? 'every partition was read to where it ended at the beginning' : 'it was listened to until the run had to end')
}

const planTopic = async ({ context: { config }, cluster }: TopicReader, topic: string, saved: ReadonlyMap<number, number> | null): Promise<Plan> => {
  const [info] = await cluster.describe([topic])
  if (info === undefined) throw new Failure('NOT_FOUND_UPSTREAM', `there is no topic ${topic}`)
  if (info.error !== null) throw cluster.toFailure({ type: info.error }, `topic ${topic}`)
  return planRead({ cluster, topic, partitions: info.partitions, saved, config })
}

const SHOWN = 10

/** Describes how many messages were read, and how many are still ahead, by partition. Pure. */
export const describeLag = (read: number, positions: Positions, ends: Positions): NonNullable<Page['progress']> => {
  const lags = [...ends]
    .map(([partition, end]) => ({ partition, lag: Math.max(0, end - (positions.get(partition) ?? 0)) }))
    .filter(({ lag }) => lag > 0)
    .toSorted((a, b) => b.lag - a.lag)
  const total = lags.reduce((sum, { lag }) => sum + lag, 0)
  const shown = lags.slice(0, SHOWN).map(({ partition, lag }) => `partition ${partition}: ${lag}`)
  const rest = lags.length > SHOWN ? [`${lags.length - SHOWN} more`] : []
  return { done: read, note: lags.length === 0 ? 'up to date' : `lag ${total} (${[...shown, ...rest].join(', ')})` }
}
