import { openTestStore, type TestStore, testBatch } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { applyBatch } from '../batches/apply-batch.js'
import { createStoredRecords } from '../records/known-records.js'
import { finishRun } from '../runs/end-run.js'
import { alignMappings, finishReread } from './align-mappings.js'

let store: TestStore
beforeAll(async () => {
  store = await openTestStore(inject('postgresUrl'), inject('templateDatabase'))
})
afterAll(() => store.close())

const streams = (main: { sha256: string; keys: 'kept' | 'set' } | null) => [
  { name: 'main', mapping: main },
  { name: 'other', mapping: null },
]
const one = { sha256: '11', keys: 'kept' as const }

const storeSome = async (sourceId: string) => {
  const run = await store.lease(sourceId)
  await applyBatch(
    store.database,
    testBatch({ ...run, seq: 1, effects: { cursors: [{ stream: 'main', cursor: { at: 5 } }] } }, [
      { key: 'a', validator: 'v1' },
      { key: 'a', stream: 'other', validator: 'v1' },
    ]),
  )
  await finishRun(store.database, { runId: run.runId, epoch: run.epoch, recordsRead: 2, progress: {}, streams: [], provedUnchanged: false })
}

describe('alignMappings', () => {
  it('reads a changed stream from the beginning and ignores older validators until that is done', async () => {
    const sourceId = await store.addSource({ streams: ['main', 'other'] })
    await storeSome(sourceId)
    const known = createStoredRecords(store.database, sourceId)
    const run = await store.lease(sourceId)
    expect(run.cursors.get('main')).toEqual({ at: 5 })
    expect(await alignMappings(store.database, run, streams(null))).toEqual([])
    expect(await known.lookup('main', ['a'])).toEqual(new Map([['a', 'v1']]))

    expect(await alignMappings(store.database, run, streams(one))).toEqual(['main'])
    expect(await alignMappings(store.database, run, streams(one))).toEqual([])
    expect(await store.rows('SELECT name, cursor FROM streams WHERE source_id = $1 ORDER BY name', [sourceId])).toEqual([
      { name: 'main', cursor: null },
      { name: 'other', cursor: null },
    ])
    expect([await known.lookup('main', ['a']), await known.lookup('other', ['a'])]).toEqual([new Map([['a', null]]), new Map([['a', null]])])

    await applyBatch(store.database, testBatch({ ...run, seq: 1 }, [{ key: 'a', validator: 'v2' }]))
    expect(await known.lookup('main', ['a'])).toEqual(new Map([['a', 'v2']]))
    await finishReread(store.database, { ...run, epoch: run.epoch - 1 })
    expect(await known.lookup('other', ['a'])).toEqual(new Map([['a', null]]))
    await finishReread(store.database, run)
    expect(await known.lookup('other', ['a'])).toEqual(new Map([['a', 'v1']]))
  })

  it('knows no keys of a stream whose mapping sets them', async () => {
    const sourceId = await store.addSource({ streams: ['main', 'other'] })
    await storeSome(sourceId)
    const run = await store.lease(sourceId)
    await alignMappings(store.database, run, streams({ ...one, keys: 'set' }))
    await finishReread(store.database, run)
    const known = createStoredRecords(store.database, sourceId)
    const entries: object[] = []
    for await (const entry of known.entries('main')) entries.push(entry)
    expect([await known.lookup('main', ['a']), entries]).toEqual([new Map(), []])
  })

  it('changes nothing for a worker that lost its lease', async () => {
    const sourceId = await store.addSource({ streams: ['main', 'other'] })
    await storeSome(sourceId)
    const run = await store.lease(sourceId)
    expect(await alignMappings(store.database, { sourceId, epoch: run.epoch - 1 }, streams(one))).toEqual([])
    expect(await store.rows('SELECT mapping_hash FROM streams WHERE source_id = $1', [sourceId])).toEqual([
      { mapping_hash: null },
      { mapping_hash: null },
    ])
  })
})
