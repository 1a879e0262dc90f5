import type { Retry } from '@inlet/db'
import { batchHash, MAX_BATCH_BYTES, MAX_BATCH_RECORDS, type RejectedRecord, type SourceRecord } from '@inlet/domain'
import type { DraftBatch } from './batcher.js'
import { type PackedLine, packRecord, packRejected } from './pack-record.js'
import { type PayloadLine, toPayload } from './payload-writer.js'

/** The result of mapping a retried record: records to store (none: the mapping leaves it out), or why it fails again. */
export interface MappedRetry {
  readonly retry: Retry
  readonly records: readonly SourceRecord[]
  readonly rejected: RejectedRecord | null
}

/** Packs mapped retries into batches; the completion of a retry travels with the batch of its last entry. Pure. */
export function* packRetries(retries: readonly MappedRetry[]): Generator<DraftBatch> {
  let lines: (PayloadLine & Pick<PackedLine, 'op'>)[] = []
  let bytes = 0
  let over: { id: string; leftOut?: boolean }[] = []
  const take = (): DraftBatch => {
    const counts = { u: 0, d: 0, n: 0, q: 0 }
    for (const { op } of lines) counts[op] += 1
    const payload = toPayload(lines)
    const effects = over.length === 0 ? undefined : { retries: over }
    const batch = {
      payload,
      counts,
      bytes: payload.length,
      effects,
      sweptStreams: undefined,
      sha256: batchHash(payload, effects),
      keyHashes: [],
    }
    lines = []
    bytes = 0
    over = []
    return batch
  }
  for (const { retry, records, rejected } of retries) {
    // If a record fails in part, nothing of it is stored: otherwise it would be reported as failed and be stored all the same.
    const packed = rejected === null ? records.map((record) => packRecord(record)) : [packRejected(rejected)]
    const refused = packed.find(({ op }) => op === 'q')
    for (const { op, line: bare } of refused === undefined ? packed : [refused]) {
      const line = withPlace(bare, retry)
      const entry = { op, line, bytes: Buffer.byteLength(line) }
      if (lines.length > 0 && (lines.length >= MAX_BATCH_RECORDS || bytes + entry.bytes + 2 > MAX_BATCH_BYTES)) yield take()
      lines.push(entry)
      bytes += entry.bytes + 2
    }
    over.push({ id: retry.id, ...(packed.length === 0 ? { leftOut: true } : {}) })
    if (over.length >= MAX_BATCH_RECORDS) yield take()
  }
  if (over.length > 0) yield take()
}

/** Adds to an entry the row it comes from and the batch that row first came in. */
const withPlace = (line: string, { id, epoch, seq }: Retry): string => `${line.slice(0, -1)},"qid":"${id}","qe":${epoch},"qs":${seq}}`
