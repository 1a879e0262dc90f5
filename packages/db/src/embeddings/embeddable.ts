import { searchableText } from '@inlet/search'
import type { Database } from '../database.js'
import type { RecordKey } from './pending.js'

/** Parts of a record, as they are searched and cited. */
export interface EmbeddableParts {
  readonly title: string | null
  readonly parts: readonly { readonly ordinal: number; readonly headings: readonly string[]; readonly text: string }[]
}

interface Row {
  readonly title: string | null
  readonly key: string
  readonly text: string | null
  readonly data: string | null
  readonly chunks: EmbeddableParts['parts'] | null
}

/** A record that is not divided is never longer; one that was just stored is divided soon. */
const MAX_UNDIVIDED = 20_000

const READ = `
SELECT r.title, r.key, c.chunks, CASE WHEN NOT d.divided THEN left(r.text, ${MAX_UNDIVIDED}) END AS text,
  CASE WHEN NOT d.divided AND coalesce(r.text, '') !~ '\\S' THEN r.data::text END AS data
FROM records r, LATERAL (
  SELECT EXISTS (SELECT FROM record_chunks WHERE stream_id = r.stream_id AND key_hash = r.key_hash) AS divided) d, LATERAL (
  SELECT json_agg(json_build_object('ordinal', c.ordinal, 'headings', c.headings, 'text', c.text) ORDER BY c.ordinal) AS chunks
  FROM record_chunks c WHERE c.stream_id = r.stream_id AND c.key_hash = r.key_hash AND c.ordinal >= $3 AND c.ordinal < $3 + $4) c
WHERE r.stream_id = $1 AND r.key_hash = decode($2, 'hex') AND r.deleted_at IS NULL`

/** Returns up to `limit` parts of a record from number `from` on, in order; none after its last, or when it is gone. */
export const readEmbeddable = async (
  { pool }: Pick<Database, 'pool'>,
  { streamId, keyHash }: RecordKey,
  { from, limit }: { readonly from: number; readonly limit: number },
): Promise<EmbeddableParts> => {
  const { rows } = await pool.query<Row>({ name: 'inlet-embeddable', text: READ, values: [streamId, keyHash, from, limit] })
  const [row] = rows
  if (row === undefined) return { title: null, parts: [] }
  const { title, key, text, data, chunks } = row
  if (chunks !== null || (text === null && data === null) || from > 0) return { title, parts: chunks ?? [] }
  const own = searchableText({ key, title, text, data: data === null ? undefined : (JSON.parse(data) as unknown) }).text
  return { title, parts: [{ ordinal: 0, headings: [], text: own }] }
}
