// Records are looked up one by one, and locked in key order, as by all code that locks several of them. A join would be planned for as many rows as
// the statistics suggest, and would read all of a table that was never analyzed.

/** SQL: keys of records, given as two arrays (parameter numbers), as `k` in locking order. */
export const keysInOrder = (streamIds: number, keyHashes: number): string =>
  `(SELECT stream_id, decode(key_hash, 'hex') AS key_hash FROM unnest($${streamIds}::int[], $${keyHashes}::text[]) AS g(stream_id, key_hash) ORDER BY 1, 2) k`

/** SQL: the record with the key `k`, if it exists, protected from deletion; updates of it need not wait. */
export const LOCKED_RECORD = 'SELECT stream_id, key_hash FROM records WHERE stream_id = k.stream_id AND key_hash = k.key_hash LIMIT 1 FOR KEY SHARE'
