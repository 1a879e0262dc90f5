import { openTestStore, type TestStore, testBatch } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { applyBatch } from '../batches/apply-batch.js'
import { createStoredRecords } from './known-records.js'

let store: TestStore
beforeAll(async () => {
  store = await openTestStore(inject('postgresUrl'), inject('templateDatabase'))
})
afterAll(() => store.close())

describe('createStoredRecords', () => {
  it('returns validators of live records only, over several pages', async () => {
    const sourceId = await store.addSource({ streams: ['main', 'other'] })
    const run = await store.lease(sourceId)
    const entries = Array.from({ length: 2_300 }, (_, n) => ({ key: `k${n}`, validator: `v${n}` }))
    for (let i = 0; i < 3; i += 1) await applyBatch(store.database, testBatch({ ...run, seq: i + 1 }, entries.slice(i * 1_000, (i + 1) * 1_000)))
    await applyBatch(
      store.database,
      testBatch({ ...run, seq: 4 }, [
        { key: 'k0', op: 'd' },
        { key: 'k1', stream: 'other' },
      ]),
    )
    const known = createStoredRecords(store.database, sourceId)
    expect(await known.lookup('main', ['k0', 'k1', 'nobody'])).toEqual(new Map([['k1', 'v1']]))
    expect(await known.lookup('other', ['k1'])).toEqual(new Map([['k1', null]]))
    expect(await known.lookup('main', [])).toEqual(new Map())
    const seen = new Map<string, string | null>()
    for await (const { key, validator } of known.entries('main')) {
      expect(seen.has(key)).toBe(false)
      seen.set(key, validator)
    }
    expect(seen.size).toBe(2_299)
    expect(seen.get('k2299')).toBe('v2299')
  })
})
