import type { RecordDetail, RecordHit } from '@inlet/contract'
import { type RankedRecord, type StoredRecordDetails, toRecordView, toShownParts, withRawMember } from '@inlet/db'

/** A hit of a search, as JSON text. */
export const toHitJson = (record: RankedRecord): string => {
  const { score, chunks, why } = record
  const hit: Omit<RecordHit, 'data'> = {
    ...toRecordView(record),
    ...toShownParts(record),
    score,
    matchedBy: [...record.matchedBy],
    ...(record.similarity === null ? {} : { similarity: record.similarity }),
    snippet: chunks[0]?.snippet ?? null,
    chunks: chunks.map((chunk) => ({ ...chunk, headings: [...chunk.headings] })),
    ...(why === null ? {} : { why: [...why] }),
  }
  return withRawMember(hit, 'data', record.dataText)
}

/** A record in full, as JSON text. */
export const toDetailJson = (record: StoredRecordDetails): string => {
  const view: Omit<RecordDetail, 'data'> = { ...toRecordView(record), text: record.text, contentHash: record.contentHash }
  return withRawMember(view, 'data', record.dataText)
}

/** A page as JSON text out of items that are JSON text. */
export const toPageJson = (items: readonly string[], rest: object): string => withRawMember(rest, 'items', `[${items.join(',')}]`)
