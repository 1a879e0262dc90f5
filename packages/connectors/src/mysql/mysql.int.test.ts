import { findMariadb, startMariadb, type TestMariadb, until } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createReader, reasonOf } from '../sql/fixtures/read-once.js'
import { PASSWORD, sourceOf } from './fixtures/maria-source.js'
import { openAdmin, runMaria } from './fixtures/maria-sql.js'
import mysql from './index.js'

const { checkOnce, listOnce, readOnce } = createReader(mysql)

const binaries = findMariadb()
let server: TestMariadb

const source = (changes: object = {}) => sourceOf(server, changes)
const read = (changes: object, stream: string, options = {}) => readOnce(source(changes), stream, options)
const check = (changes: object = {}, password = PASSWORD): Promise<void> => checkOnce({ ...source(changes), password })
const specs = (changes: object = {}) => listOnce(source(changes))
const sql = (text: string) => runMaria(server, 'app', text)
const sorted = (keys: readonly unknown[]): readonly unknown[] => keys.toSorted((a, b) => Number(a) - Number(b))

describe.skipIf(binaries === null)(`MariaDB${binaries === null ? ' (not run: no mariadbd and mariadb-install-db on this machine)' : ''}`, () => {
  beforeAll(async () => {
    if (binaries === null) return
    server = await startMariadb(binaries)
    await runMaria(
      server,
      undefined,
      `CREATE DATABASE app CHARACTER SET utf8mb4; CREATE DATABASE other;
      CREATE USER reader@'%' IDENTIFIED BY '${PASSWORD}'; GRANT SELECT, EXECUTE ON app.* TO reader@'%'; GRANT SELECT ON other.* TO reader@'%';
      CREATE USER narrow@'%' IDENTIFIED BY '${PASSWORD}';
      CREATE USER watcher@'%' IDENTIFIED BY '${PASSWORD}'; GRANT PROCESS ON *.* TO watcher@'%'; GRANT SELECT ON app.* TO watcher@'%';
      USE app; CREATE TABLE people (id int PRIMARY KEY, name varchar(50), updated_at timestamp(6) NOT NULL DEFAULT '2024-01-01', gone datetime NOT NULL DEFAULT '0000-00-00 00:00:00');
      INSERT INTO people (id, name) SELECT seq, concat('p', seq) FROM seq_1_to_2500;
      CREATE VIEW adults AS SELECT id, name FROM people; CREATE TABLE keyless (a int, b text); INSERT INTO keyless VALUES (1, 'x'), (2, NULL), (2, NULL);
      CREATE TABLE other.t (id int PRIMARY KEY); CREATE TABLE private (id int, open text, hidden text); GRANT SELECT (id, open) ON app.private TO narrow@'%'`,
    )
  })
  afterAll(async () => {
    await server.stop()
  })

  describe('streams', () => {
    it('are the tables of the database; views and other databases when asked for', async () => {
      const names = async (changes: object): Promise<string[]> => (await specs({ exclude: ['private'], ...changes })).map((spec) => spec.name)
      expect(await names({})).toEqual(['app.keyless', 'app.people'])
      expect(await names({ includeViews: true, databases: ['app', 'other'], include: ['other.*', 'adults'] })).toEqual(['app.adults', 'other.t'])
      expect(await reasonOf(specs({ databases: ['nowhere'] }))).toBe('NOT_FOUND_UPSTREAM')
      expect((await specs({ include: ['people'], cursorColumns: ['updated_at'] }))[0]).toMatchObject({
        incremental: true,
        deletes: 'none',
        keyFields: ['id'],
      })
    })

    it('read views, queries and tables without key', async () => {
      expect((await read({ tables: [{ name: 'adults', keyColumns: ['id'] }] }, 'app.adults')).keys).toHaveLength(2500)
      const queries = [
        {
          name: 'named',
          sql: 'select id as no, upper(name) as name, updated_at as at from people where id <= 5; -- all',
          keyFields: ['no'],
          cursorField: 'at',
        },
      ]
      const first = await read({ queries }, 'named')
      expect(first.records[0]).toMatchObject({ stream: 'named', key: 1, data: { no: 1, name: 'P1', at: '2024-01-01T00:00:00.000000Z' } })
      expect((await read({ queries }, 'named', { cursor: first.cursor })).keys).toEqual([5])
      const { keys, pages } = await read({}, 'app.keyless')
      expect([keys.length, new Set(keys).size, pages.every((page) => page.cursor === undefined)]).toEqual([3, 2, true])
    })

    it('take a zero date for a row that is not deleted', async () => {
      await sql(`UPDATE people SET gone = '2024-02-01', updated_at = '2024-02-01' WHERE id = 7`)
      const config = { tables: [{ name: 'people', cursorColumn: 'updated_at', softDeleteColumn: 'gone', deletes: 'sweep' }] }
      const { records, pages } = await read(config, 'app.people')
      expect(records.filter((record) => record.op === 'delete').map((record) => record.key)).toEqual([7])
      expect(pages.flatMap((page) => page.unchanged ?? [])).toHaveLength(2499)
    })

    it('stop at the row limit and continue from there, and in a new transaction when the old one has aged', async () => {
      const first = await read({ tables: [{ name: 'people' }], maxRows: 1200, fetchSize: 100 }, 'app.people')
      expect([first.keys.length, first.pages.some((page) => page.sweep)]).toEqual([1200, false])
      await sql(`CREATE TABLE long_one (id int PRIMARY KEY, body text); INSERT INTO long_one SELECT seq, repeat('x', 200) FROM seq_1_to_60000`)
      const started = performance.now()
      const onPage = async (_page: unknown, count: number): Promise<void> => {
        if (count === 3) await until(() => performance.now() > started + 1500, { what: 'the transaction to grow old' })
      }
      const { keys } = await read({ tables: [{ name: 'long_one' }], maxTransactionSeconds: 1, fetchSize: 500 }, 'app.long_one', { onPage })
      // One row repeats with each new transaction, and a slow machine needs more than one of them.
      expect(new Set(keys).size).toBe(60_000)
      expect(keys.length).toBeGreaterThan(60_000)
    })

    it('leave out columns that may not be read', async () => {
      expect((await read({ user: 'narrow', tables: [{ name: 'private', keyColumns: ['id'] }] }, 'app.private')).keys).toEqual([])
      expect(await reasonOf(read({ user: 'narrow', tables: [{ name: 'people' }] }, 'app.people'))).toBe('PERMISSION_DENIED')
      expect(await reasonOf(check({ tables: [{ name: 'absent' }] }))).toBe('NOT_FOUND_UPSTREAM')
      expect(await reasonOf(read({ tables: [{ name: 'absent' }] }, 'app.absent'))).toBe('SCHEMA_CHANGED')
    })
  })

  describe('two rows never get one key', () => {
    it.each([
      ['varchar(9) COLLATE utf8mb4_bin', `'a','A','ä','a\u0308','1','1.0'`],
      ['varchar(9) COLLATE utf8mb4_general_ci', `'a','b','ß','1','1.0'`],
      ['varchar(9) COLLATE utf8mb4_nopad_bin', `'a','a ','a  '`],
      ['varbinary(4)', `x'61',x'6100',x'4161'`],
      ['bit(64)', `b'0',b'1',18446744073709551615`],
      ['decimal(20,5)', `1,1.5,10,100,0.1,-0.1`],
      ['double', `0,1e300,1,1.0000000000000002`],
      ['bigint unsigned', `18446744073709551615,18446744073709551614,9007199254740993,9007199254740992`],
      [`enum('a','b','1')`, `'a','b','1'`],
      ['timestamp(6)', `'2024-03-31 01:30:00','2024-03-31 01:30:00.000001'`],
      ['time(3)', `'-00:00:01','00:00:01','838:59:59'`],
    ])('whose key is %s', async (type, values) => {
      const list = values.split(',')
      const table = `k_${type.replaceAll(/\W+/g, '_').slice(0, 40)}`
      await sql(
        `CREATE TABLE ${table} (k ${type} NOT NULL PRIMARY KEY) CHARACTER SET utf8mb4; INSERT INTO ${table} VALUES ${list.map((value) => `(${value})`).join(',')}; GRANT SELECT ON app.${table} TO reader@'%'`,
      )
      const { keys } = await read({}, `app.${table}`)
      expect(new Set(keys.map(String)).size).toBe(list.length)
      await sql(`DROP TABLE ${table}`)
    })
    it('long ones are sorted the way they are compared', async () => {
      await sql(`CREATE TABLE longs (k varchar(768) COLLATE utf8mb4_bin PRIMARY KEY, at bigint NOT NULL) ROW_FORMAT=DYNAMIC;
        INSERT INTO longs SELECT concat(repeat('\u{1F600}', 700), seq), 1 FROM seq_1_to_2000`)
      const whole = await read({ cursorColumns: ['at'] }, 'app.longs')
      const resumed = await read({ cursorColumns: ['at'] }, 'app.longs', { cursor: whole.pages[0]?.cursor ?? null })
      const first = whole.pages[0]?.records.map(({ key }) => key) ?? []
      expect(new Set([...first, ...resumed.keys]).size).toBe(2000)
      await sql('DROP TABLE longs')
    })
    it('of a view whose keyColumns do not distinguish them: the second is reported as left out', async () => {
      await sql(`CREATE VIEW twins AS SELECT 1 AS id, 'a' AS name UNION ALL SELECT 1, 'b' UNION ALL SELECT 2, 'c'`)
      const { keys, pages } = await read({ tables: [{ name: 'twins', keyColumns: ['id'] }] }, 'app.twins')
      expect([new Set(keys), pages.flatMap((page) => page.rejected ?? []).length]).toEqual([new Set([1, 2]), 1])
      await sql('DROP VIEW twins')
    })
  })

  describe('values', () => {
    it('are exact, whatever the settings of the server', async () => {
      await sql(`CREATE TABLE kinds (id bigint unsigned PRIMARY KEY, n decimal(30,10), z decimal(8,2) zerofill, f float, d double, b boolean, bits bit(5), ts timestamp(6) NULL, dt datetime, da date, ti time(3),
        y year, j json, bin varbinary(9), bl blob, e enum('a','b'), s set('x','y'), g geometry, u text, l varchar(9) CHARACTER SET latin1, zero date, half date);
        INSERT INTO kinds VALUES (18446744073709551615, '12345678901234567890.0000000001', 12.5, 0.1, 0.1, 1, b'101', '2024-05-01 10:00:00.123456', '2024-05-01 12:00:00', '2024-02-29', '-838:59:59', 2024,
        '{"a": 12345678901234567890, "b": [1.5]}', X'00ff', X'', 'b', 'x,y', ST_GeomFromText('POINT(1 2)'), '😀 ü', 'ü', '0000-00-00', '2024-00-10');
        SET GLOBAL time_zone = '+09:00', GLOBAL sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES', GLOBAL sql_select_limit = 5`)
      const { records } = await read({ tables: [{ name: 'kinds' }] }, 'app.kinds')
      const plain = (value: unknown): unknown =>
        JSON.parse(JSON.stringify(value, (_key, one: unknown) => (typeof one === 'bigint' ? `${one}n` : one)))
      expect(records[0]?.key).toBe(18446744073709551615n)
      expect(plain(records[0]?.data)).toEqual({
        id: '18446744073709551615n',
        n: { text: '12345678901234567890.0000000001' },
        z: { text: '12.50' },
        f: 0.1,
        d: 0.1,
        b: 1,
        bits: 5,
        ts: '2024-05-01T10:00:00.123456Z',
        dt: '2024-05-01T12:00:00',
        da: '2024-02-29',
        ti: '-838:59:59.000',
        y: 2024,
        j: { a: '12345678901234567890n', b: [1.5] },
        bin: { base64: 'AP8=' },
        bl: { base64: '' },
        e: 'b',
        s: ['x', 'y'],
        g: 'POINT(1 2)',
        u: '😀 ü',
        l: 'ü',
        zero: null,
        half: null,
      })
      expect((await read({}, 'app.people')).keys).toHaveLength(2500)
      const { pages, keys } = await read({ tables: [{ name: 'kinds' }], zeroDates: 'reject' }, 'app.kinds')
      expect([keys.length, pages.flatMap((page) => page.rejected ?? [])[0]?.reason]).toEqual([0, 'RECORD_INVALID'])
      await sql('SET GLOBAL time_zone = SYSTEM, GLOBAL sql_mode = DEFAULT, GLOBAL sql_select_limit = DEFAULT')
    })

    it('serve as keys of every kind, even partway through a read', async () => {
      await sql(`CREATE TABLE keys_of (e enum('z','a'), b binary(4), t varchar(20) COLLATE utf8mb4_general_ci, d decimal(6,2), PRIMARY KEY (e, b, t, d));
        INSERT INTO keys_of SELECT IF(seq % 2, 'z', 'a'), LPAD(CHAR(seq % 251), 4, CHAR(0)), CONCAT('Ä''\\\\', seq), seq / 4 FROM seq_1_to_3000`)
      const whole = await read({ tables: [{ name: 'keys_of' }] }, 'app.keys_of')
      expect(new Set(whole.keys.map(String)).size).toBe(3000)
      const rest = await read({ tables: [{ name: 'keys_of' }] }, 'app.keys_of', { cursor: whole.pages[1]?.cursor ?? null })
      expect(rest.keys).toHaveLength(1001)
    })
  })

  describe('cursors', () => {
    it('take 20,000 rows of one value, resume inside them, and use the overlap to find late rows', async () => {
      await sql(
        `CREATE TABLE ties (id int PRIMARY KEY, at datetime NOT NULL, KEY (at, id)); INSERT INTO ties SELECT seq, utc_timestamp() - INTERVAL 1 HOUR FROM seq_1_to_20000`,
      )
      const config = { tables: [{ name: 'ties', cursorColumn: 'at' }], fetchSize: 777, overlapSeconds: 600 }
      const whole = await read(config, 'app.ties')
      expect([new Set(whole.keys).size, whole.keys.length]).toEqual([20_000, 20_000])
      const before = whole.pages.slice(0, 11).flatMap((page) => page.records).length
      const rest = await read({ ...config, overlapSeconds: 0 }, 'app.ties', { cursor: whole.pages[10]?.cursor ?? null })
      expect(rest.keys).toHaveLength(20_000 - before + 1)
      await sql(`INSERT INTO ties SELECT 50000 + seq, (SELECT max(at) - INTERVAL 5 MINUTE FROM ties) FROM seq_1_to_3`)
      expect((await read(config, 'app.ties', { cursor: whole.cursor })).keys).toEqual(expect.arrayContaining([50_001, 50_002, 50_003]))
    })

    it('read NULL, zero and future rows in every run, and never move to them', async () => {
      await sql(`CREATE TABLE odd (id int PRIMARY KEY, at timestamp NULL, dt datetime, da date);
        INSERT INTO odd VALUES (1, '2024-01-01', '2024-01-01', '2024-01-01'), (2, NULL, NULL, NULL), (3, '2037-12-31', '9999-12-31', '9999-12-31'), (4, 0, 0, 0)`)
      for (const [cursorColumn, value] of [
        ['at', '2024-01-01 00:00:00'],
        ['dt', '2024-01-01 00:00:00'],
        ['da', '2024-01-01'],
      ]) {
        const config = { tables: [{ name: 'odd', cursorColumn }] }
        const first = await read(config, 'app.odd')
        expect(sorted(first.keys)).toEqual([1, 2, 3, 4])
        expect(first.cursor).toMatchObject({ v: value, k: ['1'] })
        expect(sorted((await read(config, 'app.odd', { cursor: first.cursor })).keys)).toEqual([1, 2, 3, 4])
      }
    })

    it('do not pass the start of an open transaction that the account can see', async () => {
      await sql(
        'CREATE TABLE open_tx (id int PRIMARY KEY, at timestamp(6) NOT NULL DEFAULT current_timestamp(6)); INSERT INTO open_tx VALUES (1, NULL)',
      )
      const writer = await openAdmin(server, 'app')
      await writer.query("SET time_zone = '+00:00'; START TRANSACTION; INSERT INTO open_tx (id) VALUES (2)")
      await sql(`INSERT INTO open_tx VALUES (3, '2024-01-01')`)
      const config = { user: 'watcher', tables: [{ name: 'open_tx', cursorColumn: 'at' }] }
      const first = await read(config, 'app.open_tx')
      await writer.query('COMMIT')
      await writer.end()
      expect((await read(config, 'app.open_tx', { cursor: first.cursor })).keys).toContain(2)
    })

    it('are refused from the future and when they do not fit', async () => {
      const at = { of: ['id'], k: ['1'], h: null }
      const time = { tables: [{ name: 'ties', cursorColumn: 'at' }] }
      const count = { tables: [{ name: 'ties', cursorColumn: 'id' }] }
      const withCursor = (config: object, cursor: object) => reasonOf(read(config, 'app.ties', { cursor }))
      expect(await withCursor(time, { ...at, c: 'at', v: '9999-12-31 00:00:00' })).toBe('CURSOR_IN_FUTURE')
      expect(await withCursor(time, { ...at, c: 'at', v: "2024-01-01' or 1=1" })).toBe('CURSOR_INVALID')
      expect(await withCursor(count, { ...at, c: 'id', v: '99999999' })).toBe('CURSOR_IN_FUTURE')
      expect(await withCursor(count, { ...at, c: 'id', v: 'x' })).toBe('CURSOR_INVALID')
      expect(await withCursor(count, { ...at, c: 'id', v: '5', k: ['1 or 1=1'] })).toBe('CURSOR_INVALID')
    })
  })

  describe('statements', () => {
    it('may call allowed stored functions that do not declare to write', async () => {
      await sql(
        `CREATE FUNCTION shout(t text) RETURNS text DETERMINISTIC NO SQL RETURN upper(t); CREATE FUNCTION touch(t text) RETURNS text DETERMINISTIC MODIFIES SQL DATA RETURN t`,
      )
      const query = (text: string) => read({ queries: [{ name: 'q', sql: text, keyFields: ['k'] }], allowFunctions: ['touch', 'shout'] }, 'q')
      expect((await query('select shout(name) as k from people where id = 1')).keys).toEqual(['P1'])
      expect(await reasonOf(query('select touch(name) as k from people'))).toBe('SQL_FUNCTION_NOT_ALLOWED')
      expect(await reasonOf(query('select nope as k from people'))).toBe('SCHEMA_CHANGED')
      expect(await reasonOf(query('select 1 as k, 2 as k'))).toBe('SQL_COLUMN_UNUSABLE')
      expect(await reasonOf(query('select 1 as k from'))).toBe('SQL_SYNTAX')
    })
  })
})
