import { openTestStore, type TestStore, testBatch } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { applyBatch } from '../batches/apply-batch.js'
import { finishRun } from '../runs/end-run.js'
import { readClockSkewSeconds } from './reconcile-queries.js'
import { applyRetention, DEFAULT_RETENTION } from './retention.js'

let store: TestStore
beforeAll(async () => {
  store = await openTestStore(inject('postgresUrl'), inject('templateDatabase'))
})
afterAll(() => store.close())

describe('applyRetention', () => {
  it('removes old rows, keeps recent ones, and never touches an active run or its ledger', async () => {
    const old = await store.addSource()
    const active = await store.addSource()
    const young = await store.addSource()
    for (const [sourceId, end] of [
      [old, true],
      [active, false],
      [young, true],
    ] as const) {
      const run = await store.lease(sourceId)
      await applyBatch(store.database, testBatch({ ...run, seq: 1 }, [{ key: 'a' }, { key: 'b', op: 'q' }]))
      if (end) await finishRun(store.database, { runId: run.runId, epoch: run.epoch, streams: [{ name: 'main' }] })
    }
    await store.database.pool.query(`INSERT INTO ticks (source_id, scheduled_for, outcome, recorded_at) SELECT id, now(), 'ran', now() FROM sources`)
    const past = `now() - interval '400 days'`
    for (const [table, column] of [
      ['ledger', 'committed_at'],
      ['ticks', 'recorded_at'],
      ['events', 'at'],
      ['quarantine', 'created_at'],
      ['runs', 'created_at'],
    ])
      await store.database.pool.query(`UPDATE ${table} SET ${column} = ${past} WHERE source_id = ANY($1)`, [[old, active]])
    await store.database.pool.query(`UPDATE runs SET finished_at = ${past} WHERE source_id = $1`, [old])

    const removed = await applyRetention(store.database, DEFAULT_RETENTION)
    expect(removed).toMatchObject({ ledger: 1, runs: 1, ticks: 2, quarantine: 2 })
    const left = async (table: string) =>
      (await store.rows<{ id: string }>(`SELECT DISTINCT source_id AS id FROM ${table}`)).map(({ id }) => id).sort()
    expect(await left('ledger')).toEqual([active, young].sort())
    expect(await left('runs')).toEqual([active, young].sort())
    expect(await left('ticks')).toEqual([young])
    expect(await left('records')).toEqual([old, active, young].sort())
    expect(await applyRetention(store.database, DEFAULT_RETENTION)).toMatchObject({ ledger: 0, runs: 0, ticks: 0, events: 0, quarantine: 0 })
  })
})

describe('readClockSkewSeconds', () => {
  it('finds two clocks of one machine equal', async () => {
    expect(Math.abs(await readClockSkewSeconds(store.database))).toBeLessThan(0.1)
  })
  it.each([
    [3_600_000, -3600],
    [-3_600_000, 3600],
  ])('detects a database clock that is %i ms ahead', async (offset, seconds) => {
    const pool = { query: async () => ({ rows: [{ at: String(Date.now() + offset) }] }) } as never
    expect(Math.round(await readClockSkewSeconds({ pool }))).toBe(seconds)
  })
})
