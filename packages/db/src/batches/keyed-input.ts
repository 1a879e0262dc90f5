import { hexArray, textArray } from './binary-arrays.js'

/**
 * A CTE `input` with stream_id and key_hash of the keys from {@link keysOf}, whose parameters are numbered from `first`: the source, streams, and key hashes.
 * Materialized, so that key and stream come from one relation and a join with records always looks both up in the primary key: while the statistics
 * show a stream as small, the planner thinks that reading all of it for each record is just as cheap.
 */
export const keysFrom = (first: number): string => `input AS MATERIALIZED (
  SELECT st.id AS stream_id, r.h AS key_hash FROM unnest($${first + 1}::text[], $${first + 2}::bytea[]) AS r(s, h)
  JOIN streams st ON st.source_id = $${first} AND st.name = r.s)`

/** Returns the parameters for {@link keysFrom}. */
export const keysOf = (sourceId: string, entries: readonly { readonly s: string; readonly h: string }[]): readonly (string | Buffer | null)[] => [
  sourceId,
  textArray(entries.map(({ s }) => s)),
  hexArray(entries.map(({ h }) => h)),
]
