import type { PackedRecord } from '@inlet/domain'
import { analyzeRecord, type Language } from '@inlet/search'
import type pg from 'pg'
import { readLanguage } from './source-language.js'
import { writeChunks } from './write-chunks.js'
import { type IndexedRecord, writeSegment } from './write-segment.js'

/** Records of a stream that were written: hex of their key hashes, and their numbers. */
export interface NumberedRecords {
  readonly stream_id: number
  readonly name: string
  readonly keys: readonly string[]
  readonly docs: readonly (string | null)[]
  /** The numbers that were given out: a record that kept its content kept its number, and is found by it already. */
  readonly fresh: readonly string[] | null
  readonly updated: number
}

export interface WrittenBatch {
  readonly sourceId: string
  /** JSON array of PackedRecord. */
  readonly payload: string
  readonly streams: readonly NumberedRecords[]
}

/** Makes what a batch wrote searchable, in the transaction that writes it. */
export const indexBatch = async (client: pg.ClientBase, { sourceId, payload, streams }: WrittenBatch): Promise<void> => {
  const fresh = new Set(streams[0]?.fresh ?? [])
  if (fresh.size === 0) return
  const language = await readLanguage(client, sourceId)
  const packed = new Map(
    (JSON.parse(payload) as readonly PackedRecord[]).filter(({ o }) => o === 'u').map((record) => [`${record.s} ${record.h}`, record]),
  )
  const records = streams.flatMap((stream) => toRecords(stream, fresh, (name, keyHash) => packed.get(`${name} ${keyHash}`), language))
  await writeSegment(client, records)
  await writeChunks(
    client,
    records,
    streams.some(({ updated }) => updated > 0),
  )
}

const toRecords = (
  { stream_id: streamId, name, keys, docs }: NumberedRecords,
  fresh: ReadonlySet<string>,
  find: (stream: string, keyHash: string) => PackedRecord | undefined,
  language: Language | null,
): readonly IndexedRecord[] =>
  keys.flatMap((keyHash, n) => {
    const doc = docs[n] ?? ''
    const record = fresh.has(doc) ? find(name, keyHash) : undefined
    if (record === undefined) return []
    return [
      {
        doc: Number(doc),
        streamId,
        keyHash,
        ...analyzeRecord({ key: record.k, title: record.title, text: record.text, data: record.data }, language),
      },
    ]
  })
