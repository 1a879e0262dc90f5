import { openTestStore, type TestEntry, type TestStore, testBatch } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { createDatabase } from '../database.js'
import { finishRun } from '../runs/end-run.js'
import { applyBatch } from './apply-batch.js'

let store: TestStore
beforeAll(async () => {
  store = await openTestStore(inject('postgresUrl'), inject('templateDatabase'))
})
afterAll(() => store.close())

const quarantineOf = (sourceId: string) =>
  store.rows<{ key: string; reason: string; message: string; raw: string }>(
    'SELECT key, reason, message, raw FROM quarantine WHERE source_id = $1 ORDER BY id',
    [sourceId],
  )
const liveKeys = async (sourceId: string) =>
  (await store.rows<{ key: string }>('SELECT key FROM records WHERE source_id = $1 AND deleted_at IS NULL ORDER BY key', [sourceId])).map(
    ({ key }) => key,
  )

describe('a record that Postgres refuses', () => {
  it.each<[string, TestEntry, RegExp]>([
    ['a date before the calendar', { key: 'bad', at: '0000-01-01' }, /22008/],
    ['a number beyond numeric', { key: 'bad', data: '{"v":1e200000}' }, /22003/],
    ['a NUL character', { key: 'bad', data: '{"v":"a\\u0000b"}' }, /22P05/],
    ['half a surrogate pair', { key: 'bad', data: '{"v":"\\ud800"}' }, /22P02/],
  ])('goes to quarantine alone: %s', async (_title, bad, message) => {
    const sourceId = await store.addSource()
    const run = await store.lease(sourceId)
    const good = Array.from({ length: 40 }, (_, n) => ({ key: `k${String(n).padStart(2, '0')}` }))
    const entries = [...good.slice(0, 13), bad, ...good.slice(13)]
    const effects = { cursors: [{ stream: 'main', cursor: 'passed' }] }
    const applied = await applyBatch(store.database, testBatch({ ...run, seq: 1, effects }, entries))
    expect(applied).toMatchObject({ result: 'applied', counts: { inserted: 40, quarantined: 1, unchanged: 0 } })
    expect(await liveKeys(sourceId)).toEqual(good.map(({ key }) => key))
    expect(await quarantineOf(sourceId)).toMatchObject([{ key: 'bad', reason: 'RECORD_INVALID', message: expect.stringMatching(message) }])
    expect(await store.rows('SELECT cursor, live_records::int AS live FROM streams WHERE source_id = $1', [sourceId])).toEqual([
      { cursor: 'passed', live: 40 },
    ])
    expect(await finishRun(store.database, { runId: run.runId, epoch: run.epoch, streams: [{ name: 'main' }] })).toBe('partial')
  })

  it('keeps the later state of a key that occurs twice in one batch, and reports it', async () => {
    const sourceId = await store.addSource()
    const run = await store.lease(sourceId)
    const applied = await applyBatch(store.database, testBatch({ ...run, seq: 1 }, [{ key: 'a', v: 1 }, { key: 'b' }, { key: 'a', v: 2 }]))
    expect(applied).toMatchObject({ result: 'applied', counts: { inserted: 2, quarantined: 1 } })
    expect(await store.rows(`SELECT key, data->'v' AS v FROM records WHERE source_id = $1 ORDER BY key`, [sourceId])).toEqual([
      { key: 'a', v: 2 },
      { key: 'b', v: 'b' },
    ])
    expect(await quarantineOf(sourceId)).toMatchObject([{ key: 'a', message: expect.stringContaining('twice') }])
  })

  it('keeps integers beyond 2^53 exact, even in a batch that had to be halved', async () => {
    const sourceId = await store.addSource()
    const run = await store.lease(sourceId)
    await applyBatch(
      store.database,
      testBatch({ ...run, seq: 1 }, [
        { key: 'big', data: '{"v":9007199254740993}' },
        { key: 'bad', at: '0000-01-01' },
      ]),
    )
    expect(await store.rows(`SELECT data->>'v' AS v FROM records WHERE source_id = $1`, [sourceId])).toEqual([{ v: '9007199254740993' }])
  })

  it('is not deleted by a sweep while it is bad: its older state was seen', async () => {
    const sourceId = await store.addSource()
    const run = await store.lease(sourceId)
    await applyBatch(store.database, testBatch({ ...run, seq: 1 }, [{ key: 'a' }]))
    const effects = { sweeps: [{ stream: 'main' }] }
    await applyBatch(store.database, testBatch({ ...run, seq: 2, swept: ['main'], effects }, [{ key: 'a', at: '0000-01-01' }]))
    expect(await liveKeys(sourceId)).toEqual(['a'])
  })
})

describe('the quarantine budget', () => {
  it('keeps the cursor and fails the run beyond ten bad records', async () => {
    const sourceId = await store.addSource()
    const run = await store.lease(sourceId)
    const bad = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => ({ key: `bad${from + n}`, op: 'q' as const }))
    // What the worker knows about it.
    const stopped = { code: 'upstream_invalid', reason: 'QUARANTINE_BUDGET', message: 'the scribe stopped the run', next: 'see' } as const
    const effects = (cursor: number) => ({ cursors: [{ stream: 'main', cursor }] })
    await applyBatch(store.database, testBatch({ ...run, seq: 1, effects: effects(1) }, [{ key: 'good' }, ...bad(0, 10)]))
    await applyBatch(store.database, testBatch({ ...run, seq: 2, effects: effects(2) }, bad(10, 11)))
    expect(await store.rows('SELECT cursor FROM streams WHERE source_id = $1', [sourceId])).toEqual([{ cursor: 1 }])
    expect(await finishRun(store.database, { runId: run.runId, epoch: run.epoch, failure: stopped })).toBe('failed')
    expect(await store.database.prisma.run.findUniqueOrThrow({ where: { id: run.runId } })).toMatchObject({
      errorReason: 'QUARANTINE_BUDGET',
      quarantined: 11n,
      errorMessage: expect.stringMatching(/^11 records could not be stored, more than the run may quarantine, most of them for \w+: ./),
      errorNext: expect.stringMatching(/^(?!Too many records).+inlet quarantine/),
    })
    expect(await liveKeys(sourceId)).toEqual(['good'])
  })
})

describe('time limits', () => {
  it('halves a batch that takes too long', async () => {
    const sourceId = await store.addSource()
    const run = await store.lease(sourceId)
    // Each record takes 60 ms to write: eight together exceed the limit of 300 ms, four do not.
    await store.database.pool.query(`CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.06); RETURN NEW; END $$`)
    await store.database.pool.query('CREATE TRIGGER slow BEFORE INSERT ON records FOR EACH ROW EXECUTE FUNCTION slow()')
    const hasty = createDatabase({ url: store.url, applicationName: 'hasty', poolSize: 1, statementTimeoutMs: 300 })
    try {
      const entries = Array.from({ length: 8 }, (_, n) => ({ key: `k${n}` }))
      expect(await applyBatch(hasty, testBatch({ ...run, seq: 1 }, entries))).toMatchObject({
        result: 'applied',
        counts: { inserted: 8, quarantined: 0 },
      })
    } finally {
      await hasty.close()
      await store.database.pool.query('DROP TRIGGER slow ON records')
    }
  })
})
