import type { Database } from '../database.js'

/** Raw records that are kept of each stream, and their size at most in characters. */
export const KEPT_SAMPLES = 50
export const MAX_SAMPLE_LENGTH = 65_536

export interface RawSample {
  readonly stream: string
  /** JSON text of the record as its connector yielded it. */
  readonly record: string
}

/** Keeps raw records of a source; of each stream the latest stay. Nothing for a source that is being deleted. */
export const saveSamples = (database: Database, sourceId: string, samples: readonly RawSample[]): Promise<void> =>
  database.transaction(async (client) => {
    const source = await client.query('SELECT FROM sources WHERE id = $1 AND deleting_at IS NULL FOR KEY SHARE', [sourceId])
    if (source.rowCount === 0 || samples.length === 0) return
    await client.query('INSERT INTO raw_samples (source_id, stream, record) SELECT $1, * FROM unnest($2::text[], $3::text[])', [
      sourceId,
      samples.map(({ stream }) => stream),
      samples.map(({ record }) => record),
    ])
    await client.query(
      `DELETE FROM raw_samples WHERE id IN (SELECT id FROM (
         SELECT id, row_number() OVER (PARTITION BY stream ORDER BY id DESC) AS place FROM raw_samples WHERE source_id = $1) kept WHERE place > ${KEPT_SAMPLES})`,
      [sourceId],
    )
  })

/** The raw records that are kept of a source, oldest first. */
export const listSamples = async (database: Database, sourceId: string): Promise<readonly RawSample[]> => {
  const { rows } = await database.pool.query<RawSample>('SELECT stream, record FROM raw_samples WHERE source_id = $1 ORDER BY id', [sourceId])
  return rows
}
