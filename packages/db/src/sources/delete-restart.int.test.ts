import { randomUUID } from 'node:crypto'
import { openTestStore, type TestStore, until } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { removeOrphans } from '../cleanup/orphans.js'
import { createDatabase } from '../database.js'
import { deleteSource, markDeleting } from './delete-source.js'
import { OWNED_ROWS, ofSource } from './owned-rows.js'

/** Tables with nothing that belongs to a single source, or that outlive it on purpose. */
const NOT_OF_A_SOURCE: Readonly<Record<string, string>> = {
  _prisma_migrations: 'of the installation',
  access_tokens: 'goes with its credential (foreign key)',
  api_keys: 'of people',
  arriving_uploads: 'of people; sources only name them when they are there',
  audit: 'outlives everything',
  browsed_chunks: 'goes with its item (foreign key)',
  bulk_operations: 'of people; its sources go with them',
  chores: 'of the installation',
  idempotency_keys: 'answers of the API, kept for a day',
  notification_targets: 'of the installation',
  request_limits: 'of hosts, kept for two days',
  sessions: 'of people',
  search_generations: 'of the installation',
  search_pending: 'of the index: numbers without a record are left out when it is written',
  search_postings: 'of the index: numbers without a record are left out when segments are merged',
  search_segments: 'of the index',
  search_walks: 'of searches, kept for half an hour',
  settings: 'of the installation',
  sinks: 'of the installation',
  sources: 'the source itself, which goes last',
  upload_chunks: 'of an upload, which sources only name',
  uploads: 'of people; sources only name them',
  workers: 'of processes',
}

interface Column {
  readonly table: string
  readonly name: string
  readonly type: string
  readonly needed: boolean
}

let store: TestStore
let columns: readonly Column[]
beforeAll(async () => {
  store = await openTestStore(inject('postgresUrl'), inject('templateDatabase'))
  columns = await store.rows<Column>(
    `SELECT c.table_name AS "table", column_name AS name, udt_name AS type, is_nullable = 'NO' AND column_default IS NULL AND is_generated = 'NEVER' AS needed
     FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name) WHERE table_schema = 'public' AND table_type = 'BASE TABLE'`,
  )
})
afterAll(() => store.close())

const VALUES: Readonly<Record<string, () => unknown>> = {
  uuid: randomUUID,
  text: randomUUID,
  varchar: randomUUID,
  int4: () => Math.floor(Math.random() * 1e9),
  int8: () => Math.floor(Math.random() * 1e9),
  int8multirange: () => '{}',
  timestamptz: () => new Date(),
  date: () => new Date(),
  jsonb: () => '{}',
  bytea: () => Buffer.from(randomUUID()),
  bool: () => false,
  varbit: () => '101',
  float8: () => 1,
}

/** Inserts a row with these values, and arbitrary ones in every other column that requires one; returns its id, if it has one. */
const insertRow = async (table: string, given: Readonly<Record<string, unknown>>): Promise<unknown> => {
  const of = columns.filter((column) => column.table === table)
  const values = { ...Object.fromEntries(of.filter(({ needed }) => needed).map(({ name, type }) => [name, VALUES[type]?.()])), ...given }
  const names = Object.keys(values)
  const { rows } = await store.database.pool.query<{ id?: unknown }>(
    `INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map((_, n) => `$${n + 1}`).join(', ')}) RETURNING *`,
    Object.values(values),
  )
  return rows[0]?.id
}

const parents = async (sourceId: string): Promise<Readonly<Record<string, unknown>>> => ({
  streams: await insertRow('streams', { source_id: sourceId }),
  runs: await insertRow('runs', { source_id: sourceId, status: 'ended' }),
  incidents: await insertRow('incidents', { source_id: sourceId, closed_at: new Date() }),
})

/** Inserts several rows into every table of the list, with the columns that the schema requires. */
const fill = async (sourceId: string, count: number): Promise<void> => {
  const target = await insertRow('notification_targets', { events: [] })
  const operation = await insertRow('bulk_operations', {})
  for (let n = 0; n < count; n += 1) {
    const owners = await parents(sourceId)
    for (const { table, column, parent } of OWNED_ROWS) {
      if (count > 1 && n > 0 && ['inbox_heads', 'leases', 'credentials', 'rechecks', 'search_reindexings'].includes(table)) continue
      if (table in owners) continue
      const extra: Record<string, object> = {
        bulk_items: { operation_id: operation, position: n },
        notification_deliveries: { target_id: target },
        records: { stream_id: owners['streams'] },
        source_versions: { number: 1_000 + n },
      }
      await insertRow(table, { ...extra[table], [column]: parent === undefined ? sourceId : owners[parent] })
    }
  }
}

/** Lists the tables that still have rows of a source; children of a parent that is gone count as well. */
const leftOf = async (sourceId: string): Promise<readonly string[]> => {
  const left: string[] = []
  for (const owned of OWNED_ROWS) {
    if ((await store.rows(`SELECT FROM ${owned.table} t WHERE ${ofSource(owned)} LIMIT 1`, [sourceId])).length > 0) left.push(owned.table)
    const orphans = `SELECT FROM ${owned.table} t WHERE NOT EXISTS (SELECT FROM ${owned.parent ?? 'sources'} p WHERE p.id = t.${owned.column}) AND t.${owned.column} IS NOT NULL LIMIT 1`
    if ((await store.rows(orphans)).length > 0) left.push(`orphans of ${owned.table}`)
  }
  return left
}
const exists = async (sourceId: string): Promise<boolean> => (await store.rows('SELECT FROM sources WHERE id = $1', [sourceId])).length > 0

