// A backfill keeps its cursors in its own row: whatever it reads, the live cursors and their history stay unchanged.
import type { BatchEnvelope } from '@inlet/domain'
import type pg from 'pg'
import type { BackfillPlan } from './create-run.js'

export interface CursorsOf {
  readonly sourceId: string
  readonly runId: string
  readonly backfill: BackfillPlan
}

/** Returns where a backfill continues, by stream: a stream that is missing starts at the beginning. */
export const openBackfillCursors = async (client: pg.ClientBase, { sourceId, runId, backfill }: CursorsOf): Promise<ReadonlyMap<string, unknown>> => {
  const { rows } = await client.query<CursorRow>(OWN, [sourceId, runId, backfill.cursorAt ?? null])
  return new Map(rows.filter(({ cursor }) => cursor !== null).map(({ name, cursor }) => [name, cursor]))
}

interface CursorRow {
  readonly name: string
  readonly cursor: unknown
}

// What an earlier attempt of the run has reached; otherwise where the live cursor stood at the given time, if there is one.
const OWN = `
SELECT st.name, CASE WHEN r.cursors ? st.name THEN r.cursors->st.name->'cursor'
  ELSE (SELECT h.cursor FROM cursor_history h WHERE h.stream_id = st.id AND h.at <= $3::timestamptz ORDER BY h.id DESC LIMIT 1) END AS cursor
FROM streams st JOIN runs r ON r.id = $2 WHERE st.source_id = $1`

/** Moves a cursor of a backfill. The high-water mark passes batches in order, under the lock on the run's row, so the cursor never moves back. */
export const moveBackfillCursor = async (
  client: pg.ClientBase,
  batch: BatchEnvelope,
  move: { readonly stream: string; readonly cursor: unknown },
): Promise<void> => {
  await client.query('UPDATE runs SET cursors = coalesce(cursors, $2) || jsonb_build_object($3::text, $4::jsonb) WHERE id = $1', [
    batch.runId,
    '{}',
    move.stream,
    JSON.stringify({ cursor: move.cursor, epoch: batch.epoch }),
  ])
}
