import type { Database } from '../database.js'
import type { StoredEvent } from './list-events.js'

/** Writes what happened to a source outside of any transaction of its own. */
export const writeEvent = async (database: Database, event: Pick<StoredEvent, 'sourceId' | 'type' | 'level' | 'message'>): Promise<void> => {
  await database.pool.query('INSERT INTO events (source_id, type, level, message) VALUES ($1, $2, $3, left($4, 2000))', [
    event.sourceId,
    event.type,
    event.level,
    event.message,
  ])
}
