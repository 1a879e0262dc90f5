import { openTestStore, type TestEntry, type TestStore, testBatch, until } from '@inlet/testing'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { releaseRun } from '../runs/release-run.js'
import { applyBatch } from './apply-batch.js'

let store: TestStore
beforeAll(async () => {
  store = await openTestStore(inject('postgresUrl'), inject('templateDatabase'))
})
afterAll(() => store.close())

const begin = async () => {
  const sourceId = await store.addSource()
  const run = await store.lease(sourceId)
  const batch = (seq: number, entries: readonly TestEntry[], more: object = {}) =>
    testBatch({ runId: run.runId, sourceId, epoch: run.epoch, seq, ...more }, entries)
  const live = async () =>
    Object.fromEntries(
      (
        await store.rows<{ key: string; v: unknown }>(
          `SELECT key, data->'v' AS v FROM records WHERE source_id = $1 AND deleted_at IS NULL ORDER BY key`,
          [sourceId],
        )
      ).map(({ key, v }) => [key, v]),
    )
  const stream = async () =>
    (await store.rows<{ cursor: unknown; live: number }>('SELECT cursor, live_records::int AS live FROM streams WHERE source_id = $1', [sourceId]))[0]
  const runRow = () => store.database.prisma.run.findUniqueOrThrow({ where: { id: run.runId } })
  return { sourceId, run, batch, live, stream, runRow }
}

