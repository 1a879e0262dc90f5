import { openTestStore, type TestStore } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { createDatabase } from '../database.js'
import { boundCursorHistory } from './bound-cursor-history.js'
import { boundHistory } from './bound-history.js'
import { applyRetention, DEFAULT_RETENTION, retentionWithin } from './retention.js'

let store: TestStore
beforeAll(async () => {
  store = await openTestStore(inject('postgresUrl'), inject('templateDatabase'))
})
afterAll(() => store.close())

const BOUNDS = { latest: 10, days: 30 }
const sql = (text: string, values: readonly unknown[] = []) => store.database.pool.query(text, [...values])
const totalOf = async (sourceId: string, kind: string): Promise<Record<string, number>> => {
  const rows = await store.rows<{ name: string; n: number }>(
    'SELECT name, sum(count)::int AS n FROM history_days WHERE source_id = $1 AND kind = $2 GROUP BY name',
    [sourceId, kind],
  )
  return Object.fromEntries(rows.map(({ name, n }) => [name, n]))
}
/** Creates ended runs, ticks and events, one per hour until now; every fourth run failed. */
const withHistory = async (count: number): Promise<string> => {
  const sourceId = await store.addSource()
  await sql('DELETE FROM events WHERE source_id = $1', [sourceId])
  await sql(
    `INSERT INTO runs (source_id, version_id, trigger, status, outcome, inserted, created_at, finished_at)
     SELECT $1, gen_random_uuid(), 'schedule', 'ended', CASE WHEN n % 4 = 0 THEN 'failed' ELSE 'ok' END, 2, now() - n * interval '1 hour', now() - n * interval '1 hour' FROM generate_series(1, $2) n`,
    [sourceId, count],
  )
  await sql(
    `INSERT INTO ticks (source_id, scheduled_for, outcome, count, recorded_at) SELECT $1, now() - n * interval '1 hour', 'ran', 3, now() - n * interval '1 hour' FROM generate_series(1, $2) n`,
    [sourceId, count],
  )
  await sql(
    `INSERT INTO events (source_id, type, level, message, at) SELECT $1, 'run.ended', 'info', 'm', now() - n * interval '1 hour' FROM generate_series($2, 1, -1) n`,
    [sourceId, count],
  )
  return sourceId
}
const countOf = async (table: string, sourceId: string): Promise<number> =>
  (await store.rows<{ n: number }>(`SELECT count(*)::int AS n FROM ${table} WHERE source_id = $1`, [sourceId]))[0]?.n ?? 0

