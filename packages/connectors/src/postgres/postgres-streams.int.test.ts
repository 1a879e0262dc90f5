import { createTestDatabase, runSql, type TestDatabase, until } from '@inlet/testing'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { createReader, reasonOf } from '../sql/fixtures/read-once.js'
import postgres from './index.js'

const { checkOnce, listOnce, readOnce } = createReader(postgres)

const admin = new URL(inject('postgresUrl'))
const role = `streams_${process.pid}`
let database: TestDatabase

const sql = (text: string): Promise<void> => runSql(database.url, text)
const source = (changes: object = {}) => ({
  config: {
    host: '127.0.0.1',
    port: Number(admin.port),
    database: database.name,
    user: role,
    tls: { mode: 'disable' },
    safetyLagSeconds: 0,
    overlapSeconds: 0,
    ...changes,
  },
  password: '',
})
const read = (changes: object, stream: string, options = {}) => readOnce(source(changes), stream, options)
const check = (changes: object = {}): Promise<void> => checkOnce(source(changes))
const specs = (changes: object = {}) => listOnce(source(changes))
const openBackends = async (): Promise<number> => {
  const client = new pg.Client({ connectionString: admin.href })
  await client.connect()
  const { rows } = await client.query<{ n: number }>('SELECT count(*)::int AS n FROM pg_stat_activity WHERE usename = $1', [role])
  await client.end()
  return rows[0]?.n ?? -1
}

beforeAll(async () => {
  await runSql(admin.href, `CREATE ROLE ${role} LOGIN`)
  database = await createTestDatabase(admin.href)
  await sql(`ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO ${role};
    CREATE TABLE people (id int PRIMARY KEY, name text, updated_at timestamptz NOT NULL DEFAULT '2024-01-01', gone boolean DEFAULT false);
    INSERT INTO people SELECT g, 'p' || g FROM generate_series(1, 2500) g;
    CREATE VIEW adults AS SELECT id, name FROM people; CREATE MATERIALIZED VIEW snapshot AS SELECT id, name FROM people;
    CREATE TABLE keyless (a int, b text); INSERT INTO keyless VALUES (1, 'x'), (2, NULL), (2, NULL);
    CREATE TABLE parts (id int, region text, PRIMARY KEY (region, id)) PARTITION BY LIST (region);
    CREATE TABLE parts_eu PARTITION OF parts FOR VALUES IN ('eu'); CREATE TABLE parts_us PARTITION OF parts FOR VALUES IN ('us');
    INSERT INTO parts VALUES (1, 'eu'), (1, 'us')`)
})
afterAll(async () => {
  await database.drop()
  await runSql(admin.href, `DROP ROLE ${role}`)
})

