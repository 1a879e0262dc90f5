import type { CallAnswer, CallParams } from '@inlet/contract'
import { canonicalJson, Failure, toStorableText } from '@inlet/domain'
import type { PooledConnection } from '../connections/connection-pool.js'
import { readFirstPages } from './read-first-pages.js'
import { showMembers } from './source-test/show-record.js'

const MAX_REJECTED = 20

type Preview = CallAnswer<'preview'>

/** Reads the first records of a source, or of one of its streams, and stores nothing. Throws NOT_FOUND_UPSTREAM. */
export const previewRecords = async (pooled: PooledConnection, { stream, limit }: CallParams<'preview'>, signal: AbortSignal): Promise<Preview> => {
  const specs = await pooled.connector.streams(pooled.connection, signal)
  const wanted = stream === undefined ? specs : specs.filter(({ name }) => name === stream)
  if (wanted.length === 0)
    throw new Failure('NOT_FOUND_UPSTREAM', stream === undefined ? 'the source has no streams' : 'the source has no such stream', { field: 'stream' })
  const records: Preview['records'][number][] = []
  const rejected: Preview['rejected'][number][] = []
  for (const [at, { name }] of wanted.entries()) {
    // Every stream gets a share, so that the first one does not crowd out the others.
    const share = Math.max(1, Math.floor((limit - records.length) / (wanted.length - at)))
    const upTo = Math.min(limit, records.length + share)
    if (records.length >= upTo) continue
    for await (const page of readFirstPages(pooled, name, signal)) {
      for (const record of page.records.slice(0, upTo - records.length))
        records.push({ ...showMembers(record), dataJson: canonicalJson(record.data) })
      for (const { stream: of, reason, message } of (page.rejected ?? []).slice(0, MAX_REJECTED - rejected.length))
        rejected.push({ stream: of, reason, message: toStorableText(message) })
      if (records.length >= upTo) break
    }
  }
  return { streams: specs.map(({ name, kind, incremental, deletes }) => ({ name, kind, incremental, deletes })), records, rejected }
}
