import type { BatchEffects } from '@inlet/domain'
import { createTestDatabase, openTestStore, type TestEntry, type TestStore, until } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { createDatabase } from '../database.js'
import { indexPending } from '../search/index-pending.js'
import { deleteSource, markDeleting } from '../sources/delete-source.js'
import { expireChanges } from './expire-changes.js'
import { type Change, type ChangeFilter, type ChangePosition, readChanges, startOfChanges } from './read-changes.js'
import { readChangeHead } from './read-head.js'

let store: TestStore
beforeAll(async () => {
  store = await openTestStore(inject('postgresUrl'), inject('templateDatabase'))
})
afterAll(() => store.close())

const FIELDS = { allData: true, members: [], text: true }

const read = async (from: ChangePosition, filter: ChangeFilter = {}, limit = 3): Promise<{ changes: readonly Change[]; next: ChangePosition }> => {
  const changes: Change[] = []
  for (let at = from; ; ) {
    const page = await readChanges(store.database, at, { filter, fields: FIELDS, limit, maxBytes: 1_000_000 })
    if (page === null) throw new Error('expired')
    expect(page.changes.length).toBeLessThanOrEqual(limit)
    changes.push(...page.changes)
    at = page.next
    if (page.atEnd) return { changes, next: at }
  }
}
const shown = (changes: readonly Change[]): readonly string[] =>
  changes.map((change) =>
    change.op === 'source_deleted' ? change.op : `${change.op} ${change.record.key} ${JSON.parse(change.record.dataText).v ?? ''}`.trim(),
  )

interface More {
  readonly effects?: BatchEffects
  readonly swept?: readonly string[]
}

/** Waits until everything written by now can be read: the database itself writes too. */
const readable = async (): Promise<void> => {
  const [now] = await store.rows<{ xid: string }>('SELECT pg_current_xact_id()::text AS xid')
  await until(async () => BigInt((await readChangeHead(store.database)).horizon) > BigInt(now?.xid ?? 0))
}

const open = async (streams = ['main']) => {
  const source = await store.openSource({ streams })
  return {
    ...source,
    put: async (entries: readonly TestEntry[], more: More = {}, isOver = true): Promise<void> => {
      await source.put(entries, more)
      if (isOver) await readable()
    },
  }
}

