import type { Database } from '../database.js'

/** A source whose live version names an upload. */
export interface UploadReader {
  readonly id: string
  readonly slug: string
  /** `waiting`: its present content was not read yet; `failed`: it was, but could not be used, see `problem`. */
  readonly state: 'waiting' | 'read' | 'failed'
  /** Why its content could not be used, as a reason. */
  readonly problem: string | null
}

// SQL: members of JSON, and the record of the upload by the hash of its key. Its validator ends with the hash of the content that it is about, and begins
// with r- or z- while the rows of that content were not all stored (files/streams/file-validator.ts).
const READERS = `
SELECT u.id::text AS "uploadId", s.id::text AS id, s.slug, r.data->>'problem' AS problem,
  coalesce(r.validator LIKE '%.' || u.sha256 AND (r.validator !~ '^[rz]-' OR r.data ? 'problem'), false) AS "isRead"
FROM uploads u
JOIN source_versions v ON jsonb_typeof(v.config->'uploads') = 'array' AND v.config->'uploads' ? u.id::text
JOIN sources s ON s.version_id = v.id AND s.connector = 'file' AND s.deleting_at IS NULL
LEFT JOIN streams st ON st.source_id = s.id AND st.name = 'files'
LEFT JOIN records r ON r.stream_id = st.id AND r.key_hash = sha256(convert_to('"' || u.id::text || '"', 'UTF8')) AND r.deleted_at IS NULL
WHERE u.id = ANY($1::uuid[]) ORDER BY s.slug`

interface ReaderRow {
  readonly uploadId: string
  readonly id: string
  readonly slug: string
  readonly problem: string | null
  readonly isRead: boolean
}

/** The sources that read each of these uploads, by slug. */
export const findUploadReaders = async (
  { pool }: Pick<Database, 'pool'>,
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly UploadReader[]>> => {
  const readers = new Map<string, UploadReader[]>()
  if (ids.length === 0) return readers
  const { rows } = await pool.query<ReaderRow>(READERS, [ids])
  for (const row of rows) readers.set(row.uploadId, [...(readers.get(row.uploadId) ?? []), toReader(row)])
  return readers
}

const toReader = ({ id, slug, isRead, problem }: ReaderRow): UploadReader => {
  if (!isRead) return { id, slug, state: 'waiting', problem: null }
  return { id, slug, state: problem === null ? 'read' : 'failed', problem }
}
