import type { Database } from '@inlet/db'
import { expect } from 'vitest'

/** The stored set equals the truth, both ways, and nothing is left over: the conditions of every fault test. */
export const expectTruth = async (database: Database, sourceId: string, expected: ReadonlyMap<string, string>): Promise<void> => {
  const { rows } = await database.pool.query<{ id: string; sha: string; n: number }>(
    `SELECT data->>'id' AS id, data->>'sha' AS sha, count(*)::int AS n FROM records WHERE source_id = $1 AND deleted_at IS NULL GROUP BY 1, 2`,
    [sourceId],
  )
  const stored = new Map(rows.map(({ id, sha }) => [id, sha]))
  const missing = [...expected].filter(([id, sha]) => stored.get(id) !== sha).map(([id]) => id)
  const extra = [...stored.keys()].filter((id) => !expected.has(id))
  expect({
    missing: missing.slice(0, 5),
    missingCount: missing.length,
    extra: extra.slice(0, 5),
    doubled: rows.filter(({ n }) => n > 1).length,
  }).toEqual({
    missing: [],
    missingCount: 0,
    extra: [],
    doubled: 0,
  })
  expect(rows.length).toBe(expected.size)
  await expectMonotoneCursors(database, sourceId)
  await expectAtRest(database, sourceId)
}

const expectMonotoneCursors = async (database: Database, sourceId: string): Promise<void> => {
  const { rows } = await database.pool.query<{ back: number; moves: number }>(
    `SELECT count(*) FILTER (WHERE (epoch, seq) <= (before_epoch, before_seq))::int AS back, count(*)::int AS moves FROM (
       SELECT h.epoch, h.seq, lag(h.epoch) OVER w AS before_epoch, lag(h.seq) OVER w AS before_seq
       FROM cursor_history h JOIN streams s ON s.id = h.stream_id WHERE s.source_id = $1 WINDOW w AS (PARTITION BY h.stream_id ORDER BY h.id)) x`,
    [sourceId],
  )
  expect(rows[0]?.back).toBe(0)
  expect(rows[0]?.moves).toBeGreaterThan(0)
}

const expectAtRest = async (database: Database, sourceId: string): Promise<void> => {
  const { rows } = await database.pool.query(
    `SELECT (SELECT count(*)::int FROM runs WHERE source_id = $1 AND status <> 'ended') AS active,
            (SELECT count(*)::int FROM leases WHERE source_id = $1 AND run_id IS NOT NULL) AS leases,
            (SELECT count(*)::int FROM quarantine WHERE source_id = $1) AS quarantined,
            (SELECT count(*)::int FROM sweep_seen WHERE run_id IN (SELECT id FROM runs WHERE source_id = $1)) AS seen`,
    [sourceId],
  )
  expect(rows[0]).toEqual({ active: 0, leases: 0, quarantined: 0, seen: 0 })
}
