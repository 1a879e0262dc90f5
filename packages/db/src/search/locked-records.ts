// Records are looked up one by one, and locked in the order of their keys, as all who lock several of them do. A join would be planned for as many as
// the statistics promise, and of a table that was never analyzed read all of it.

/** Keys of records, given as two arrays (numbers of the parameters), as `k` in the order in which they are locked. */
export const keysInOrder = (streamIds: number, keyHashes: number): string =>
  `(SELECT stream_id, decode(key_hash, 'hex') AS key_hash FROM unnest($${streamIds}::int[], $${keyHashes}::text[]) AS g(stream_id, key_hash) ORDER BY 1, 2) k`

/** The record with the key `k`, if there is one, kept from being deleted: what changes it needs not wait. */
export const LOCKED_RECORD = 'SELECT stream_id, key_hash FROM records WHERE stream_id = k.stream_id AND key_hash = k.key_hash LIMIT 1 FOR KEY SHARE'
