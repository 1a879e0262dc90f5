import { keyHash, type RecordKey } from '@inlet/domain'
import type { Database } from '../database.js'

const PAGE = 1_000

/** What is stored of a source's stream, for a connector that skips unchanged items. */
export interface StoredRecords {
  lookup(stream: string, keys: readonly RecordKey[]): Promise<ReadonlyMap<string, string | null>>
  entries(stream: string): AsyncIterable<{ readonly key: string; readonly validator: string | null }>
}

/** For a run that must read everything again: it knows no records. */
export const NO_STORED_RECORDS: StoredRecords = { lookup: async () => new Map(), async *entries() {} }

// While everything is read again, older validators do not prove that an item is unchanged.
const VALIDATOR = 'CASE WHEN r.epoch < st.reread_epoch THEN NULL ELSE r.validator END AS validator'
// Keys set by a mapping are not those that the connector knows.
const OWN_KEYS = `coalesce(st.mapping_hash NOT LIKE 'set:%', true)`

export const createStoredRecords = (database: Database, sourceId: string): StoredRecords => ({
  async lookup(stream, keys) {
    const { rows } = await database.pool.query<{ key: string; validator: string | null }>({
      name: 'inlet-known',
      text: `SELECT r.key, ${VALIDATOR} FROM records r JOIN streams st ON st.id = r.stream_id
             WHERE st.source_id = $1 AND st.name = $2 AND ${OWN_KEYS} AND r.key_hash = ANY($3::bytea[]) AND r.deleted_at IS NULL`,
      values: [sourceId, stream, keys.map((key) => Buffer.from(keyHash(key), 'hex'))],
    })
    return new Map(rows.map(({ key, validator }) => [key, validator]))
  },
  async *entries(stream) {
    let after: Buffer = Buffer.alloc(0)
    for (;;) {
      // Lateral, because a join loses the order of the index: each page would then read and sort all that follow.
      const { rows } = await database.lists.query<{ key: string; validator: string | null; key_hash: Buffer }>({
        name: 'inlet-all-known',
        text: `SELECT r.key, ${VALIDATOR}, r.key_hash FROM streams st CROSS JOIN LATERAL (
                 SELECT key, validator, epoch, key_hash FROM records WHERE stream_id = st.id AND key_hash > $3 AND deleted_at IS NULL
                 ORDER BY key_hash LIMIT ${PAGE}
               ) r WHERE st.source_id = $1 AND st.name = $2 AND ${OWN_KEYS} ORDER BY r.key_hash`,
        values: [sourceId, stream, after],
      })
      yield* rows.map(({ key, validator }) => ({ key, validator }))
      const last = rows.at(-1)
      if (last === undefined || rows.length < PAGE) return
      after = last.key_hash
    }
  },
})
