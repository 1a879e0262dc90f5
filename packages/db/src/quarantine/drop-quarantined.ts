import { type Actor, writeAudit } from '../audit/write-audit.js'
import type { Database } from '../database.js'
import { chosen, notOpen, type QuarantineChoice } from './retry-quarantined.js'

// What was given up is not kept: only where it came from, why, and who dropped it.
const DROP = (actor: string): string =>
  `state = 'dropped', state_at = clock_timestamp(), state_by = ${actor}, raw = NULL, record = NULL, edited = NULL`

/** Gives a record up: its content goes, its row stays until its retention ends. False when unknown. Throws QUARANTINE_NOT_OPEN; dropping it twice changes nothing. */
export const dropQuarantined = (database: Database, id: string, actor: Actor): Promise<boolean> =>
  database.transaction(async (client) => {
    const { rows } = await client.query<{ state: string; key: string | null; reason: string; stream: string; source_id: string }>(
      'SELECT q.state, q.key, q.reason, q.stream, q.source_id FROM quarantine q JOIN sources s ON s.id = q.source_id WHERE q.id = $1 AND s.deleting_at IS NULL FOR UPDATE OF q',
      [id],
    )
    const row = rows[0]
    if (row === undefined) return false
    if (row.state === 'dropped') return true
    if (row.state !== 'open') throw notOpen(row.state)
    await client.query(`UPDATE quarantine SET ${DROP('$2')} WHERE id = $1`, [id, actor])
    await writeAudit(client, { actor, action: 'quarantine.drop', targetType: 'quarantined', targetId: id, before: row, after: { state: 'dropped' } })
    return true
  })

/** The same for all open records of a source that are chosen; answers how many. */
export const dropQuarantine = (database: Database, choice: QuarantineChoice, actor: Actor): Promise<number> =>
  database.transaction(async (client) => {
    const { values, where, add } = chosen(choice)
    const { rowCount } = await client.query(`UPDATE quarantine q SET ${DROP(add(actor))} WHERE ${where}`, values)
    const dropped = rowCount ?? 0
    const after = { ...choice, before: choice.before?.toISOString(), dropped }
    if (dropped > 0) await writeAudit(client, { actor, action: 'source.quarantine.drop', targetType: 'source', targetId: choice.sourceId, after })
    return dropped
  })
