import type pg from 'pg'

/** The rows that can be locked, by key. A source that is being deleted is not found. */
const ROWS = {
  source: 'sources WHERE id = $1 AND deleting_at IS NULL',
  credential: 'credentials WHERE id = $1',
  lease: 'leases WHERE source_id = $1',
  notificationTarget: 'notification_targets WHERE id = $1',
  quarantined: 'quarantine WHERE id = $1',
  sink: 'sinks WHERE id = $1',
  setting: 'settings WHERE key = $1',
} as const

/**
 * Locks a row until the end of the transaction, which Prisma cannot express, and returns the time by the database's clock; null when there is no such
 * row. Lock first and read afterwards: a statement that waits for a lock returns the rest of its data as it was before the wait.
 */
export const lockRow = async (
  client: Pick<pg.ClientBase, 'query'>,
  row: keyof typeof ROWS,
  key: string,
  strength: 'UPDATE' | 'NO KEY UPDATE' | 'KEY SHARE' = 'UPDATE',
): Promise<Date | null> => {
  const { rows } = await client.query<{ now: Date }>(`SELECT clock_timestamp() AS now FROM ${ROWS[row]} FOR ${strength}`, [key])
  return rows[0]?.now ?? null
}