const doomed = async (count: number): Promise<string> => {
  const sourceId = await store.addSource()
  await fill(sourceId, count)
  await markDeleting(store.database, sourceId, 'test')
  return sourceId
}

describe('the list of tables with rows of a source', () => {
  it('knows every table of the schema', () => {
    const listed = new Set(OWNED_ROWS.map(({ table }) => table))
    const tables = [...new Set(columns.map(({ table }) => table))]
    expect(tables.filter((table) => !listed.has(table) && !(table in NOT_OF_A_SOURCE))).toEqual([])
    expect(Object.keys(NOT_OF_A_SOURCE).filter((table) => listed.has(table) || !tables.includes(table))).toEqual([])
  })

  it('has every table that refers to a source, or to a stream, run or incident of one', () => {
    const through = { stream_id: 'streams', run_id: 'runs', incident_id: 'incidents' }
    const bySource = new Set(columns.filter(({ name }) => name === 'source_id').map(({ table }) => table))
    expect([...bySource].toSorted()).toEqual(
      OWNED_ROWS.filter(({ parent }) => parent === undefined)
        .map(({ table }) => table)
        .toSorted(),
    )
    const byParent = columns.filter(({ table, name }) => name in through && !bySource.has(table)).map(({ table }) => table)
    const listed = OWNED_ROWS.map(({ table }) => table)
    expect(byParent.filter((table) => !listed.includes(table))).toEqual([])
  })

  it('removes rows from every table, and nothing of another source', async () => {
    const [sourceId, other] = [await doomed(2), await store.addSource()]
    await fill(other, 1)
    const before = await leftOf(other)
    expect(await deleteSource(store.database, sourceId)).toBe(true)
    expect(await leftOf(sourceId)).toEqual([])
    expect(await exists(sourceId)).toBe(false)
    expect(await leftOf(other)).toEqual(before)
    expect(before).toHaveLength(OWNED_ROWS.length)
    expect(await deleteSource(store.database, other)).toBe(false)
    expect(await leftOf(other)).toEqual(before)
  })
})

const MAX_KILLED = 40
const LOOKS_PER_DEATH = 3

describe('a deletion that several processes work on', () => {
  it('leaves nothing behind, whichever process is killed at whichever statement', async () => {
    for (let round = 0; round < 4; round += 1) {
      const sourceId = await doomed(12)
      const names = ['one', 'two', 'three'].map((name) => `deleter-${name}-${round}`)
      const databases = names.map((applicationName) => createDatabase({ url: store.url, applicationName, poolSize: 2 }))
      let killed = 0
      const work = databases.map(async (database) => {
        // A killed connection fails its statement, as the death of its process would; the next reconciler starts again.
        while (await exists(sourceId)) await deleteSource(database, sourceId, { chunk: 2, waitMs: 100 }).catch(() => (killed += 1))
      })
      let done = false
      let looks = 0
      const all = Promise.all(work).finally(() => (done = true))
      while (!done) {
        const [left] = await store.rows<{ source: boolean; rest: boolean }>(
          `SELECT EXISTS (SELECT FROM sources WHERE id = $1) AS source, EXISTS (SELECT FROM records WHERE source_id = $1) OR EXISTS (SELECT FROM events WHERE source_id = $1) AS rest`,
          [sourceId],
        )
        expect(left).not.toEqual({ source: false, rest: true })
        // Otherwise a busy machine would kill each of them in every pass, forever: they get some statements further between two deaths.
        looks += 1
        if (killed < MAX_KILLED && looks % LOOKS_PER_DEATH === 0)
          await store.rows('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1', [
            names[Math.floor(Math.random() * names.length)],
          ])
      }
      await all
      expect(killed).toBeGreaterThan(0)
      expect(await leftOf(sourceId)).toEqual([])
      await Promise.all(databases.map((database) => database.close()))
    }
  })

  it('never waits: a locked row is left, the source stays listed, and the next attempt deletes it', async () => {
    const sourceId = await doomed(2)
    const client = await store.database.pool.connect()
    await client.query('BEGIN')
    await client.query('SELECT FROM records WHERE source_id = $1 LIMIT 1 FOR UPDATE', [sourceId])
    expect(await deleteSource(store.database, sourceId, { waitMs: 0 })).toBe(false)
    expect(await exists(sourceId)).toBe(true)
    expect(await leftOf(sourceId)).toEqual(['records'])
    await client.query('COMMIT')
    client.release()
    await until(() => deleteSource(store.database, sourceId))
    expect(await leftOf(sourceId)).toEqual([])
  })
})

describe('rows of a source that is gone', () => {
  it('are found and removed in every table, and only those', async () => {
    const kept = await store.addSource()
    await fill(kept, 1)
    const before = await leftOf(kept)
    await fill(randomUUID(), 3)
    for (const { table, column, parent } of OWNED_ROWS)
      if (parent !== undefined && table !== 'notification_deliveries')
        await insertRow(table, { [column]: parent === 'streams' ? 2_000_000_000 : randomUUID() })
    const removed = await removeOrphans(store.database, { chunk: 2 })
    expect(Object.keys(removed).toSorted()).toEqual(OWNED_ROWS.map(({ table }) => table).toSorted())
    expect(await leftOf(kept)).toEqual(before)
    expect(await removeOrphans(store.database)).toEqual({})
  })
})
