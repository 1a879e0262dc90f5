import { openTestStore, type TestEntry, type TestStore, testBatch, until } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { applyBatch } from './apply-batch.js'

let store: TestStore
beforeAll(async () => {
  store = await openTestStore(inject('postgresUrl'), inject('templateDatabase'))
})
afterAll(() => store.close())

/** Creates a source that has these records from an earlier run, and a new run of it. */
const begin = async (before: readonly TestEntry[], options: { readonly allowMassDelete?: boolean } = {}) => {
  const sourceId = await store.addSource()
  const first = await store.lease(sourceId)
  await applyBatch(store.database, testBatch({ ...first, seq: 1 }, before))
  await store.database.pool.query(`UPDATE runs SET status = 'ended' WHERE id = $1`, [first.runId])
  await store.expireLease(sourceId)
  const run = await store.lease(sourceId, options)
  const live = async () =>
    (await store.rows<{ key: string }>('SELECT key FROM records WHERE source_id = $1 AND deleted_at IS NULL ORDER BY key', [sourceId])).map(
      ({ key }) => key,
    )
  const counter = async () =>
    (await store.rows<{ live: number }>('SELECT live_records::int AS live FROM streams WHERE source_id = $1', [sourceId]))[0]?.live
  const apply = (seq: number, entries: readonly TestEntry[], sweep: { readonly scope?: string; readonly since?: number } | null) =>
    applyBatch(
      store.database,
      testBatch({ ...run, seq, swept: ['main'], ...(sweep === null ? {} : { effects: { sweeps: [{ stream: 'main', ...sweep }] } }) }, entries),
    )
  const runRow = () => store.database.prisma.run.findUniqueOrThrow({ where: { id: run.runId } })
  return { sourceId, run, live, counter, apply, runRow }
}
const keys = (count: number): TestEntry[] => Array.from({ length: count }, (_, n) => ({ key: `k${n}` }))

