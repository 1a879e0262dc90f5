import { openTestStore, type TestEntry, type TestStore, testBatch } from '@inlet/testing'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { writeRecords } from './write-records.js'

let store: TestStore
beforeAll(async () => {
  store = await openTestStore(inject('postgresUrl'), inject('templateDatabase'))
})
afterAll(() => store.close())

const LONG = 'x'.repeat(1_000)

const begin = async () => {
  const sourceId = await store.addSource()
  const run = await store.lease(sourceId)
  const write = async (
    seq: number,
    entries: readonly TestEntry[],
    more: { readonly swept?: readonly string[]; readonly overlaps?: boolean } = {},
  ) => {
    const batch = testBatch({ runId: run.runId, sourceId, epoch: run.epoch, seq, ...more }, entries)
    let sent = 0
    const written = await store.database.transaction((client) => {
      const counted = new Proxy(client, {
        get: (target, name) =>
          name !== 'query'
            ? Reflect.get(target, name)
            : (query: string | pg.QueryConfig, values: readonly unknown[] = typeof query === 'string' ? [] : (query.values ?? [])) => {
                for (const value of values) sent += typeof value === 'string' || Buffer.isBuffer(value) ? value.length : 8
                return target.query(query as string, values as unknown[])
              },
      })
      return writeRecords(counted, batch, batch, { inOrder: more.overlaps !== true })
    })
    return { ...written.counts, sent, payload: batch.payload.length }
  }
  return { write }
}

const entries = (from: number, to: number, v: string = LONG): readonly TestEntry[] =>
  Array.from({ length: to - from }, (_, n) => ({ key: `k${from + n}`, v }))

describe('writeRecords', () => {
  it('sends Postgres the content of new and changed records, and of the others only keys and hashes', async () => {
    const { write } = await begin()
    const first = await write(1, entries(0, 100))
    expect(first).toMatchObject({ inserted: 100, unchanged: 0 })
    expect(first.sent).toBeGreaterThan(100_000)
    const same = await write(2, entries(0, 100), { swept: ['main'] })
    expect(same).toMatchObject({ inserted: 0, updated: 0, unchanged: 100 })
    expect(same.sent).toBeLessThan(25_000)
    const some = await write(3, [...entries(0, 90), ...entries(90, 100, LONG.toUpperCase()), ...entries(100, 110)], { swept: ['main'] })
    expect(some).toMatchObject({ inserted: 10, updated: 10, unchanged: 90 })
    expect(some.sent).toBeLessThan(60_000)
  })

  it('sends deletes, rejected records and keys to be held without the content of their batch', async () => {
    const { write } = await begin()
    await write(1, entries(0, 100))
    const mixed: readonly TestEntry[] = [...entries(0, 98), { key: 'k98', op: 'd' }, { key: 'bad', op: 'q', keyed: true }]
    const written = await write(2, mixed, { overlaps: true, swept: ['main'] })
    expect(written).toMatchObject({ inserted: 0, updated: 0, unchanged: 98, deleted: 1, quarantined: 1 })
    expect(written.sent).toBeLessThan(50_000)
    expect(written.payload).toBeGreaterThan(100_000)
  })
})
