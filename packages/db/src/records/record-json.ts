import type { Change } from '../changes/read-changes.js'
import type { FetchedRecord } from './fetch-records.js'
import type { StoredRecord } from './record-row.js'

/** Returns a record as API clients see it, without its data. */
export const toRecordView = (record: StoredRecord) => ({
  id: `${record.streamId}-${record.keyHash}`,
  stream: record.stream,
  key: record.key,
  kind: record.kind,
  title: record.title,
  url: record.url,
  occurredAt: record.occurredAt?.toISOString() ?? null,
  createdAt: record.createdAt.toISOString(),
  deletedAt: record.deletedAt?.toISOString() ?? null,
  provenance: {
    sourceId: record.sourceId,
    slug: record.sourceSlug,
    source: record.sourceName,
    runId: record.runId,
    version: record.version,
    fetchedAt: record.fetchedAt.toISOString(),
  },
})

/** Adds JSON text to an object as a member, so that its numbers keep all their digits. */
export const withRawMember = (object: object, name: string, json: string): string => {
  const text = JSON.stringify(object)
  return `${text.slice(0, -1)}${text === '{}' ? '' : ','}${JSON.stringify(name)}:${json}}`
}

/** Returns the requested parts of a record, and the names of what was left out. */
export const toShownParts = ({ omitted, text }: FetchedRecord): { readonly omitted?: string[]; readonly text?: string } => ({
  ...(omitted === null || omitted.length === 0 ? {} : { omitted: [...omitted] }),
  ...(text === null ? {} : { text }),
})

/** Returns a record of a list as JSON text. */
export const toListedJson = (record: FetchedRecord): string =>
  withRawMember({ ...toRecordView(record), ...toShownParts(record) }, 'data', record.dataText)

const NO_RECORD = { id: null, stream: null, key: null, record: null }

/** Returns a change of the feed as JSON text. */
export const toChangeJson = (change: Change): string => {
  const { op } = change
  if (op === 'source_deleted')
    return JSON.stringify({ op, at: change.at.toISOString(), sourceId: change.sourceId, source: change.source, ...NO_RECORD })
  const { record } = change
  const at = (record.deletedAt ?? record.fetchedAt).toISOString()
  const view = {
    op,
    at,
    sourceId: record.sourceId,
    source: record.sourceSlug,
    id: `${record.streamId}-${record.keyHash}`,
    stream: record.stream,
    key: record.key,
  }
  return withRawMember(view, 'record', op === 'upsert' ? toListedJson(record) : 'null')
}
