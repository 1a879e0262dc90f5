import type { Database } from '../database.js'

export interface UnknownStreamsNote {
  readonly sourceId: string
  readonly versionId: string
  readonly runId: string
  readonly streams: readonly string[]
  readonly message: string
}

/** Writes once for a version that its mapping names streams which the source does not have. */
export const noteUnknownStreams = async (database: Database, note: UnknownStreamsNote): Promise<void> => {
  await database.pool.query(
    `INSERT INTO events (source_id, run_id, type, level, message, data)
     SELECT $1::uuid, $2::uuid, 'mapping.stream_unknown', 'warn', left($3, 2000), $4::jsonb
     WHERE NOT EXISTS (SELECT FROM events WHERE source_id = $1::uuid AND type = 'mapping.stream_unknown' AND data->>'versionId' = $5)`,
    [
      note.sourceId,
      note.runId,
      note.message,
      JSON.stringify({ code: 'STREAM_UNKNOWN', versionId: note.versionId, streams: note.streams }),
      note.versionId,
    ],
  )
}