describe('boundHistory', () => {
  it('keeps the latest of each source, and counts the others by day', async () => {
    const [busy, quiet] = [await withHistory(50), await withHistory(4)]
    const active = await store.lease(busy)
    for (const table of ['runs', 'ticks', 'events'] as const) expect(await boundHistory(store.database, table, BOUNDS)).toBeGreaterThan(0)
    expect([await countOf('runs', busy), await countOf('ticks', busy), await countOf('events', busy)]).toEqual([10, 10, 10])
    expect([await countOf('runs', quiet), await countOf('ticks', quiet), await countOf('events', quiet)]).toEqual([4, 4, 4])
    expect(await store.rows(`SELECT id FROM runs WHERE source_id = $1 AND status <> 'ended'`, [busy])).toEqual([{ id: active.runId }])
    expect(await totalOf(busy, 'run')).toEqual({ failed: 10, ok: 31 })
    expect(await totalOf(busy, 'tick')).toEqual({ ran: 120 })
    // One more than of the others: the event of the started run is among the latest.
    expect(await totalOf(busy, 'event')).toEqual({ 'run.ended': 41 })
    expect(await store.rows(`SELECT sum(changed)::int AS n FROM history_days WHERE source_id = $1 AND kind = 'run'`, [busy])).toEqual([{ n: 82 }])
    for (const table of ['runs', 'ticks', 'events'] as const) expect(await boundHistory(store.database, table, BOUNDS)).toBe(0)
  })

  it('keeps none that is too old, however few there are', async () => {
    const sourceId = await withHistory(5)
    await sql(`UPDATE runs SET finished_at = finished_at - interval '31 days' WHERE source_id = $1`, [sourceId])
    await boundHistory(store.database, 'runs', BOUNDS)
    expect(await countOf('runs', sourceId)).toBe(0)
    expect(await totalOf(sourceId, 'run')).toEqual({ failed: 1, ok: 4 })
  })

  it('neither loses nor doubles a count when it is killed anywhere, or run by several at once', async () => {
    for (let round = 0; round < 5; round += 1) {
      const sourceId = await withHistory(60)
      const databases = [0, 1, 2].map((n) => createDatabase({ url: store.url, applicationName: `bounding-${round}-${n}`, poolSize: 1 }))
      let done = false
      const work = databases.map(async (database) => {
        while ((await countOf('events', sourceId)) > BOUNDS.latest) await boundHistory(database, 'events', BOUNDS).catch(() => {})
      })
      const all = Promise.all(work).finally(() => (done = true))
      while (!done) await sql(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'bounding-%' AND random() < 0.3`)
      await all
      expect(await countOf('events', sourceId)).toBe(BOUNDS.latest)
      expect(await totalOf(sourceId, 'event')).toEqual({ 'run.ended': 60 - BOUNDS.latest })
      await Promise.all(databases.map((database) => database.close()))
    }
  })
})

describe('boundCursorHistory', () => {
  interface Move {
    readonly id: string
    readonly at: Date
  }
  const movesOf = (stream: number): Promise<Move[]> =>
    store.rows<Move>('SELECT id, at FROM cursor_history WHERE stream_id = $1 ORDER BY id', [stream])
  const withMoves = async (ages: readonly number[]): Promise<number> => {
    const sourceId = await store.addSource()
    const [stream] = await store.rows<{ id: number }>('SELECT id FROM streams WHERE source_id = $1', [sourceId])
    const days = [...ages].sort((a, b) => b - a)
    await sql(
      `INSERT INTO cursor_history (stream_id, epoch, seq, cursor, at) SELECT $1, n, 1, to_jsonb(n), now() - age * interval '1 day' FROM unnest($2::float8[]) WITH ORDINALITY AS a(age, n) ORDER BY n`,
      [stream?.id, days],
    )
    return stream?.id ?? 0
  }
  const dayOf = ({ at }: Move): string => at.toISOString().slice(0, 10)

  it('keeps the latest, the last of every day before them, and the newest forever; what is left is still monotonic', async () => {
    for (let round = 0; round < 8; round += 1) {
      const ages = Array.from({ length: 5 + Math.floor(Math.random() * 150) }, () => Math.random() ** 3 * 500)
      const stream = await withMoves(ages)
      const before = await movesOf(stream)
      await boundCursorHistory(store.database, { ...BOUNDS, keptDays: 400 })
      const after = new Set((await movesOf(stream)).map(({ id }) => id))
      const ageOf = ({ at }: Move): number => (Date.now() - at.getTime()) / 86_400_000
      for (const [place, move] of before.entries()) {
        const newest = place === before.length - 1
        const latest = before.length - place <= BOUNDS.latest && ageOf(move) < 29.9
        const next = before[place + 1]
        const lastOfDay = next !== undefined && dayOf(next) !== dayOf(move) && ageOf(move) < 399.9
        expect(after.has(move.id) || !(newest || latest || lastOfDay)).toBe(true)
        const tooOld = ageOf(move) > 400.1 || (!lastOfDay && (before.length - place > BOUNDS.latest || ageOf(move) > 30.1))
        expect(after.has(move.id) && tooOld && !newest && ageOf(move) < 399.9).toBe(false)
      }
      const back = await store.rows<{ n: number }>(
        `SELECT count(*) FILTER (WHERE (epoch, seq) <= (b, s))::int AS n FROM (
           SELECT epoch, seq, lag(epoch) OVER w AS b, lag(seq) OVER w AS s FROM cursor_history WHERE stream_id = $1 WINDOW w AS (ORDER BY id)) x`,
        [stream],
      )
      expect(back).toEqual([{ n: 0 }])
      expect(await boundCursorHistory(store.database, { ...BOUNDS, keptDays: 400 })).toBe(0)
    }
  })
})

describe('applyRetention', () => {
  it('removes keys that ended runs have seen, and keeps those of active ones', async () => {
    const [ended, active] = [await store.addSource(), await store.addSource()]
    const runs = [await store.lease(ended), await store.lease(active)] as const
    for (const { runId } of runs) await sql(`INSERT INTO sweep_seen (run_id, stream_id, key_hash) VALUES ($1, 1, 'a')`, [runId])
    await sql(`UPDATE runs SET status = 'ended', outcome = 'ok', finished_at = now() WHERE id = $1`, [runs[0].runId])
    expect(await applyRetention(store.database, DEFAULT_RETENTION)).toMatchObject({ sweep_seen: 1 })
    expect(await store.rows('SELECT run_id FROM sweep_seen')).toEqual([{ run_id: runs[1].runId }])
  })

  it('processes the other tables when one fails', async () => {
    const sourceId = await withHistory(30)
    await sql(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$`)
    await sql('CREATE TRIGGER refuse BEFORE DELETE ON ticks FOR EACH ROW EXECUTE FUNCTION refuse()')
    await expect(applyRetention(store.database, retentionWithin({ latest: 10 }))).rejects.toThrow('failed for 1 tables')
    await sql('DROP TRIGGER refuse ON ticks')
    expect([await countOf('runs', sourceId), await countOf('ticks', sourceId), await countOf('events', sourceId)]).toEqual([10, 30, 10])
  })

  it('stops at its limit, and does the rest next time', async () => {
    const sourceId = await withHistory(30)
    await applyRetention(store.database, retentionWithin({ days: 90, latest: 10 }), { signal: AbortSignal.abort() })
    expect(await countOf('runs', sourceId)).toBe(30)
    await applyRetention(store.database, retentionWithin({ days: 90, latest: 10 }))
    expect(await countOf('runs', sourceId)).toBe(10)
  })
})
