import { analyzeRecord } from '@inlet/search'
import type pg from 'pg'
import { followRecords } from '../embeddings/pending.js'
import type { PendingRow } from './claim-portion.js'
import { readStates } from './read-states.js'
import { writeChunks } from './write-chunks.js'
import { type IndexedRecord, writeSegment } from './write-segment.js'

/** Approximate bytes of records in memory at once; a larger record is read alone. */
const PIECE_BYTES = 2_097_152

/** Indexes waiting states as one segment, in the caller's transaction; returns how many records that were. */
export const indexPortion = async (client: pg.ClientBase, portion: readonly PendingRow[], signal?: AbortSignal): Promise<number> => {
  const indexed: IndexedRecord[] = []
  const former: string[] = []
  for (const docs of piecesOf(portion)) {
    signal?.throwIfAborted()
    const states = await readStates(client, docs)
    const records = states.map(({ doc, streamId, keyHash, updated, language, ...record }) => ({
      doc,
      streamId,
      keyHash,
      updated,
      ...analyzeRecord(record, language),
    }))
    await writeChunks(client, records)
    indexed.push(...records)
    former.push(...states.flatMap((state) => state.former))
  }
  signal?.throwIfAborted()
  await writeSegment(client, indexed)
  if (former.length > 0) await client.query('DELETE FROM search_former WHERE doc_id = ANY($1::bigint[])', [former])
  await client.query('DELETE FROM search_pending WHERE id = ANY($1::bigint[])', [portion.map(({ id }) => id)])
  await followRecords(client, indexed)
  return indexed.length
}

const piecesOf = (portion: readonly PendingRow[]): readonly (readonly string[])[] => {
  const pieces: { docs: string[]; bytes: number }[] = []
  for (const { docs, bytes } of portion) {
    const open = pieces.at(-1)
    if (open === undefined || open.bytes + bytes > PIECE_BYTES) pieces.push({ docs: [...docs], bytes })
    else {
      open.docs.push(...docs)
      open.bytes += bytes
    }
  }
  return pieces.map(({ docs }) => docs)
}