describe('streams', () => {
  it('are the tables of public, partitions through their parent; views when asked for', async () => {
    expect((await specs()).map((spec) => spec.name)).toEqual(['public.keyless', 'public.parts', 'public.people'])
    const all = await specs({ includeViews: true, exclude: ['keyless'], cursorColumns: ['updated_at'] })
    expect(all.map((spec) => [spec.name, spec.incremental, spec.deletes])).toEqual([
      ['public.adults', false, 'sweep'],
      ['public.parts', true, 'sweep'],
      ['public.people', true, 'none'],
      ['public.snapshot', false, 'sweep'],
    ])
    expect(await reasonOf(specs({ schemas: ['nowhere'] }))).toBe('NOT_FOUND_UPSTREAM')
  })

  it('read views, materialized views, partitions and queries by the keys named', async () => {
    expect((await read({ tables: [{ name: 'adults', keyColumns: ['id'] }] }, 'public.adults')).keys).toHaveLength(2500)
    expect((await read({ tables: [{ name: 'snapshot', keyColumns: ['id'] }] }, 'public.snapshot')).keys).toHaveLength(2500)
    expect((await read({}, 'public.parts')).keys).toEqual([
      ['eu', 1],
      ['us', 1],
    ])
    const queries = [
      {
        name: 'named',
        sql: 'select id as no, upper(name) as name, updated_at as at from people where id <= 5; -- all',
        keyFields: ['no'],
        cursorField: 'at',
        titleColumn: 'name',
      },
    ]
    const first = await read({ queries }, 'named')
    expect(first.records[0]).toMatchObject({ stream: 'named', key: 1, title: 'P1', data: { no: 1, name: 'P1' } })
    expect((await read({ queries }, 'named', { cursor: first.cursor })).keys).toEqual([5])
  })

  it('use the row as the key of a table without one', async () => {
    const { keys, pages } = await read({}, 'public.keyless')
    expect(keys).toHaveLength(3)
    expect(new Set(keys).size).toBe(2)
    expect(pages.every((page) => page.cursor === undefined)).toBe(true)
  })

  it('resume a full read partway and sweep completely, and start over after its end', async () => {
    const whole = await read({}, 'public.people')
    expect(whole.cursor).toEqual({ done: true })
    expect(whole.pages.at(-1)?.sweep).toEqual({})
    const resumed = await read({}, 'public.people', { cursor: whole.pages[1]?.cursor ?? null })
    expect(resumed.keys.length).toBeLessThan(2500)
    const seen = new Set([...resumed.keys, ...resumed.pages.flatMap((page) => page.unchanged ?? [])])
    expect(seen.size).toBe(2500)
    expect((await read({}, 'public.people', { cursor: whole.cursor })).keys).toHaveLength(2500)
  })

  it('turn marked rows into deletes, and sweep at every n-th run', async () => {
    await sql(`UPDATE people SET gone = true, updated_at = '2024-02-01' WHERE id = 7`)
    const config = { tables: [{ name: 'people', cursorColumn: 'updated_at', softDeleteColumn: 'gone', deletes: 'sweep' }], sweepEveryRuns: 2 }
    const first = await read(config, 'public.people')
    expect(first.records.filter((record) => record.op === 'delete').map((record) => record.key)).toEqual([7])
    expect(first.pages.some((page) => page.sweep)).toBe(false)
    const second = await read(config, 'public.people', { cursor: first.cursor })
    expect(second.pages.at(-1)?.sweep).toEqual({})
    expect(second.pages.flatMap((page) => page.unchanged ?? [])).toHaveLength(2499)
    expect((await read(config, 'public.people', { cursor: second.cursor })).pages.some((page) => page.sweep)).toBe(false)
    await sql(`UPDATE people SET gone = false, updated_at = '2024-01-01' WHERE id = 7`)
  })

  it('stop at the row limit and continue from there', async () => {
    const config = { tables: [{ name: 'people' }], maxRows: 1200 }
    const first = await read(config, 'public.people')
    expect([first.keys.length, first.pages.some((page) => page.sweep)]).toEqual([1200, false])
    expect((await read(config, 'public.people', { cursor: first.cursor })).keys).toHaveLength(1200)
  })

  it('reject a row without key and keep its neighbors', async () => {
    await sql(`CREATE TABLE holes (id int, v text); INSERT INTO holes VALUES (1, 'a'), (NULL, 'b'), (3, 'c')`)
    const { pages, keys } = await read({ tables: [{ name: 'holes', keyColumns: ['id'] }] }, 'public.holes')
    expect(keys).toEqual([1, 3])
    expect(pages.flatMap((page) => page.rejected ?? [])).toMatchObject([{ reason: 'RECORD_KEY_MISSING' }])
  })

  it('keep pages small and memory bounded when rows become large', async () => {
    await sql(`CREATE TABLE large (id int PRIMARY KEY, body text); INSERT INTO large SELECT g, 'x' FROM generate_series(1, 3000) g;
      INSERT INTO large SELECT 3000 + g, repeat('y', 1000000) FROM generate_series(1, 60) g`)
    const { pages, keys } = await read({ tables: [{ name: 'large' }] }, 'public.large')
    expect(keys).toHaveLength(3060)
    const sizes = pages.map((page) => page.records.reduce((sum, record) => sum + (record.data['body'] as string).length, 0))
    expect(Math.max(...sizes)).toBeLessThanOrEqual(1_000_000)
    await sql('DROP TABLE large')
  })
})

describe('a changing schema', () => {
  it('is followed: columns added, dropped and retyped', async () => {
    await sql(`CREATE TABLE drift (id int PRIMARY KEY, a int, b text, at timestamptz NOT NULL); INSERT INTO drift VALUES (1, 5, 'x', '2024-01-01Z')`)
    const config = { tables: [{ name: 'drift', cursorColumn: 'at', titleColumn: 'b' }] }
    expect((await read(config, 'public.drift')).records[0]?.data).toMatchObject({ a: 5 })
    await sql(`ALTER TABLE drift ADD c int8 DEFAULT 9; ALTER TABLE drift ALTER a TYPE text; ALTER TABLE drift ALTER id TYPE int8`)
    expect((await read(config, 'public.drift')).records[0]).toMatchObject({ key: 1n, data: { a: '5', c: 9n } })
    await sql('ALTER TABLE drift DROP b')
    expect(await reasonOf(read(config, 'public.drift'))).toBe('SCHEMA_CHANGED')
    expect((await read({ tables: [{ name: 'drift', cursorColumn: 'at' }] }, 'public.drift')).records[0]?.data).not.toHaveProperty('b')
    await sql('ALTER TABLE drift DROP at')
    expect(await reasonOf(read({ tables: [{ name: 'drift', cursorColumn: 'at' }] }, 'public.drift'))).toBe('SCHEMA_CHANGED')
    await sql('ALTER TABLE drift ADD at text')
    expect(await reasonOf(read({ tables: [{ name: 'drift', cursorColumn: 'at' }] }, 'public.drift'))).toBe('SQL_COLUMN_UNUSABLE')
  })

  it('fails only the stream whose table is dropped in the middle', async () => {
    await sql('CREATE TABLE doomed (id int PRIMARY KEY); INSERT INTO doomed SELECT generate_series(1, 200000)')
    let dropped: Promise<void> | undefined
    const reading = read({ tables: [{ name: 'doomed' }, { name: 'people' }], maxTransactionSeconds: 1, fetchSize: 1000 }, 'public.doomed', {
      onPage: async (_page: unknown, count: number) => {
        dropped ??= sql('DROP TABLE doomed')
        if (count === 3) await until(() => performance.now() > started + 1200, { what: 'the transaction to grow old' })
      },
    })
    const started = performance.now()
    expect(await reasonOf(reading)).toBe('SCHEMA_CHANGED')
    await dropped
    expect((await read({ tables: [{ name: 'doomed' }, { name: 'people' }] }, 'public.people')).keys).toHaveLength(2500)
    expect((await specs({ tables: [{ name: 'doomed' }] })).map((spec) => spec.name)).toEqual(['public.doomed'])
    expect(await reasonOf(check({ tables: [{ name: 'doomed' }] }))).toBe('NOT_FOUND_UPSTREAM')
  })
})

