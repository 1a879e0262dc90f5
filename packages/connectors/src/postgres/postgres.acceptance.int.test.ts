import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type AcceptanceFixture, repeatUntilStopped } from '@inlet/connector-sdk/testing'
import { createTestDatabase, runSql, startPostgres } from '@inlet/testing'
import pg from 'pg'
import { afterAll, beforeAll } from 'vitest'
import { ACCEPTANCE_SETTINGS, describeDatabase, expectField, queryOnly } from '../sql/fixtures/describe-database.js'
import postgres from './index.js'

const directory = mkdtempSync(path.join(tmpdir(), 'inlet-pg-acceptance-'))
let server: Awaited<ReturnType<typeof startPostgres>>
let fixtures = 0

beforeAll(async () => {
  server = await startPostgres({ directory, durable: false, maxConnections: 100, password: 'admin-password' })
})
afterAll(async () => {
  await server.stop()
  rmSync(directory, { recursive: true, force: true })
})

const openFixture = async (): Promise<AcceptanceFixture> => {
  const database = await createTestDatabase(server.url('postgres'))
  const role = `reader_${++fixtures}`
  const password = `canary-${role}-4f9d2b7c`
  const sql = (text: string): Promise<void> => runSql(database.url, text)
  await sql(`CREATE ROLE ${role} LOGIN PASSWORD '${password}'; ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO ${role};
    CREATE TABLE orders (id bigserial PRIMARY KEY, note text, amount numeric(12,2), at timestamptz NOT NULL DEFAULT clock_timestamp(), gone boolean NOT NULL DEFAULT false);
    INSERT INTO orders (note, amount, at) SELECT 'order ' || g, g * 1.25, timestamptz '2024-01-01Z' + (g / 40) * interval '1 min' FROM generate_series(1, 2600) g;
    CREATE TABLE items (order_id int, line int, body text, PRIMARY KEY (order_id, line));
    INSERT INTO items SELECT g / 3, g % 3, repeat('word ', 200) FROM generate_series(1, 2400) g`)
  const config = {
    host: '127.0.0.1',
    port: server.port,
    database: database.name,
    user: role,
    ...ACCEPTANCE_SETTINGS,
  }
  const query = async <T extends pg.QueryResultRow>(text: string): Promise<T[]> => {
    const client = new pg.Client({ connectionString: database.url })
    await client.connect()
    try {
      return (await client.query<T>(text)).rows
    } finally {
      await client.end()
    }
  }
  const slow = (statement: string) => queryOnly(config, statement)
  return {
    config,
    secrets: { password },
    allow: [`127.0.0.1:${server.port}`, '127.0.0.1:1'],
    minRecords: 5000,
    truth: async () =>
      new Map([
        ['public.orders', new Set((await query<{ id: string }>('SELECT id::text FROM orders WHERE NOT gone')).map((row) => row.id))],
        ['public.items', new Set((await query<{ k: string }>(`SELECT '[' || order_id || ',' || line || ']' AS k FROM items`)).map((row) => row.k))],
      ]),
    change: () =>
      sql(`INSERT INTO orders (note, amount) VALUES ('new', 1), ('new', 2); UPDATE orders SET note = 'changed', at = clock_timestamp() WHERE id % 900 = 0;
        UPDATE orders SET gone = true, at = clock_timestamp() WHERE id = 17; DELETE FROM items WHERE order_id = 5; INSERT INTO items VALUES (5000, 1, 'new')`),
    rereads: 'a table without cursor column is read in full by every run; its cursors only resume an interrupted one',
    failures: {
      unreachable: { config: { ...config, port: 1 } },
      auth: { secrets: { password: 'wrong-canary-password' } },
      permission: { config: { ...config, tables: [{ name: 'pg_catalog.pg_authid' }] } },
    },
    futureCursor: (_stream, last) => ({ ...(last as object), v: '9999-12-31 00:00:00+00' }),
    hostile: [
      {
        name: 'a statement without end',
        config: slow('select a as k from generate_series(1, 100000000000) a order by 1 desc'),
        expectReason: 'SQL_TIMEOUT',
      },
      { name: 'a value that cannot be computed', config: slow('select 1 / (id - 100) as k from orders'), expectReason: 'UPSTREAM_INVALID' },
      { name: 'a key that is NULL', config: slow('select nullif(id, 3) as k from orders'), expectReason: 'RECORD_KEY_MISSING', rejected: true },
      { name: 'two columns of one name', config: slow('select id as k, id as k from orders'), expectReason: 'SQL_COLUMN_UNUSABLE' },
    ],
    drift: [
      {
        name: 'a column is added',
        apply: () => sql(`ALTER TABLE orders ADD extra int DEFAULT 7; UPDATE orders SET at = clock_timestamp() WHERE id = 1`),
        verify: (store) => expectField(store.find('public.orders', 1n)?.record.data['extra'], 7),
      },
      {
        name: 'a column is retyped',
        apply: () => sql(`ALTER TABLE orders ALTER extra TYPE text; UPDATE orders SET at = clock_timestamp() WHERE id = 1`),
        verify: (store) => expectField(store.find('public.orders', 1n)?.record.data['extra'], '7'),
      },
      {
        name: 'a column is dropped',
        apply: () => sql(`ALTER TABLE orders DROP extra; UPDATE orders SET at = clock_timestamp() WHERE id = 1`),
        verify: (store) => expectField(store.find('public.orders', 1n)?.record.data['extra'], undefined),
      },
      { name: 'a column of the settings is dropped', apply: () => sql('ALTER TABLE orders DROP note'), expectReason: 'SCHEMA_CHANGED' },
      { name: 'a table is dropped', apply: () => sql('ALTER TABLE orders ADD note text; DROP TABLE items'), expectReason: 'SCHEMA_CHANGED' },
    ],
    writer: async () => {
      const client = new pg.Client({ connectionString: database.url })
      await client.connect()
      const change = `INSERT INTO orders (note, amount) VALUES ('live', 3); UPDATE orders SET amount = amount + 1, at = clock_timestamp() WHERE id % 700 = 0`
      const work = repeatUntilStopped(() => client.query(change), 0)
      return {
        stop: async () => {
          await work.stop()
          await client.end()
        },
      }
    },
    openConnections: async () =>
      (await query<{ n: number }>(`SELECT count(*)::int AS n FROM pg_stat_activity WHERE usename = '${role}'`))[0]?.n ?? -1,
    opensItself: [`127.0.0.1:${server.port}`],
    large: async () => {
      await sql(
        `CREATE TABLE huge AS SELECT g AS id, md5(g::text) AS a, md5((g + 1)::text) AS b, now() - interval '1 day' AS at FROM generate_series(1, 200000) g; ALTER TABLE huge ADD PRIMARY KEY (id)`,
      )
      return { config: { ...config, tables: [{ name: 'huge', cursorColumn: 'at' }], fetchSize: 2000 }, records: 200_000 }
    },
    close: () => database.drop(),
  }
}

describeDatabase(postgres, openFixture)
