import type { ChangeView, RecordDetail, RecordHit, RecordSummary } from '@inlet/contract'
import type { Change, FetchedRecord, RankedRecord, StoredRecord, StoredRecordDetails } from '@inlet/db'

const iso = (moment: Date | null): string | null => moment?.toISOString() ?? null

const toView = (record: StoredRecord): Omit<RecordSummary, 'data'> => ({
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

const shown = ({ omitted, text }: FetchedRecord): Pick<RecordHit, 'omitted' | 'text'> => ({
  ...(omitted === null || omitted.length === 0 ? {} : { omitted: [...omitted] }),
  ...(text === null ? {} : { text }),
})

/** A record of a list, as JSON text. */
export const toListedJson = (record: FetchedRecord): string => withRawMember({ ...toView(record), ...shown(record) }, 'data', record.dataText)

/** A change of the feed, as JSON text. */
export const toChangeJson = (change: Change): string => {
  if (change.op === 'source_deleted') {
    const gone: ChangeView = {
      op: change.op,
      at: change.at.toISOString(),
      sourceId: change.sourceId,
      id: null,
      stream: null,
      key: null,
      record: null,
    }
    return JSON.stringify(gone)
  }
  const { op, record } = change
  const at = (record.deletedAt ?? record.fetchedAt).toISOString()
  const view: Omit<ChangeView, 'record'> = {
    op,
    at,
    sourceId: record.sourceId,
    id: `${record.streamId}-${record.keyHash}`,
    stream: record.stream,
    key: record.key,
  }
  return withRawMember(view, 'record', op === 'upsert' ? toListedJson(record) : 'null')
}

/** A hit of a search, as JSON text. */
export const toHitJson = (record: RankedRecord): string => {
  const { score, chunks, why } = record
  const hit: Omit<RecordHit, 'data'> = {
    ...toView(record),
    ...shown(record),
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
  const view: Omit<RecordDetail, 'data'> = { ...toView(record), text: record.text, contentHash: record.contentHash }
  return withRawMember(view, 'data', record.dataText)
}

/** A page as JSON text out of items that are JSON text. */
export const toPageJson = (items: readonly string[], rest: object): string => withRawMember(rest, 'items', `[${items.join(',')}]`)