describe('permissions and statements', () => {
  it('report a table that may not be read, and leave the others', async () => {
    await sql(`CREATE TABLE private (id int PRIMARY KEY); REVOKE ALL ON private FROM ${role}`)
    expect(await reasonOf(check())).toBe('PERMISSION_DENIED')
    expect(await reasonOf(read({}, 'public.private'))).toBe('PERMISSION_DENIED')
    expect((await read({}, 'public.parts')).keys).toHaveLength(2)
    expect(await reasonOf(check({ exclude: ['private', 'holes', 'drift'] }))).toBe('none')
    await sql('DROP TABLE private')
  })

  it('leave out columns that may not be read', async () => {
    await sql(
      `CREATE TABLE halves (id int PRIMARY KEY, open text, hidden text); REVOKE ALL ON halves FROM ${role}; GRANT SELECT (id, open) ON halves TO ${role}; INSERT INTO halves VALUES (1, 'a', 'b')`,
    )
    expect((await read({}, 'public.halves')).records[0]?.data).toEqual({ id: 1, open: 'a' })
    expect(await reasonOf(read({ tables: [{ name: 'halves', titleColumn: 'hidden' }] }, 'public.halves'))).toBe('PERMISSION_DENIED')
  })

  it('refuse what the database declares VOLATILE, however it is called', async () => {
    await sql(`CREATE FUNCTION touch(text) RETURNS text LANGUAGE sql VOLATILE AS 'SELECT $1'; CREATE FUNCTION shout(text) RETURNS text LANGUAGE sql STABLE AS 'SELECT upper($1)';
      CREATE FUNCTION lower(people) RETURNS text LANGUAGE sql VOLATILE AS 'SELECT $1.name'; CREATE OPERATOR |!| (FUNCTION = touch, RIGHTARG = text)`)
    const query = (text: string) => read({ queries: [{ name: 'q', sql: text, keyFields: ['k'] }], allowFunctions: ['touch', 'shout'] }, 'q')
    expect(await reasonOf(query('select touch(name) as k from people'))).toBe('SQL_FUNCTION_NOT_ALLOWED')
    expect(await reasonOf(query('select (name).touch as k from people'))).toBe('SQL_FUNCTION_NOT_ALLOWED')
    expect(await reasonOf(query('select |!| name as k from people'))).toBe('SQL_FUNCTION_NOT_ALLOWED')
    expect(await reasonOf(query('select lower(people) as k from people'))).toBe('SQL_FUNCTION_NOT_ALLOWED')
    expect((await query('select shout(name) as k from people where id = 1')).keys).toEqual(['P1'])
    expect(await reasonOf(query('select 1 as k, 2 as k'))).toBe('SQL_COLUMN_UNUSABLE')
    expect(await reasonOf(query('select 1 / (id - id) as k from people'))).toBe('UPSTREAM_INVALID')
  })

  it('end a statement that runs too long', async () => {
    const queries = [{ name: 'slow', sql: 'select count(*) as k from generate_series(1, 100000000000) a', keyFields: ['k'] }]
    expect(await reasonOf(read({ queries, statementTimeoutSeconds: 1 }, 'slow'))).toBe('SQL_TIMEOUT')
  })

  it('leave no backend behind after a cancel, whatever it was doing', async () => {
    const queries = [{ name: 'slow', sql: 'select count(*) as k from generate_series(1, 100000000000) a', keyFields: ['k'] }]
    const controller = new AbortController()
    const reading = reasonOf(read({ queries }, 'slow', { signal: controller.signal }))
    await until(async () => (await openBackends()) > 0, { what: 'the backend to start' })
    controller.abort()
    expect(await reading).toBe('CANCELLED')
    await until(async () => (await openBackends()) === 0, { timeoutMs: 2000, what: 'the backend to end' })
    const between = new AbortController()
    expect(await reasonOf(read({}, 'public.people', { signal: between.signal, onPage: () => between.abort() }))).toBe('CANCELLED')
    await until(async () => (await openBackends()) === 0, { timeoutMs: 2000, what: 'the backend to end' })
  })
})
