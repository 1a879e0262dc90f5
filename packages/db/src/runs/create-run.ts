import type { RunTrigger } from '@inlet/domain'
import type pg from 'pg'

export interface NewRun {
  readonly sourceId: string
  readonly trigger: RunTrigger
  readonly scheduledFor?: Date | undefined
  readonly allowMassDelete?: boolean | undefined
  readonly backfill?: BackfillPlan | undefined
}

/** What a backfill reads again, independently of the live cursors. Times are ISO 8601. */
export interface BackfillPlan {
  /** Only this stream; default: all. */
  readonly stream?: string | undefined
  /** Only records that occurred at this time or later. */
  readonly from?: string | undefined
  /** Only records that occurred before this time. */
  readonly to?: string | undefined
  /** Start where the live cursor stood at this time, according to the cursor history; default: at the beginning. */
  readonly cursorAt?: string | undefined
}

/**
 * Creates a run of the source's published version, or returns the run that is already active, with `created` false: the unique index decides. Returns
 * null when the source does not exist, is being deleted, is stopped or has no version.
 */
export const createRun = async (
  client: Pick<pg.ClientBase, 'query'>,
  run: NewRun,
): Promise<{ readonly id: string; readonly created: boolean } | null> => {
  const inserted = await client.query<{ id: string }>({
    name: 'inlet-create-run',
    text: `INSERT INTO runs (source_id, version_id, trigger, scheduled_for, allow_mass_delete, backfill)
     SELECT id, version_id, $2, $3, $4, $5 FROM sources WHERE id = $1 AND deleting_at IS NULL AND version_id IS NOT NULL AND status <> 'STOPPED'
     ON CONFLICT (source_id) WHERE status <> 'ended' DO NOTHING RETURNING id`,
    values: [
      run.sourceId,
      run.trigger,
      run.scheduledFor ?? null,
      run.allowMassDelete ?? false,
      run.backfill === undefined ? null : JSON.stringify(run.backfill),
    ],
  })
  if (inserted.rows[0] !== undefined) return { id: inserted.rows[0].id, created: true }
  const active = await client.query<{ id: string }>(`SELECT id FROM runs WHERE source_id = $1 AND status <> 'ended'`, [run.sourceId])
  return active.rows[0] === undefined ? null : { id: active.rows[0].id, created: false }
}
