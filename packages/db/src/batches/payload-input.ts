import type { BatchEnvelope } from '@inlet/domain'

/** A payload, or part of one after a bisection. */
export interface Slice {
  readonly payload: Buffer
  readonly counts: BatchEnvelope['counts']
}

/** The entries of a payload ($1) as rows `r`; the column names are those of a PackedRecord. */
export const INPUT = `json_to_recordset($1::json) AS r(s text, k text, h text, o text, c text, kind text, title text, text text,
  url text, at timestamptz, data jsonb, val text, scope text, r text, m text, raw text, rec text)`

/**
 * A CTE `input` of the entries that meet the condition, with stream_id, key_hash and the named columns; $2 is the source. Materialized, so that key
 * and stream come from one relation and a join with records always looks both up in the primary key: while the statistics show a stream as small, the
 * planner thinks that reading all of it for each record is just as cheap.
 */
export const inputOf = (condition: string, columns: readonly string[] = []): string => `input AS MATERIALIZED (
  SELECT ${["st.id AS stream_id, decode(r.h, 'hex') AS key_hash", ...columns].join(', ')}
  FROM ${INPUT} JOIN streams st ON st.source_id = $2 AND st.name = r.s WHERE ${condition})`