describe('a sweep', () => {
  it('deletes what the run has seen neither as changed nor as unchanged', async () => {
    const { apply, live, counter, runRow } = await begin(keys(4))
    await apply(1, [{ key: 'k0', v: 'new' }], null)
    expect(await apply(2, [{ key: 'k1', op: 'n' }], {})).toMatchObject({ counts: { deleted: 2 } })
    expect([await live(), await counter(), (await runRow()).deleted]).toEqual([['k0', 'k1'], 2, 2n])
  })

  it('waits until everything before it is stored', async () => {
    const { apply, live } = await begin(keys(2))
    await apply(2, [{ key: 'k1', op: 'n' }], {})
    expect(await live()).toEqual(['k0', 'k1'])
    await apply(1, [{ key: 'k0', op: 'n' }], null)
    expect(await live()).toEqual(['k0', 'k1'])
  })

  it('with a scope only touches records of that scope', async () => {
    const { apply, live } = await begin([{ key: 'a1', scope: 'a' }, { key: 'a2', scope: 'a' }, { key: 'b1', scope: 'b' }, { key: 'none' }])
    await apply(1, [{ key: 'a1', scope: 'a' }], { scope: 'a' })
    expect(await live()).toEqual(['a1', 'b1', 'none'])
  })

  it('refuses to delete most records, and reports it', async () => {
    const { apply, live, counter, runRow, sourceId } = await begin(keys(50))
    await apply(1, [{ key: 'k0' }], {})
    expect([(await live()).length, await counter()]).toEqual([50, 50])
    expect((await runRow()).progress).toMatchObject({ warnings: [{ reason: 'MASS_DELETE_REFUSED' }] })
    expect(await store.rows(`SELECT level FROM events WHERE source_id = $1 AND type = 'sweep.refused'`, [sourceId])).toEqual([{ level: 'warn' }])
  })

  it('refuses to replace most records by others with new keys, in the next runs as well, until that is confirmed', async () => {
    const { apply, live, counter, runRow, sourceId } = await begin(keys(50))
    const moved = Array.from({ length: 60 }, (_, n) => ({ key: `new${n}` }))
    await apply(1, moved, {})
    expect([(await live()).length, await counter()]).toEqual([110, 110])
    expect((await runRow()).progress).toMatchObject({
      warnings: [
        {
          reason: 'MASS_DELETE_REFUSED',
          message: '50 of 50 records of main are gone at the source, and 60 with other keys have come; nothing was deleted',
        },
      ],
    })
    const again = async (options: { readonly allowMassDelete?: boolean }) => {
      await store.database.pool.query(`UPDATE runs SET status = 'ended' WHERE source_id = $1`, [sourceId])
      await store.expireLease(sourceId)
      const run = await store.lease(sourceId, options)
      const shown = moved.map(({ key }) => ({ key, op: 'n' as const }))
      await applyBatch(store.database, testBatch({ ...run, seq: 1, swept: ['main'], effects: { sweeps: [{ stream: 'main' }] } }, shown))
      return counter()
    }
    expect([await again({}), await again({ allowMassDelete: true }), await again({})]).toEqual([110, 60, 60])
  })

  it('lets records come and go, however many the first read after a sweep brought', async () => {
    const { apply, counter } = await begin(keys(50))
    await apply(1, [...keys(45).map(({ key }) => ({ key, op: 'n' as const })), ...Array.from({ length: 100 }, (_, n) => ({ key: `m${n}` }))], {})
    expect(await counter()).toBe(145)
    await apply(
      2,
      [...keys(45), ...Array.from({ length: 60 }, (_, n) => ({ key: `m${n}` }))].map(({ key }) => ({ key, op: 'n' as const })),
      { since: 2 },
    )
    expect(await counter()).toBe(105)
  })

  it('may empty a stream of up to twenty, and any stream with allowMassDelete', async () => {
    const small = await begin(keys(20))
    await small.apply(1, [], {})
    expect([await small.live(), await small.counter()]).toEqual([[], 0])
    const large = await begin(keys(50), { allowMassDelete: true })
    await large.apply(1, [{ key: 'k0' }], {})
    expect([await large.live(), await large.counter()]).toEqual([['k0'], 1])
  })

  it('does not touch deleted records, and a deleted record can come back', async () => {
    const { apply, live, counter } = await begin(keys(3))
    await apply(1, [{ key: 'k0', op: 'd' }, { key: 'k1' }], {})
    expect([await live(), await counter()]).toEqual([['k1'], 1])
    await apply(2, [{ key: 'k0' }, { key: 'k2' }], null)
    expect([await live(), await counter()]).toEqual([['k0', 'k1', 'k2'], 3])
  })

  it('deletes what an earlier attempt of the run showed and the sweeping one does not', async () => {
    const { sourceId, run, apply, live } = await begin([])
    await apply(
      1,
      [
        { key: 'kept', scope: 'f' },
        { key: 'gone', scope: 'f' },
      ],
      null,
    )
    await store.expireLease(sourceId)
    const second = await store.lease(sourceId)
    expect([second.runId, second.nextSeq]).toEqual([run.runId, 2])
    const effects = { sweeps: [{ stream: 'main', scope: 'f' }] }
    await applyBatch(store.database, testBatch({ ...second, seq: 2, swept: ['main'], effects }, [{ key: 'kept', scope: 'f' }]))
    expect(await live()).toEqual(['kept'])
  })

  it('deletes what only an earlier reading of the same attempt showed', async () => {
    const { run, apply, live } = await begin([])
    await apply(1, [{ key: 'kept' }, { key: 'gone' }], null)
    const effects = { sweeps: [{ stream: 'main', since: 2 }] }
    await applyBatch(store.database, testBatch({ ...run, seq: 2, swept: ['main'], effects }, [{ key: 'kept', op: 'n' }]))
    expect(await live()).toEqual(['kept'])
  })

  it('leaves alone what an earlier attempt completed in another scope', async () => {
    const { sourceId, apply, live } = await begin([])
    await apply(1, [{ key: 'a1', scope: 'a' }], { scope: 'a' })
    await store.expireLease(sourceId)
    const second = await store.lease(sourceId)
    const effects = { sweeps: [{ stream: 'main', scope: 'b' }] }
    await applyBatch(store.database, testBatch({ ...second, seq: 2, swept: ['main'], effects }, [{ key: 'b1', scope: 'b' }]))
    expect(await live()).toEqual(['a1', 'b1'])
  })

  it('does not delete what a later batch shows unchanged at that very moment', async () => {
    const { run, sourceId, live, counter } = await begin([{ key: 'a1', scope: 'a' }])
    const waiting = async () =>
      (
        await store.rows<{ n: number }>(
          `SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        )
      )[0]?.n
    const effects = { sweeps: [{ stream: 'main', scope: 'a' }] }
    const [sweeping, showing] = await store.database.transaction(async (client) => {
      await client.query('SELECT FROM runs WHERE id = $1 FOR UPDATE', [run.runId])
      const first = applyBatch(store.database, testBatch({ ...run, seq: 1, swept: ['main'], effects }, []))
      await until(async () => (await waiting()) === 1)
      const second = applyBatch(store.database, testBatch({ ...run, seq: 2, swept: ['main'] }, [{ key: 'a1', scope: 'a' }]))
      await until(async () => (await waiting()) === 2)
      return [first, second] as const
    })
    expect([(await sweeping).result, (await showing).result]).toEqual(['applied', 'applied'])
    expect([await live(), await counter()]).toEqual([['a1'], 1])
    expect(await store.database.prisma.run.findUniqueOrThrow({ where: { id: run.runId } })).toMatchObject({ sourceId, deleted: 1n, updated: 1n })
  })
})
