import type { RecordDetail, RecordHit } from '@inlet/contract'
import type { FetchedRecord, RankedRecord, StoredRecord, StoredRecordDetails } from '@inlet/db'

const iso = (moment: Date | null): string | null => moment?.toISOString() ?? null

const toView = (record: StoredRecord): Omit<RecordHit, 'data' | 'score' | 'snippet'> => ({
  id: `${record.streamId}-${record.keyHash}`,
  stream: record.stream,
  key: record.key,
  kind: record.kind,
  title: record.title,
  url: record.url,
  occurredAt: iso(record.occurredAt),
  createdAt: record.createdAt.toISOString(),
  deletedAt: iso(record.deletedAt),
  provenance: {
    sourceId: record.sourceId,
    source: record.sourceName,
    runId: record.runId,
    version: record.version,
    fetchedAt: record.fetchedAt.toISOString(),
  },
})

/** Puts JSON text into an object as a member, so that its numbers keep all their digits. */
export const withRawMember = (object: object, name: string, json: string): string => {
  const text = JSON.stringify(object)
  return `${text.slice(0, -1)}${text === '{}' ? '' : ','}${JSON.stringify(name)}:${json}}`
}

/** A record of a list or a search, as JSON text. */
export const toHitJson = (record: FetchedRecord | RankedRecord): string =>
  withRawMember({ ...toView(record), ...('score' in record ? { score: record.score, snippet: record.snippet } : {}) }, 'data', record.dataText)

/** A record in full, as JSON text. */
export const toDetailJson = (record: StoredRecordDetails): string => {
  const view: Omit<RecordDetail, 'data'> = { ...toView(record), text: record.text, contentHash: record.contentHash }
  return withRawMember(view, 'data', record.dataText)
}

/** A page as JSON text out of items that are JSON text. */
export const toPageJson = (items: readonly string[], rest: object): string => withRawMember(rest, 'items', `[${items.join(',')}]`)
