import { batchHash, keyHash, sha256Hex } from '@inlet/domain'
import { openTestStore, type TestEntry, type TestStore, testBatch } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { applyBatch } from './apply-batch.js'

let store: TestStore
beforeAll(async () => {
  store = await openTestStore(inject('postgresUrl'), inject('templateDatabase'))
})
afterAll(() => store.close())

const NEW = { expectsNew: true }

const begin = async () => {
  const sourceId = await store.addSource({ streams: ['main', 'other'] })
  const run = await store.lease(sourceId)
  const batch = (seq: number, entries: readonly TestEntry[], more: object = {}) => testBatch({ ...run, seq, ...more }, entries)
  const live = () =>
    store.rows<{ key: string; v: unknown; seq: number }>(
      `SELECT key, data->'v' AS v, seq FROM records WHERE source_id = $1 AND deleted_at IS NULL ORDER BY key`,
      [sourceId],
    )
  return { sourceId, run, batch, live }
}

describe('a batch that is assumed to be new', () => {
  it('is stored with its counts, changes and pending index entries, like any other', async () => {
    const { sourceId, batch, live } = await begin()
    const applied = await applyBatch(store.database, batch(1, [{ key: 'a' }, { key: 'b', op: 'n' }, { key: 'c', stream: 'other' }]), NEW)
    expect(applied).toMatchObject({ result: 'applied', counts: { inserted: 2, updated: 0, unchanged: 1 } })
    expect(await live()).toEqual([
      { key: 'a', v: 'a', seq: 1 },
      { key: 'c', v: 'c', seq: 1 },
    ])
    const streams = await store.rows('SELECT name, live_records::int AS live FROM streams WHERE source_id = $1 ORDER BY name', [sourceId])
    expect(streams).toEqual([
      { name: 'main', live: 1 },
      { name: 'other', live: 1 },
    ])
    const numbers = `SELECT array_agg(doc_id ORDER BY doc_id) FROM records WHERE source_id = $1`
    expect(
      await store.rows(
        `SELECT (SELECT records FROM record_changes WHERE source_id = $1) AS changed, (SELECT (${numbers}) <@ docs FROM search_pending ORDER BY id DESC LIMIT 1) AS pending`,
        [sourceId],
      ),
    ).toEqual([{ changed: 2, pending: true }])
  })

  it('is written the ordinary way if a record is stored after all: changed, unchanged or deleted', async () => {
    const { sourceId, batch, live } = await begin()
    await applyBatch(store.database, batch(1, [{ key: 'changed' }, { key: 'deleted' }, { key: 'unchanged' }]))
    await applyBatch(store.database, batch(2, [{ key: 'deleted', op: 'd' }]))
    const entries = [{ key: 'changed', v: 2 }, { key: 'deleted' }, { key: 'new' }, { key: 'unchanged' }]
    const three = batch(3, entries, { effects: { cursors: [{ stream: 'main', cursor: 'passed' }] } })
    expect(await applyBatch(store.database, three, NEW)).toMatchObject({ result: 'applied', counts: { inserted: 1, updated: 2, unchanged: 1 } })
    expect(await live()).toEqual([
      { key: 'changed', v: 2, seq: 3 },
      { key: 'deleted', v: 'deleted', seq: 3 },
      { key: 'new', v: 'new', seq: 3 },
      { key: 'unchanged', v: 'unchanged', seq: 1 },
    ])
    expect(await applyBatch(store.database, three, NEW)).toEqual({ result: 'duplicate' })
    const [state] = await store.rows(
      `SELECT s.cursor, s.live_records::int AS live, r.inserted::int, r.updated::int, r.duplicate_batches FROM streams s JOIN runs r USING (source_id) WHERE source_id = $1 AND name = 'main'`,
      [sourceId],
    )
    expect(state).toEqual({ cursor: 'passed', live: 4, inserted: 4, updated: 2, duplicate_batches: 1 })
  })

  it('waits for an earlier batch that writes the same record, and loses nothing of either', async () => {
    const { batch, live } = await begin()
    const keys = (v: number) => Array.from({ length: 50 }, (_, n) => ({ key: `k${String(n).padStart(2, '0')}`, v }))
    const results = await Promise.all([
      applyBatch(store.database, batch(1, keys(1)), NEW),
      applyBatch(store.database, batch(2, keys(2), { overlaps: true }), NEW),
    ])
    expect(results.map(({ result }) => result)).toEqual(['applied', 'applied'])
    expect(await live()).toEqual(keys(2).map(({ key }) => ({ key, v: 2, seq: 2 })))
  })

  it('is fenced, and quarantines what Postgres refuses, like any other', async () => {
    const { sourceId, run, batch, live } = await begin()
    const counts = { inserted: 2, quarantined: 1 }
    expect(await applyBatch(store.database, batch(1, [{ key: 'a' }, { key: 'bad', at: '0000-01-01' }, { key: 'b' }]), NEW)).toMatchObject({ counts })
    await store.expireLease(sourceId)
    await store.lease(sourceId, { holder: 'other' })
    expect(await applyBatch(store.database, testBatch({ ...run, seq: 2 }, [{ key: 'c' }]), NEW)).toEqual({ result: 'fenced' })
    expect((await live()).map(({ key }) => key)).toEqual(['a', 'b'])
  })
})

