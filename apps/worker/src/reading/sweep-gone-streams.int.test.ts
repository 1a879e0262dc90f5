import { complete, defineConnector } from '@inlet/connector-sdk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type Ingestion, startIngestion } from '../../testing/start-ingestion.js'

const ROWS = Array.from({ length: 300 }, (_, id) => id)
/** The tables of the database now, and how their deletes are found. */
let tables: Readonly<Record<string, 'sweep' | 'none'>> = {}

const database = defineConnector({
  type: 'tables',
  version: '1.0.0',
  title: 'Tables',
  description: 'Discovers its streams.',
  configSchema: z.strictObject({}),
  secretSchema: z.strictObject({}),
  streams: async () => Object.entries(tables).map(([name, deletes]) => ({ name, kind: 'row' as const, incremental: false, deletes })),
  connect: async () => ({ [Symbol.asyncDispose]: async () => {} }),
  check: async () => {},
  async *read(_, { stream }) {
    yield {
      records: ROWS.map((id) => ({ stream, key: id, kind: 'row' as const, data: { id } })),
      ...(tables[stream] === 'sweep' ? { sweep: {} } : {}),
    }
    return complete('all rows were read')
  },
})

describe('a stream that the source no longer has', () => {
  let ingestion: Ingestion

  beforeAll(async () => {
    ingestion = await startIngestion({ overrides: { findConnector: () => database } })
  })
  afterAll(() => ingestion.close())

  const run = async (sourceId: string, options: { readonly allowMassDelete?: boolean } = {}) => {
    const { outcome } = await ingestion.ended(await ingestion.startRun(sourceId, options))
    const { rows } = await ingestion.store.database.pool.query<{ name: string; live: number }>(
      'SELECT name, live_records::int AS live FROM streams WHERE source_id = $1 ORDER BY name',
      [sourceId],
    )
    return { outcome, live: Object.fromEntries(rows.map(({ name, live }) => [name, live])) }
  }

  it('does not pass for current: its deletion is refused, and done once it is confirmed', async () => {
    tables = { orders: 'sweep', audit: 'none' }
    const id = await ingestion.addSource('tables', {})
    expect(await run(id)).toEqual({ outcome: 'ok', live: { orders: 300, audit: 300 } })
    tables = { orders_2026: 'sweep' }
    expect(await run(id)).toEqual({ outcome: 'partial', live: { orders: 300, orders_2026: 300, audit: 300 } })
    // What a log recorded stays, also when the log is gone.
    expect(await run(id, { allowMassDelete: true })).toMatchObject({ live: { orders: 0, orders_2026: 300, audit: 300 } })
    expect(await run(id)).toMatchObject({ outcome: 'ok_nothing_new' })
  })

  it('needs the confirmation however few records it has: a table that may not be seen is not listed either', async () => {
    tables = { few: 'sweep', orders: 'sweep' }
    const id = await ingestion.addSource('tables', {})
    await run(id)
    await ingestion.store.database.pool.query(
      `DELETE FROM records r USING streams st WHERE st.id = r.stream_id AND st.source_id = $1 AND st.name = 'few' AND r.key::int > 2`,
      [id],
    )
    await ingestion.store.database.pool.query(`UPDATE streams SET live_records = 3 WHERE source_id = $1 AND name = 'few'`, [id])
    tables = { orders: 'sweep' }
    expect(await run(id)).toEqual({ outcome: 'partial', live: { few: 3, orders: 300 } })
    expect(await run(id, { allowMassDelete: true })).toMatchObject({ live: { few: 0, orders: 300 } })
  })

  it('is no proof when the source lists none at all', async () => {
    tables = { orders: 'sweep' }
    const id = await ingestion.addSource('tables', {})
    await run(id)
    tables = {}
    expect(await run(id, { allowMassDelete: true })).toMatchObject({ live: { orders: 300 } })
  })
})
