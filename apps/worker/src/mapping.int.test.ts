import { complete, defineConnector, keyText } from '@inlet/connector-sdk'
import { type Database, updateSource } from '@inlet/db'
import type { Mapping } from '@inlet/mapping'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type Ingestion, startIngestion } from '../testing/start-ingestion.js'

interface Order {
  readonly id: number
  readonly items: readonly string[]
  readonly total?: bigint
  readonly state?: string
}

/** What is on the shelf of orders now, and which orders the connector had to read in full. */
let orders: readonly Order[] = []
let read: number[] = []

/** Skips unchanged orders by their validator and sweeps, like a file connector. */
const shelf = defineConnector({
  type: 'shelf',
  version: '1.0.0',
  title: 'Shelf',
  description: 'Orders on a shelf.',
  configSchema: z.strictObject({}),
  secretSchema: z.strictObject({}),
  streams: async () => [{ name: 'orders', kind: 'row' as const, incremental: false, deletes: 'sweep' as const }],
  connect: async (ctx) => ({ ctx, [Symbol.asyncDispose]: async () => {} }),
  check: async () => {},
  async *read({ ctx }, { stream }) {
    const known = await ctx.known.lookup(
      stream,
      orders.map(({ id }) => id),
    )
    const markOf = (order: Order) => JSON.stringify(order.items) + String(order.total) + String(order.state)
    const changed = orders.filter((order) => known.get(keyText(order.id)) !== markOf(order))
    read = changed.map(({ id }) => id)
    yield {
      records: changed.map((order) => ({ stream, key: order.id, kind: 'row' as const, data: { ...order }, validator: markOf(order) })),
      unchanged: orders.filter((order) => !changed.includes(order)).map(({ id }) => id),
      sweep: {},
    }
    return complete('all orders were looked at')
  },
})

describe('a source with a mapping', () => {
  let ingestion: Ingestion
  let database: Database

  beforeAll(async () => {
    ingestion = await startIngestion({ overrides: { findConnector: () => shelf } })
    ;({ database } = ingestion.store)
  })
  afterAll(() => ingestion.close())

  const addSource = (mapping: Mapping | null) => ingestion.addSource('shelf', { mapping })
  const remap = (sourceId: string, mapping: Mapping | null) => updateSource(database, { sourceId, expectedRevision: null, mapping, actor: 'test' })

  const runWith = async (sourceId: string, now: readonly Order[]) => {
    orders = now
    const ended = await ingestion.ended(await ingestion.startRun(sourceId, { allowMassDelete: true }))
    const { rows } = await database.pool.query<{ key: string; title: string | null }>(
      'SELECT key, title FROM records WHERE source_id = $1 AND deleted_at IS NULL ORDER BY key',
      [sourceId],
    )
    return { outcome: ended.outcome, quarantined: Number(ended.quarantined), stored: rows.map(({ key, title }) => `${key}=${title}`), read }
  }
  const titled = (expression: string): Mapping => ({ orders: { expression } })
  const one = { id: 1, items: ['tea', 'cup'] }
  const two = { id: 2, items: ['pot'] }

  it('stores what the expression makes, skips unchanged items, and maps everything again when the mapping changes', async () => {
    const id = await addSource(titled('{"title": $join(data.items, "+")}'))
    expect(await runWith(id, [one, two])).toMatchObject({ outcome: 'ok', stored: ['1=tea+cup', '2=pot'], read: [1, 2] })
    expect(await runWith(id, [one, two])).toMatchObject({ outcome: 'ok_nothing_new', read: [] })
    await remap(id, titled('{"title": $uppercase($join(data.items, "+"))}'))
    expect(await runWith(id, [one, two])).toMatchObject({ stored: ['1=TEA+CUP', '2=POT'], read: [1, 2] })
    expect(await runWith(id, [one, two])).toMatchObject({ read: [] })
    await remap(id, null)
    expect(await runWith(id, [one, two])).toMatchObject({ stored: ['1=null', '2=null'], read: [1, 2] })
  })

  it('reports once per version that its mapping names a stream which does not exist', async () => {
    const id = await addSource({ oders: { expression: 'null' } })
    await runWith(id, [one])
    await runWith(id, [one, two])
    const warnings = async () => {
      const { rows } = await database.pool.query<{ level: string; message: string }>(
        `SELECT level, message FROM events WHERE source_id = $1 AND type = 'mapping.stream_unknown'`,
        [id],
      )
      return rows
    }
    expect(await warnings()).toMatchObject([{ level: 'warn', message: expect.stringMatching(/"oders".*it has: orders$/) as string }])
    await remap(id, { odrers: { expression: 'null' } })
    await runWith(id, [one, two])
    expect(await warnings()).toHaveLength(2)
  })

  it('removes what the expression now drops, and what is gone', async () => {
    const id = await addSource(titled('data.state = "void" ? null : {"title": data.items[0]}'))
    expect((await runWith(id, [one, two])).stored).toEqual(['1=tea', '2=pot'])
    expect(await runWith(id, [{ ...one, state: 'void' }, two])).toMatchObject({ stored: ['2=pot'], read: [1] })
    expect((await runWith(id, [])).stored).toEqual([])
  })

  it('splits records, and removes parts with their record or when there are fewer', async () => {
    const id = await addSource({ orders: { expression: 'data.items#$i.{"key": [$$.key, $i], "title": $string($)}', keys: 'set' } })
    expect((await runWith(id, [one, two])).stored).toEqual(['[1,0]=tea', '[1,1]=cup', '[2,0]=pot'])
    expect(await runWith(id, [one, two])).toMatchObject({ outcome: 'ok_nothing_new', read: [1, 2] })
    expect((await runWith(id, [{ ...one, items: ['tea'] }, two])).stored).toEqual(['[1,0]=tea', '[2,0]=pot'])
    expect((await runWith(id, [two])).stored).toEqual(['[2,0]=pot'])
  })

  it('keeps the parts of a record that fails, since it is unknown which they are', async () => {
    const expression = 'data.state = "bad" ? $error("bad order") : data.items#$i.{"key": [$$.key, $i], "title": $string($)}'
    const id = await addSource({ orders: { expression, keys: 'set' } })
    await runWith(id, [one, two])
    const failed = await runWith(id, [{ ...one, state: 'bad' }])
    expect(failed).toMatchObject({ outcome: 'partial', quarantined: 1, stored: ['[1,0]=tea', '[1,1]=cup', '[2,0]=pot'] })
    expect(await database.pool.query('SELECT key, reason, message FROM quarantine WHERE source_id = $1', [id])).toMatchObject({
      rows: [{ key: '1', reason: 'MAPPING_FAILED', message: 'bad order' }],
    })
  })

  it('quarantines the records the expression fails for, stores the others, and keeps long numbers', async () => {
    const id = await addSource(titled('data.id = 2 ? $error("not two") : {"title": "no " & data.total, "data": data}'))
    const big = { ...one, total: 9_007_199_254_740_993n }
    expect(await runWith(id, [big, two])).toMatchObject({ outcome: 'partial', quarantined: 1, stored: ['1=no 9007199254740993'] })
    const { rows } = await database.pool.query(`SELECT data->>'total' AS total FROM records WHERE source_id = $1`, [id])
    expect(rows).toEqual([{ total: '9007199254740993' }])
  })
})
