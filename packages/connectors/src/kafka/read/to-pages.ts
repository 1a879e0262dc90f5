import type { Page, RejectedRecord, SourceRecord } from '@inlet/connector-sdk'
import type { KafkaConfig } from '../config.js'
import { toRecord } from '../records/to-record.js'
import type { Chunk } from './fetch-buffer.js'

const PAGE_RECORDS = 1_000
const PAGE_BYTES = 1024 * 1024

/** A page without its cursor. */
export interface ChunkPage extends Required<Pick<Page, 'records' | 'rejected'>> {
  /** The offsets it leads to, of the partitions that it moves. */
  readonly moved: ReadonlyMap<number, number>
}

/** Packs chunks into as few pages as possible. A chunk of nothing but transaction markers still moves its partition. */
export function* toPages(chunks: readonly Chunk[], topic: string, form: Pick<KafkaConfig, 'format' | 'key'>): Generator<ChunkPage> {
  let records: SourceRecord[] = []
  let rejected: RejectedRecord[] = []
  let moved = new Map<number, number>()
  let bytes = 0
  for (const { partition, messages, nextOffset } of chunks) {
    for (const message of messages) {
      const size = (message.key?.length ?? 0) + (message.value?.length ?? 0)
      const count = records.length + rejected.length
      if (count > 0 && (count >= PAGE_RECORDS || bytes + size > PAGE_BYTES)) {
        yield { records, rejected, moved }
        records = []
        rejected = []
        moved = new Map()
        bytes = 0
      }
      const made = toRecord(message, { topic, partition }, form)
      if ('reason' in made) rejected.push(made)
      else records.push(made)
      moved.set(partition, message.offset + 1)
      bytes += size
    }
    moved.set(partition, nextOffset)
  }
  if (moved.size > 0) yield { records, rejected, moved }
}
