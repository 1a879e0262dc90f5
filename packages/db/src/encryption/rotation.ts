import { z } from 'zod'
import { type Actor, writeAudit } from '../audit/write-audit.js'
import type { Database } from '../database.js'

const KEY = 'encryption_rotation'

const rotation = z.object({
  to: z.string(),
  total: z.number(),
  startedAt: z.string(),
  finishedAt: z.string().nullable(),
  unreadable: z.number(),
  message: z.string().nullable(),
})

/** A rotation of keys: what it moves to and how it stands. How far it is follows from what is still sealed with other keys. */
export type Rotation = z.infer<typeof rotation>

/** The last rotation; null before the first. */
export const findRotation = async (database: Database): Promise<Rotation | null> => {
  const { rows } = await database.pool.query<{ value: unknown }>('SELECT value FROM settings WHERE key = $1', [KEY])
  return rows[0] === undefined ? null : rotation.parse(rows[0].value)
}

/** Begins a rotation unless one to the same key is running. */
export const beginRotation = (database: Database, start: { readonly to: string; readonly total: number }, actor: Actor): Promise<void> =>
  database.transaction(async (client) => {
    const value = { ...start, finishedAt: null, unreadable: 0, message: null }
    const { rowCount } = await client.query(
      `INSERT INTO settings AS s (key, value) VALUES ($1, jsonb_set($2::jsonb, '{startedAt}', to_jsonb(clock_timestamp())))
       ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value WHERE s.value->>'finishedAt' IS NOT NULL OR s.value->>'to' <> $3`,
      [KEY, JSON.stringify(value), start.to],
    )
    if (rowCount === 1) await writeAudit(client, { actor, action: 'encryption.rotate', targetType: 'encryption', targetId: start.to })
  })

/** Notes how a rotation stands; does nothing when another one was begun meanwhile. */
export const noteRotation = async (
  database: Database,
  note: { readonly to: string; readonly finished: boolean; readonly unreadable: number; readonly message: string | null },
): Promise<void> => {
  await database.pool.query(
    `UPDATE settings SET value = value || jsonb_build_object('unreadable', $3::int, 'message', $4::text, 'finishedAt', CASE WHEN $5 THEN clock_timestamp() END)
     WHERE key = $1 AND value->>'to' = $2 AND value->>'finishedAt' IS NULL`,
    [KEY, note.to, note.unreadable, note.message, note.finished],
  )
}

/** Replaces a fact of this installation if it still is what the caller has read. False when it is not. */
export const replaceSetting = async (
  database: Database,
  change: { readonly key: string; readonly before: unknown; readonly after: unknown },
): Promise<boolean> => {
  const { rowCount } = await database.pool.query('UPDATE settings SET value = $3 WHERE key = $1 AND value = $2', [
    change.key,
    JSON.stringify(change.before),
    JSON.stringify(change.after),
  ])
  return rowCount === 1
}
