import { type AcceptanceFixture, repeatUntilStopped } from '@inlet/connector-sdk/testing'
import { findMariadb, startMariadb, type TestMariadb } from '@inlet/testing'
import { afterAll, beforeAll, describe } from 'vitest'
import { ACCEPTANCE_SETTINGS, describeDatabase, expectField, queryOnly } from '../sql/fixtures/describe-database.js'
import { openAdmin, runMaria } from './fixtures/maria-sql.js'
import mysql from './index.js'

const binaries = findMariadb()
let server: TestMariadb
let fixtures = 0

const openFixture = async (): Promise<AcceptanceFixture> => {
  const number = ++fixtures
  const [database, user] = [`app_${number}`, `reader_${number}`]
  const password = `canary-${user}-4f9d2b7c`
  const sql = (text: string) => runMaria(server, database, text)
  await runMaria(
    server,
    undefined,
    `CREATE DATABASE ${database} CHARACTER SET utf8mb4; CREATE USER ${user}@'%' IDENTIFIED BY '${password}'; GRANT SELECT ON ${database}.* TO ${user}@'%'; USE ${database};
    CREATE TABLE orders (id bigint AUTO_INCREMENT PRIMARY KEY, note text, amount decimal(12,2), at timestamp(6) NOT NULL DEFAULT current_timestamp(6), gone boolean NOT NULL DEFAULT false, KEY (at, id));
    INSERT INTO orders (note, amount, at) SELECT concat('order ', seq), seq * 1.25, timestamp'2024-01-01 00:00:00' + INTERVAL (seq DIV 40) MINUTE FROM seq_1_to_2600;
    CREATE TABLE items (order_id int, line int, body text, PRIMARY KEY (order_id, line));
    INSERT INTO items SELECT seq DIV 3, seq % 3, repeat('word ', 200) FROM seq_1_to_2400`,
  )
  const config = {
    host: '127.0.0.1',
    port: server.port,
    database,
    user,
    ...ACCEPTANCE_SETTINGS,
  }
  const slow = (statement: string) => queryOnly(config, statement)
  const [orders, items] = [`${database}.orders`, `${database}.items`]
  const textsOf = async (text: string): Promise<Set<string>> => new Set((await sql(text)).map((row) => String(row['k'])))
  return {
    config,
    secrets: { password },
    allow: [`127.0.0.1:${server.port}`, '127.0.0.1:1'],
    minRecords: 5000,
    truth: async () =>
      new Map([
        [orders, await textsOf('SELECT id AS k FROM orders WHERE NOT gone')],
        [items, await textsOf(`SELECT concat('[', order_id, ',', line, ']') AS k FROM items`)],
      ]),
    change: async () => {
      await sql(`INSERT INTO orders (note, amount) VALUES ('new', 1), ('new', 2); UPDATE orders SET note = 'changed', at = now(6) WHERE id % 900 = 0;
        UPDATE orders SET gone = true, at = now(6) WHERE id = 17; DELETE FROM items WHERE order_id = 5; INSERT INTO items VALUES (5000, 1, 'new')`)
    },
    rereads: 'a table without cursor column is read in full by every run; its cursors only resume an interrupted one',
    failures: {
      unreachable: { config: { ...config, port: 1 } },
      auth: { secrets: { password: 'wrong-canary-password' } },
      permission: { config: { ...config, tables: [{ name: 'mysql.global_priv' }] } },
    },
    futureCursor: (_stream, last) => ({ ...(last as object), v: '9999-12-31 00:00:00.000000' }),
    hostile: [
      {
        name: 'a statement without end',
        config: slow('select count(*) as k from orders a, orders b, orders c, orders d where a.note <> concat(b.note, c.note, d.note)'),
        expectReason: 'SQL_TIMEOUT',
      },
      { name: 'a value that cannot be computed', config: slow('select 9223372036854775807 + id as k from orders'), expectReason: 'UPSTREAM_INVALID' },
      { name: 'a key that is NULL', config: slow('select nullif(id, 3) as k from orders'), expectReason: 'RECORD_KEY_MISSING', rejected: true },
      { name: 'two columns of one name', config: slow('select id as k, id as k from orders'), expectReason: 'SQL_COLUMN_UNUSABLE' },
    ],
    drift: [
      {
        name: 'a column is added',
        apply: async () => void (await sql('ALTER TABLE orders ADD extra int DEFAULT 7; UPDATE orders SET at = now(6) WHERE id = 1')),
        verify: (store) => expectField(store.find(orders, 1n)?.record.data['extra'], 7),
      },
      {
        name: 'a column is retyped',
        apply: async () => void (await sql('ALTER TABLE orders MODIFY extra text; UPDATE orders SET at = now(6) WHERE id = 1')),
        verify: (store) => expectField(store.find(orders, 1n)?.record.data['extra'], '7'),
      },
      {
        name: 'a column is dropped',
        apply: async () => void (await sql('ALTER TABLE orders DROP extra; UPDATE orders SET at = now(6) WHERE id = 1')),
        verify: (store) => expectField(store.find(orders, 1n)?.record.data['extra'], undefined),
      },
      {
        name: 'a column of the settings is dropped',
        apply: async () => void (await sql('ALTER TABLE orders DROP note')),
        expectReason: 'SCHEMA_CHANGED',
      },
      {
        name: 'a table is dropped',
        apply: async () => void (await sql('ALTER TABLE orders ADD note text; DROP TABLE items')),
        expectReason: 'SCHEMA_CHANGED',
      },
    ],
    writer: async () => {
      const client = await openAdmin(server, database)
      await client.query("SET time_zone = '+00:00'")
      const change = `INSERT INTO orders (note, amount) VALUES ('live', 3); UPDATE orders SET amount = amount + 1, at = now(6) WHERE id % 700 = 0`
      const work = repeatUntilStopped(() => client.query(change), 0)
      return {
        stop: async () => {
          await work.stop()
          await client.end()
        },
      }
    },
    openConnections: async () =>
      Number((await runMaria(server, undefined, `SELECT count(*) AS n FROM information_schema.PROCESSLIST WHERE user = '${user}'`))[0]?.['n'] ?? -1),
    opensItself: [`127.0.0.1:${server.port}`],
    large: async () => {
      await sql(`CREATE TABLE huge (id int PRIMARY KEY, a char(32), b char(32), at timestamp NOT NULL);
        INSERT INTO huge SELECT seq, md5(seq), md5(seq + 1), now() - INTERVAL 1 DAY FROM seq_1_to_200000`)
      return { config: { ...config, tables: [{ name: 'huge', cursorColumn: 'at' }], fetchSize: 2000 }, records: 200_000 }
    },
    close: async () => void (await runMaria(server, undefined, `DROP DATABASE ${database}; DROP USER ${user}@'%'`)),
  }
}

describe.skipIf(binaries === null)(`MariaDB${binaries === null ? ' (not run: no mariadbd and mariadb-install-db on this machine)' : ''}`, () => {
  beforeAll(async () => {
    if (binaries !== null) server = await startMariadb(binaries)
  })
  afterAll(() => server.stop())

  describeDatabase(mysql, openFixture)
})