describe('the members of a record', () => {
  const line = (key: string, more: string, data: string): string =>
    `{"s":"main","k":${JSON.stringify(key)},"h":"${keyHash(key)}","o":"u","c":"${sha256Hex(key + more + data)}","kind":"row"${more},"data":${data}}`
  const apply = async (lines: readonly string[], options: object) => {
    const { sourceId, run } = await begin()
    const payload = Buffer.from(`[${lines.join(',\n')}]`)
    const batch = {
      ...testBatch({ ...run, seq: 1 }, []),
      counts: { u: lines.length, d: 0, n: 0, q: 0 },
      payload,
      sha256: batchHash(payload, undefined),
    }
    const applied = await applyBatch(store.database, batch, options)
    const rows = await store.rows(
      `SELECT key, title, text, url, validator, scope, occurred_at AS at, data::text, encode(key_hash, 'hex') AS hash FROM records WHERE source_id = $1 ORDER BY key`,
      [sourceId],
    )
    return { applied, rows, sourceId }
  }

  it.each([{}, NEW])('are stored exactly (%o)', async (options) => {
    const text = 'line\nbreak\t\\ "quoted",\n"data":{} {NULL} 漢字 🦜 é'
    const more = `,"title":${JSON.stringify(text)},"text":${JSON.stringify(`${text}!`)},"url":"https://x/?a=1,2","at":"2024-05-01T10:00:00.123456Z","val":"\\"e\\"","scope":""`
    const data = `{"n": 9007199254740993, "x": 1.50, "data":{"data":${JSON.stringify(text)}}}`
    const { rows } = await apply([line('NULL', '', '{}'), line(`ключ,"data":${text}`, more, data)], options)
    expect(rows).toEqual([
      { key: 'NULL', title: null, text: null, url: null, validator: null, scope: null, at: null, data: '{}', hash: keyHash('NULL') },
      {
        key: `ключ,"data":${text}`,
        title: text,
        text: `${text}!`,
        url: 'https://x/?a=1,2',
        validator: '"e"',
        scope: '',
        at: new Date('2024-05-01T10:00:00.123Z'),
        data: `{"n": 9007199254740993, "x": 1.50, "data": {"data": ${JSON.stringify(text)}}}`,
        hash: keyHash(`ключ,"data":${text}`),
      },
    ])
  })

  it.each(['\\ud800', '\\u0000'])('go to quarantine alone where no text can hold them: %s', async (unstorable) => {
    const { applied, rows, sourceId } = await apply([line('good', '', '{}'), line('bad', `,"title":"${unstorable}"`, '{}')], NEW)
    expect(applied).toMatchObject({ result: 'applied', counts: { inserted: 1, quarantined: 1 } })
    expect(rows).toMatchObject([{ key: 'good', title: null }])
    const quarantined = await store.rows('SELECT key, message FROM quarantine WHERE source_id = $1', [sourceId])
    expect(quarantined).toMatchObject([{ key: 'bad', message: expect.stringContaining('22021') }])
  })
})
