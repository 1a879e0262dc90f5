import { Failure, type MappingExample } from '@inlet/domain'
import type { Database } from '../database.js'
import { type Actor, writeAudit } from '../sources/audit.js'

/** Each is tried at every publication. */
export const MAX_EXAMPLES = 100

export interface StoredExample extends MappingExample {
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** The examples of a source by name; only the one named, when given. */
export const listExamples = async (database: Database, sourceId: string, name?: string): Promise<readonly StoredExample[]> => {
  const { rows } = await database.pool.query<StoredExample>(
    `SELECT name, stream, record, expected, created_at AS "createdAt", updated_at AS "updatedAt" FROM mapping_examples
     WHERE source_id = $1 AND ($2::text IS NULL OR name = $2) ORDER BY name`,
    [sourceId, name ?? null],
  )
  return rows
}

/** Writes an example; true when it is new. Null when the source is unknown. Throws VALIDATION_FAILED beyond the limit. */
export const saveExample = (database: Database, sourceId: string, example: MappingExample, actor: Actor): Promise<boolean | null> =>
  database.transaction(async (client) => {
    const source = await client.query('SELECT FROM sources WHERE id = $1 AND deleting_at IS NULL FOR UPDATE', [sourceId])
    if (source.rowCount === 0) return null
    const { rows } = await client.query<{ isNew: boolean; total: number }>(
      `INSERT INTO mapping_examples (source_id, name, stream, record, expected) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (source_id, name) DO UPDATE SET stream = EXCLUDED.stream, record = EXCLUDED.record, expected = EXCLUDED.expected, updated_at = now()
       RETURNING xmax = 0 AS "isNew", (SELECT count(*)::int FROM mapping_examples WHERE source_id = $1) AS total`,
      [sourceId, example.name, example.stream, JSON.stringify(example.record), JSON.stringify(example.expected)],
    )
    const isNew = rows[0]?.isNew === true
    if (isNew && (rows[0]?.total ?? 0) >= MAX_EXAMPLES) throw new Failure('VALIDATION_FAILED', `a source has at most ${MAX_EXAMPLES} examples`)
    await writeAudit(client, { actor, action: 'source.example', targetType: 'source', targetId: sourceId, after: { ...example } })
    return isNew
  })

/** False when there was none. */
export const deleteExample = (database: Database, sourceId: string, name: string, actor: Actor): Promise<boolean> =>
  database.transaction(async (client) => {
    const { rowCount } = await client.query('DELETE FROM mapping_examples WHERE source_id = $1 AND name = $2', [sourceId, name])
    if (rowCount === 0) return false
    await writeAudit(client, { actor, action: 'source.deleteExample', targetType: 'source', targetId: sourceId, before: { name } })
    return true
  })