describe('the change feed', () => {
  it('begins with what is stored, and continues with what changes', async () => {
    const { sourceId, put } = await open()
    const filter = { sourceIds: [sourceId] }
    await put(Array.from({ length: 7 }, (_, n) => ({ key: `k${n}`, v: 1 })))
    await put([{ op: 'd', key: 'k0' }])
    const first = await read(await startOfChanges(store.database, 'beginning'), filter)
    expect(shown(first.changes)).toEqual(['delete k0 1', ...[1, 2, 3, 4, 5, 6].map((n) => `upsert k${n} 1`)])
    await put([
      { key: 'k1', v: 2 },
      { key: 'k2', v: 1 },
      { op: 'd', key: 'k3' },
      { key: 'k0', v: 1 },
    ])
    const second = await read(first.next, filter)
    expect(shown(second.changes).toSorted()).toEqual(['delete k3 1', 'upsert k0 1', 'upsert k1 2'])
    expect(shown((await read(second.next, filter)).changes)).toEqual([])
  })

  it('shows a change that is committed after a later one', async () => {
    const { sourceId, put } = await open()
    const filter = { sourceIds: [sourceId] }
    const start = await startOfChanges(store.database, 'now')
    const late = await store.database.pool.connect()
    await late.query('BEGIN')
    await late.query('SELECT pg_current_xact_id()')
    await put([{ key: 'second', v: 1 }], {}, false)
    const before = await read(start, filter)
    expect(before.changes).toEqual([])
    await late.query(
      `INSERT INTO records (stream_id, key_hash, source_id, key, kind, data, content_hash, run_id, version, epoch, seq, doc_id)
       SELECT stream_id, 'x', source_id, 'first', kind, '{}', 'x', run_id, version, epoch, seq, nextval('record_docs') FROM records WHERE source_id = $1`,
      [sourceId],
    )
    await late.query(
      `INSERT INTO record_changes (source_id, docs, records)
       SELECT source_id, int8multirange(int8range(doc_id, doc_id, '[]')), 1 FROM records WHERE source_id = $1 AND key = 'first'`,
      [sourceId],
    )
    await late.query('COMMIT')
    late.release()
    await readable()
    expect(shown((await read(before.next, filter)).changes)).toEqual(['upsert first', 'upsert second 1'])
  })

  it('does not wait for transactions of another database', async () => {
    const { sourceId, put } = await open()
    const start = await startOfChanges(store.database, 'now')
    const other = await createTestDatabase(inject('postgresUrl'), inject('templateDatabase'))
    const elsewhere = createDatabase({ url: other.url, applicationName: 'test', poolSize: 1 })
    await elsewhere.transaction(async (client) => {
      await client.query('SELECT pg_current_xact_id()')
      await put([{ key: 'a', v: 1 }])
      expect(shown((await read(start, { sourceIds: [sourceId] })).changes)).toEqual(['upsert a 1'])
    })
    await elsewhere.close()
    await other.drop()
  })

  it('reads log rows in parts, and skips those whose records changed again', async () => {
    const { sourceId, put } = await open()
    const start = await startOfChanges(store.database, 'now')
    const keys = Array.from({ length: 25 }, (_, n) => `k${n}`)
    for (const v of [1, 2, 3]) await put(keys.map((key) => ({ key, v })))
    for (const key of keys.slice(0, 5)) await put([{ key, v: 4 }])
    for (const limit of [1, 3, 25, 100]) {
      const { changes } = await read(start, { sourceIds: [sourceId] }, limit)
      expect(shown(changes)).toEqual([...keys.slice(5).map((key) => `upsert ${key} 3`), ...keys.slice(0, 5).map((key) => `upsert ${key} 4`)])
    }
  })

  it('shows what a sweep deletes, even if it needs more than one log row', async () => {
    const { sourceId, put } = await open()
    await put(Array.from({ length: 2_300 }, (_, n) => ({ key: `k${n}`, v: 1 })))
    const start = await startOfChanges(store.database, 'now')
    await store.rows(`UPDATE runs SET allow_mass_delete = true WHERE source_id = $1`, [sourceId])
    await put([{ op: 'n', key: 'k7' }], { effects: { sweeps: [{ stream: 'main' }] }, swept: ['main'] })
    const { changes } = await read(start, { sourceIds: [sourceId] }, 500)
    expect(changes.map(({ op }) => op)).toEqual(Array.from({ length: 2_299 }, () => 'delete'))
    const rows = await store.rows('SELECT max(records) AS most FROM record_changes WHERE source_id = $1 AND xid >= $2::bigint', [sourceId, start.xid])
    expect(rows).toEqual([{ most: 1_000 }])
  })

  it('filters by source, stream and kind', async () => {
    const { sourceId, put } = await open(['main', 'other'])
    const start = await startOfChanges(store.database, 'now')
    await put([
      { key: 'a', v: 1 },
      { key: 'b', v: 1, stream: 'other' },
    ])
    expect(shown((await read(start, { stream: 'other' })).changes)).toEqual(['upsert b 1'])
    expect(shown((await read(start, { sourceIds: [sourceId], kind: 'document' })).changes)).toEqual([])
    expect((await read(start, { sourceIds: [sourceId] })).changes).toHaveLength(2)
  })

  it('shows records stored by an earlier version when they get a number, and their deletes', async () => {
    const { sourceId, put } = await open()
    const filter = { sourceIds: [sourceId] }
    await put([
      { key: 'a', v: 1 },
      { key: 'b', v: 1 },
    ])
    await store.rows('UPDATE records SET doc_id = NULL WHERE source_id = $1', [sourceId])
    const start = await startOfChanges(store.database, 'now')
    await put([{ op: 'd', key: 'b' }])
    await indexPending(store.database)
    await readable()
    expect(shown((await read(start, filter)).changes)).toEqual(['delete b 1', 'upsert a 1'])
  })

  it('reports once that a source is gone', async () => {
    const { sourceId, put } = await open()
    await put([{ key: 'a', v: 1 }])
    const start = await startOfChanges(store.database, 'now')
    await put([{ key: 'b', v: 1 }])
    await markDeleting(store.database, sourceId, 'test')
    expect(await deleteSource(store.database, sourceId)).toBe(true)
    await readable()
    expect(shown((await read(start, { sourceIds: [sourceId] })).changes)).toEqual(['source_deleted'])
  })

  it('refuses only positions whose changes are gone, or of another cluster', async () => {
    const { put } = await open()
    const start = await startOfChanges(store.database, 'now')
    await put([{ key: 'a', v: 1 }])
    const { next } = await read(start)
    await store.rows(`UPDATE record_changes SET at = now() - interval '8 days'`)
    const request = { filter: {}, fields: FIELDS, limit: 10, maxBytes: 1_000_000 }
    expect(await readChanges(store.database, start, request)).not.toBeNull()
    expect(await expireChanges(store.database, 7)).toBeGreaterThan(0)
    expect(await readChanges(store.database, start, request)).toBeNull()
    expect(await readChanges(store.database, next, request)).toMatchObject({ changes: [], atEnd: true })
    expect(await readChanges(store.database, { ...next, cluster: 'another' }, request)).toBeNull()
  })
})
