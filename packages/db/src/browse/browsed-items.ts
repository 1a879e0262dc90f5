import { createHash } from 'node:crypto'
import type { Database } from '../database.js'

/** What was asked of a source: `of` is the path with everything else that the answer depends on. */
export interface BrowseQuestion {
  readonly sourceId: string
  readonly view: 'list' | 'metadata' | 'content'
  readonly of: readonly (string | number)[]
  /** Of `findBrowseTarget`: an answer of another stamp is as good as none. */
  readonly stamp: string
}

export interface BrowsedItem<Answer> {
  readonly id: string
  readonly answer: Answer
  readonly fetchedAt: Date
  readonly expiresAt: Date
}

/** Sources answer with what they like: so many answers of one source are kept. */
const KEPT_ANSWERS = 1_000
/** Who is still reading a content when it expires may end in peace. */
const READING_SECONDS = 900

const RETURNED = 'id, answer, fetched_at AS "fetchedAt", expires_at AS "expiresAt"'

export const questionKey = ({ of }: Pick<BrowseQuestion, 'of'>): Buffer => createHash('sha256').update(JSON.stringify(of)).digest()

/** The kept answer, unless it has expired or was read with other settings. */
export const findBrowsed = async <Answer>(database: Database, question: BrowseQuestion): Promise<BrowsedItem<Answer> | null> => {
  const { rows } = await database.pool.query<BrowsedItem<Answer>>(
    `SELECT ${RETURNED} FROM browsed_items WHERE source_id = $1 AND view = $2 AND key = $3 AND stamp = $4 AND expires_at > now()`,
    [question.sourceId, question.view, questionKey(question), question.stamp],
  )
  return rows[0] ?? null
}

/** Keeps an answer for `ttlSeconds`, in place of the one before. Null when the source has gone meanwhile. */
export const keepBrowsed = async <Answer>(
  database: Database,
  question: BrowseQuestion,
  kept: { readonly answer: Answer; readonly ttlSeconds: number },
): Promise<BrowsedItem<Answer> | null> => {
  const { sourceId, view, stamp } = question
  const { rows } = await database.pool.query<BrowsedItem<Answer>>(
    `INSERT INTO browsed_items (source_id, view, key, stamp, answer, expires_at)
     SELECT s.id, $2, $3, $4, $5, now() + $6 * interval '1 second' FROM sources s WHERE s.id = $1 AND s.deleting_at IS NULL FOR KEY SHARE
     ON CONFLICT (source_id, view, key) DO UPDATE SET stamp = excluded.stamp, answer = excluded.answer, fetched_at = now(), expires_at = excluded.expires_at
     RETURNING ${RETURNED}`,
    [sourceId, view, questionKey(question), stamp, JSON.stringify(kept.answer), kept.ttlSeconds],
  )
  await trimBrowsed(database.pool, sourceId, Number.MAX_SAFE_INTEGER)
  return rows[0] ?? null
}

/** Removes what has expired, and the oldest of what is too many or (contents) too many bytes. */
export const trimBrowsed = async (client: Pick<Database['pool'], 'query'>, sourceId: string, maxBytes: number): Promise<void> => {
  await client.query(
    `DELETE FROM browsed_items WHERE source_id = $1 AND (expires_at < now() - $2 * interval '1 second' OR id IN (
       SELECT id FROM (SELECT id, row_number() OVER newest AS place, sum(size) OVER newest AS bytes FROM browsed_items WHERE source_id = $1
         WINDOW newest AS (ORDER BY fetched_at DESC, id)) ranked WHERE place > $3 OR bytes > $4))`,
    [sourceId, READING_SECONDS, KEPT_ANSWERS, maxBytes],
  )
}

/** Forgets everything that was kept of a source; answers how many answers could still have been used. */
export const forgetBrowsed = async (database: Database, sourceId: string): Promise<number> => {
  const { rows } = await database.pool.query<{ live: boolean }>(
    'DELETE FROM browsed_items WHERE source_id = $1 RETURNING expires_at > now() AS live',
    [sourceId],
  )
  return rows.filter(({ live }) => live).length
}
