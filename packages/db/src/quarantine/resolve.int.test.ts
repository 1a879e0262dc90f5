import { batchHash } from '@inlet/domain'
import { openTestStore, type TestEntry, type TestStore, testBatch } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { applyBatch } from '../batches/apply-batch.js'
import { retryQuarantine } from './retry-quarantined.js'

let store: TestStore
beforeAll(async () => {
  store = await openTestStore(inject('postgresUrl'), inject('templateDatabase'))
})
afterAll(() => store.close())

const bad = (raw: string, more: Partial<TestEntry> = {}): TestEntry => ({ key: '', op: 'q', raw, ...more })
const good: readonly TestEntry[] = Array.from({ length: 5 }, (_, n) => ({ key: `good${n}`, scope: 'f' }))

/** Performs a run of the source that reads these entries in one batch and then sweeps. */
const read = async (
  sourceId: string,
  entries: readonly TestEntry[],
  sweep: { readonly scope?: string; readonly contents?: boolean; readonly everyKey?: boolean } | null,
) => {
  const run = await store.lease(sourceId)
  const effects = sweep === null ? {} : { effects: { sweeps: [{ stream: 'main', since: 1, ...sweep }] } }
  await applyBatch(store.database, testBatch({ ...run, seq: 1, swept: ['main'], ...effects }, entries))
  await store.rows(`UPDATE runs SET status = 'ended' WHERE id = $1`, [run.runId])
  await store.expireLease(sourceId)
  return run
}
const rowsOf = (sourceId: string) =>
  store.rows<{ raw: string; state: string; resolution: string | null; occurrences: number; runId: string }>(
    `SELECT raw, state, resolution, occurrences, run_id AS "runId" FROM quarantine WHERE source_id = $1 ORDER BY id`,
    [sourceId],
  )

describe('a record that fails repeatedly', () => {
  it('is one row with a counter and the last run that saw it', async () => {
    const sourceId = await store.addSource()
    await read(sourceId, [bad('x'), bad('x'), bad('y')], null)
    const last = await read(sourceId, [bad('x')], null)
    expect(await rowsOf(sourceId)).toMatchObject([
      { raw: 'x', state: 'open', occurrences: 3, runId: last.runId },
      { raw: 'y', state: 'open', occurrences: 1 },
    ])
  })

  it('gets a new row once the other one is no longer open', async () => {
    const sourceId = await store.addSource()
    await read(sourceId, [bad('x')], null)
    await store.rows(`UPDATE quarantine SET state = 'dropped' WHERE source_id = $1`, [sourceId])
    await read(sourceId, [bad('x')], null)
    expect((await rowsOf(sourceId)).map(({ state }) => state)).toEqual(['dropped', 'open'])
  })

  it('is distinguished by its content, not by a message that names its line', async () => {
    const sourceId = await store.addSource()
    const run = await store.lease(sourceId)
    for (const [seq, message, raw] of [
      [1, 'line 1', 'x'],
      [2, 'line 2', 'x'],
      [3, 'line 3', undefined],
      [4, 'line 4', undefined],
    ] as const) {
      const payload = Buffer.from(JSON.stringify([{ s: 'main', k: '', h: '', o: 'q', r: 'RECORD_INVALID', m: message, raw }]))
      const batch = { ...testBatch({ ...run, seq }, []), payload, counts: { u: 0, d: 0, n: 0, q: 1 }, sha256: batchHash(payload, undefined) }
      await applyBatch(store.database, batch)
    }
    expect((await rowsOf(sourceId)).map(({ occurrences }) => occurrences)).toEqual([2, 1, 1])
  })
})

