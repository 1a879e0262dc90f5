import { Failure } from '@inlet/domain'
import type { Database } from '../database.js'
import { type Actor, writeAudit } from '../sources/audit.js'
import { createRun, type NewRun } from './create-run.js'

/**
 * Starts a run that somebody asked for, in one transaction with its audit row. Null when the source is unknown.
 * Throws SOURCE_PAUSED, RUN_IN_PROGRESS (naming the active run).
 */
export const startRun = (database: Database, run: NewRun, actor: Actor): Promise<string | null> =>
  database.transaction(async (client) => {
    const { rows } = await client.query<{ status: string }>('SELECT status FROM sources WHERE id = $1 AND deleting_at IS NULL FOR SHARE', [
      run.sourceId,
    ])
    if (rows[0] === undefined) return null
    if (rows[0].status === 'PAUSED') throw new Failure('SOURCE_PAUSED', 'the source is paused')
    const created = await createRun(client, run)
    if (created === null) return null
    if (!created.created) throw new Failure('RUN_IN_PROGRESS', `run ${created.id} of this source is active`)
    await writeAudit(client, {
      actor,
      action: 'source.run',
      targetType: 'source',
      targetId: run.sourceId,
      after: { runId: created.id, trigger: run.trigger },
    })
    return created.id
  })