describe('applyBatch', () => {
  it('stores a batch once: a redelivery is a duplicate that writes nothing', async () => {
    const { batch, live, stream, runRow } = await begin()
    const one = batch(1, [{ key: 'a' }, { key: 'b' }], { effects: { cursors: [{ stream: 'main', cursor: 7 }] } })
    expect(await applyBatch(store.database, one)).toMatchObject({
      result: 'applied',
      counts: { inserted: 2, updated: 0, unchanged: 0 },
      connector: 'test',
    })
    expect(await applyBatch(store.database, one)).toEqual({ result: 'duplicate' })
    expect(await live()).toEqual({ a: 'a', b: 'b' })
    expect(await stream()).toEqual({ cursor: 7, live: 2 })
    expect(await runRow()).toMatchObject({ committedBatches: 1, duplicateBatches: 1, highWaterMark: 1, inserted: 2n })
  })

  it('lets exactly one of two concurrent scribes apply a batch', async () => {
    const { batch, live } = await begin()
    const one = batch(
      1,
      Array.from({ length: 200 }, (_, n) => ({ key: `k${n}` })),
    )
    const results = await Promise.all(Array.from({ length: 4 }, () => applyBatch(store.database, one)))
    expect(results.map(({ result }) => result).sort()).toEqual(['applied', 'duplicate', 'duplicate', 'duplicate'])
    expect(Object.keys(await live())).toHaveLength(200)
  })

  it('fences batches of an earlier epoch, and reports those stored before as duplicates', async () => {
    const { sourceId, run, batch, live, runRow } = await begin()
    await applyBatch(store.database, batch(1, [{ key: 'a' }]))
    await store.expireLease(sourceId)
    const next = await store.lease(sourceId, { holder: 'other' })
    expect(next).toMatchObject({ epoch: run.epoch + 1, nextSeq: 2 })
    expect(await applyBatch(store.database, batch(1, [{ key: 'a' }]))).toEqual({ result: 'duplicate' })
    expect(await applyBatch(store.database, batch(2, [{ key: 'b' }]))).toEqual({ result: 'fenced' })
    expect(await live()).toEqual({ a: 'a' })
    expect(await runRow()).toMatchObject({ fencedBatches: 1, duplicateBatches: 1, committedBatches: 1 })
  })

  it('fences batches of a released run', async () => {
    const { sourceId, run, batch } = await begin()
    await releaseRun(store.database, { runId: run.runId, sourceId, epoch: run.epoch })
    expect(await applyBatch(store.database, batch(1, [{ key: 'a' }]))).toEqual({ result: 'fenced' })
  })

  it('quarantines a batch whose content does not match its hash, and one whose place is taken by another', async () => {
    const { batch, live, runRow } = await begin()
    const good = batch(1, [{ key: 'a' }])
    expect(await applyBatch(store.database, { ...good, payload: Buffer.from(String(good.payload).replace('"a"', '"z"')) })).toEqual({
      result: 'mismatch',
    })
    expect(await live()).toEqual({})
    expect(await runRow()).toMatchObject({ errorReason: 'BATCH_MISMATCH', highWaterMark: 0 })
    expect(await applyBatch(store.database, good)).toMatchObject({ result: 'applied' })
    expect(await applyBatch(store.database, batch(1, [{ key: 'other' }]))).toEqual({ result: 'mismatch' })
    expect(await live()).toEqual({ a: 'a' })
  })

  it('does not let a mismatch of a superseded worker touch the run that continues', async () => {
    const { sourceId, run, batch, runRow } = await begin()
    await store.expireLease(sourceId)
    await store.lease(sourceId, { holder: 'other' })
    const bad = { ...batch(1, [{ key: 'a' }]), sha256: 'f'.repeat(64) }
    expect(await applyBatch(store.database, bad)).toEqual({ result: 'mismatch' })
    expect((await runRow()).errorReason).toBeNull()
    expect(run.epoch).toBe(1)
  })

  it('does not rewrite unchanged rows', async () => {
    const { batch } = await begin()
    const entries = [{ key: 'a' }, { key: 'b' }]
    const versions = (key: string) =>
      store.rows('SELECT xmin::text, ctid::text, fetched_at FROM records WHERE key = $1 ORDER BY fetched_at DESC LIMIT 1', [key])
    await applyBatch(store.database, batch(1, entries))
    const before = [await versions('a'), await versions('b')]
    expect(await applyBatch(store.database, batch(2, [{ key: 'a' }, { key: 'b', v: 'new' }]))).toMatchObject({
      counts: { unchanged: 1, updated: 1, inserted: 0 },
    })
    expect(await versions('a')).toEqual(before[0])
    expect(await versions('b')).not.toEqual(before[1])
  })

  it('moves the cursor only to the end of the contiguous prefix, and never back', async () => {
    const { sourceId, batch, stream, runRow } = await begin()
    const at = (seq: number) => batch(seq, [{ key: `k${seq}` }], { effects: { cursors: [{ stream: 'main', cursor: seq * 10 }] } })
    const seen: unknown[] = []
    for (const seq of [3, 2, 5, 1, 4]) {
      await applyBatch(store.database, at(seq))
      seen.push((await stream())?.cursor)
    }
    expect(seen).toEqual([null, null, null, 30, 50])
    expect((await runRow()).highWaterMark).toBe(5)
    const history = await store.rows<{ seq: number }>(
      'SELECT h.seq FROM cursor_history h JOIN streams s ON s.id = h.stream_id WHERE s.source_id = $1 ORDER BY h.id',
      [sourceId],
    )
    expect(history.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5])
  })

  it('leaves nothing behind when the connection dies between INSERT and COMMIT', async () => {
    const { sourceId, batch, live, stream } = await begin()
    const one = batch(1, [{ key: 'a' }])
    // Locks the run's row, which a batch takes last: the batch waits there with its records written.
    const blocker = new pg.Client({ connectionString: store.url })
    await blocker.connect()
    await blocker.query('BEGIN')
    await blocker.query('SELECT FROM runs WHERE source_id = $1 FOR UPDATE', [sourceId])
    const applying = applyBatch(store.database, one).catch((error: unknown) => error)
    const [waiting] = await until(async () => {
      const found = await store.rows<{ pid: number }>(
        `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%committed_batches + 1%'`,
      )
      return found.length > 0 ? found : null
    })
    await blocker.query('SELECT pg_terminate_backend($1)', [waiting?.pid])
    expect(await applying).toMatchObject({ reason: 'DATABASE_UNAVAILABLE' })
    await blocker.query('ROLLBACK')
    await blocker.end()
    expect([await live(), await stream(), await store.rows('SELECT FROM ledger WHERE source_id = $1', [sourceId])]).toEqual([
      {},
      { cursor: null, live: 0 },
      [],
    ])
    expect(await applyBatch(store.database, one)).toMatchObject({ result: 'applied', counts: { inserted: 1 } })
  })
})