describe('a complete reading', () => {
  it('resolves only what has no key and did not fail again', async () => {
    const sourceId = await store.addSource()
    await read(sourceId, [...good, bad('repaired'), bad('still')], { contents: true })
    await read(sourceId, [...good, bad('still'), bad('new')], { contents: true })
    expect(await rowsOf(sourceId)).toMatchObject([
      { raw: 'repaired', state: 'resolved', resolution: 'not_repeated' },
      { raw: 'still', state: 'open', resolution: null, occurrences: 2 },
      { raw: 'new', state: 'open' },
    ])
  })

  it('resolves nothing without a key if it showed some records by their keys alone', async () => {
    const sourceId = await store.addSource()
    await read(sourceId, [...good, bad('x')], { contents: true })
    await read(
      sourceId,
      good.map(({ key }) => ({ key, op: 'n' })),
      { contents: false },
    )
    expect(await rowsOf(sourceId)).toMatchObject([{ raw: 'x', state: 'open' }])
  })

  it('resolves records whose keys are gone', async () => {
    const sourceId = await store.addSource()
    await read(sourceId, [...good, bad('x', { key: 'never stored', keyed: true }), bad('y', { key: 'good0', keyed: true })], { contents: true })
    await read(sourceId, good.slice(1), { contents: true })
    expect(await rowsOf(sourceId)).toMatchObject([
      { raw: 'x', state: 'resolved', resolution: 'gone' },
      { raw: 'y', state: 'resolved', resolution: 'gone' },
    ])
  })

  it('that may have skipped failed records resolves only what it deleted', async () => {
    const sourceId = await store.addSource()
    await read(sourceId, [...good, bad('x', { key: 'never stored', keyed: true }), bad('y', { key: 'good0', keyed: true })], { contents: false })
    await read(sourceId, good.slice(1), { contents: false })
    expect(await rowsOf(sourceId)).toMatchObject([
      { raw: 'x', state: 'open' },
      { raw: 'y', state: 'resolved', resolution: 'gone' },
    ])
  })

  it('that showed every key resolves those that are gone, and nothing without a key', async () => {
    const sourceId = await store.addSource()
    await read(sourceId, [...good, bad('x', { key: 'gone', keyed: true }), bad('y', { key: 'still', keyed: true }), bad('z')], { contents: false })
    await read(sourceId, [...good, { key: 'still', op: 'n' }], { contents: false, everyKey: true })
    expect(await rowsOf(sourceId)).toMatchObject([{ raw: 'x', state: 'resolved', resolution: 'gone' }, { state: 'open' }, { state: 'open' }])
  })

  it('of a scope resolves only what belongs to it', async () => {
    const sourceId = await store.addSource()
    await read(sourceId, [...good, bad('of f', { scope: 'f' }), bad('of g', { scope: 'g' }), bad('of none')], null)
    await read(sourceId, good, { scope: 'f', contents: true })
    expect(await rowsOf(sourceId)).toMatchObject([{ state: 'resolved', resolution: 'not_repeated' }, { state: 'open' }, { state: 'open' }])
  })

  it('resolves nothing if the mass-delete guard refused it', async () => {
    const sourceId = await store.addSource()
    const many = Array.from({ length: 60 }, (_, n) => ({ key: `k${n}` }))
    await read(sourceId, [...many, bad('x')], { contents: true })
    await read(sourceId, [{ key: 'k0' }], { contents: true })
    expect(await rowsOf(sourceId)).toMatchObject([{ raw: 'x', state: 'open' }])
  })
})

describe('a retry of many', () => {
  it('says why each skipped record was skipped', async () => {
    const sourceId = await store.addSource()
    const run = await read(sourceId, [bad('x')], null)
    const wrong = { ...testBatch({ ...run, seq: 1 }, [{ key: 'other' }]), sha256: '0'.repeat(64) }
    expect(await applyBatch(store.database, wrong)).toMatchObject({ result: 'mismatch' })
    const started = await retryQuarantine(store.database, { sourceId }, 'key:a')
    expect(started).toMatchObject({ selected: 0, skipped: 2, runId: null })
    expect(started?.skippedRecords.map(({ why }) => why)).toEqual([
      'it is a batch, not a record',
      'only the beginning of the raw input is kept: send the whole record with the retry',
    ])
  })
})
