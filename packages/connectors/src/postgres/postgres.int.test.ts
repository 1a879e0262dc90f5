import type { Cursor } from '@inlet/connector-sdk'
import { createRecordStore } from '@inlet/connector-sdk/testing'
import { createTestDatabase, runSql, type TestDatabase } from '@inlet/testing'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { createReader, type Reading, reasonOf } from '../sql/fixtures/read-once.js'
import postgres from './index.js'

const { readOnce } = createReader(postgres)

const admin = new URL(inject('postgresUrl'))
const role = `reader_${process.pid}`
let database: TestDatabase

const sql = (text: string): Promise<void> => runSql(database.url, text)
const rows = async (text: string): Promise<Record<string, unknown>[]> => {
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(text)).rows
  } finally {
    await client.end()
  }
}

const settings = (changes: object = {}) => ({
  host: '127.0.0.1',
  port: Number(admin.port),
  database: database.name,
  user: role,
  tls: { mode: 'disable' },
  safetyLagSeconds: 0,
  overlapSeconds: 0,
  ...changes,
})
const read = (changes: object, stream: string, cursor: Cursor | null = null, onPage?: () => unknown): Promise<Reading> =>
  readOnce({ config: settings(changes), password: '' }, stream, { cursor, ...(onPage === undefined ? {} : { onPage }) })

beforeAll(async () => {
  await runSql(admin.href, `CREATE ROLE ${role} LOGIN`)
  database = await createTestDatabase(admin.href)
  await sql(`ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO ${role}`)
})
afterAll(async () => {
  await database.drop()
  await runSql(admin.href, `DROP ROLE ${role}`)
})

describe('values', () => {
  it('are exact, whatever the session settings of the server', async () => {
    await sql(`CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE DOMAIN big AS int8; CREATE TYPE pair AS (a int, b text);
      CREATE TABLE kinds (id int8 PRIMARY KEY, n numeric, r real, d float8, b bool, ts timestamptz, lt timestamp, da date, iv interval, j json, jb jsonb, by bytea,
        u uuid, rg int4range, m mood, dom big, c pair, ai int[], at text[], ab bool[][], an numeric[], atz timestamptz[], ad big[], am mood[], bx box[], ch char(4), mo interval[]);
      INSERT INTO kinds VALUES (9007199254740993, 'NaN', 'Infinity', 0.1, true, '2024-05-01 12:00:00.123456+02', '2024-05-01 12:00:00', '2024-02-29', '1 year 2 mons 3 days 04:05:06.7',
        '{"a": 12345678901234567890}', '[1.10, "x"]', '\\x00ff', '00000000-0000-0000-0000-00000000000A', '[1,5)', 'ok', 5, (1, 'x'), '{1,NULL}', '{"a,b","NULL",NULL}', '{{t,f}}', '{1.50}',
        '{"2024-05-01 12:00:00+02"}', '{7}', '{sad}', '{(1,1),(0,0);(2,2),(1,1)}', 'ab', '{1 day}');
      ALTER DATABASE "${database.name}" SET timezone TO 'Asia/Tokyo'; ALTER DATABASE "${database.name}" SET datestyle TO 'German'; ALTER DATABASE "${database.name}" SET intervalstyle TO 'sql_standard';
      ALTER DATABASE "${database.name}" SET bytea_output TO 'escape'; ALTER DATABASE "${database.name}" SET extra_float_digits TO '-10'`)
    const { records } = await read({ tables: [{ name: 'kinds' }] }, 'public.kinds')
    const data = JSON.parse(JSON.stringify(records[0]?.data, (_key, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value))) as object
    expect(records[0]?.key).toBe(9007199254740993n)
    expect(data).toEqual({
      id: '9007199254740993n',
      n: 'NaN',
      r: 'Infinity',
      d: 0.1,
      b: true,
      ts: '2024-05-01T10:00:00.123456Z',
      lt: '2024-05-01T12:00:00',
      da: '2024-02-29',
      iv: 'P1Y2M3DT4H5M6.7S',
      j: { a: '12345678901234567890n' },
      jb: [1.1, 'x'],
      by: { base64: 'AP8=' },
      u: '00000000-0000-0000-0000-00000000000a',
      rg: '[1,5)',
      m: 'ok',
      dom: '5n',
      c: '(1,x)',
      ai: [1, null],
      at: ['a,b', 'NULL', null],
      ab: [[true, false]],
      an: [{ text: '1.50' }],
      atz: ['2024-05-01T10:00:00Z'],
      ad: ['7n'],
      am: ['sad'],
      bx: ['(1,1),(0,0)', '(2,2),(1,1)'],
      ch: 'ab  ',
      mo: ['P1D'],
    })
  })
})

describe('cursors', () => {
  it('use the overlap to find rows that were committed late, behind the cursor', async () => {
    await sql(
      `CREATE TABLE late (id int PRIMARY KEY, at timestamptz NOT NULL); INSERT INTO late SELECT g, now() - interval '1 hour' + g * interval '1 s' FROM generate_series(1, 3000) g`,
    )
    const config = { tables: [{ name: 'late', cursorColumn: 'at' }], overlapSeconds: 600 }
    const first = await read(config, 'public.late')
    expect(new Set(first.keys).size).toBe(3000)
    await sql(`INSERT INTO late SELECT 5000 + g, at - interval '5 min' FROM late, generate_series(1, 3) g WHERE id = 3000`)
    const second = await read(config, 'public.late', first.cursor)
    expect(second.keys).toEqual(expect.arrayContaining([5001, 5002, 5003]))
    expect(second.keys.length).toBeLessThan(700)
  })

  it('do not pass the start of an open transaction that the role can see', async () => {
    await sql(
      `CREATE TABLE open_tx (id int PRIMARY KEY, at timestamptz NOT NULL DEFAULT now()); GRANT INSERT ON open_tx TO ${role}; INSERT INTO open_tx VALUES (1)`,
    )
    const writer = new pg.Client({ host: '127.0.0.1', port: Number(admin.port), user: role, database: database.name })
    await writer.connect()
    await writer.query('BEGIN')
    await writer.query('INSERT INTO open_tx VALUES (2)')
    await sql('INSERT INTO open_tx VALUES (3)')
    const config = { tables: [{ name: 'open_tx', cursorColumn: 'at' }] }
    const first = await read(config, 'public.open_tx')
    expect(first.keys).toEqual([1, 3])
    await writer.query('COMMIT')
    await writer.end()
    const second = await read(config, 'public.open_tx', first.cursor)
    expect(second.keys).toEqual(expect.arrayContaining([2, 3]))
  })

  it('take 50,000 rows of one cursor value, and resume inside them', async () => {
    await sql(
      `CREATE TABLE ties (id int PRIMARY KEY, at timestamptz NOT NULL); INSERT INTO ties SELECT g, '2024-01-01' FROM generate_series(1, 50000) g`,
    )
    const config = { tables: [{ name: 'ties', cursorColumn: 'at' }], fetchSize: 777, overlapSeconds: 60 }
    const whole = await read(config, 'public.ties')
    expect(new Set(whole.keys).size).toBe(50_000)
    expect(whole.keys.length).toBe(50_000)
    const middle = whole.pages[20]?.cursor ?? null
    const before = whole.pages.slice(0, 21).flatMap((page) => page.records).length
    const rest = await read(config, 'public.ties', middle)
    expect(rest.keys).toHaveLength(50_000 - before + 1)
    const idle = await read(config, 'public.ties', whole.cursor)
    expect(idle.keys).toEqual([50_000])
    expect(idle.cursor).toEqual(whole.cursor)
  })

  it('read rows without a value, in the future and at infinity in every run, and never move to them', async () => {
    await sql(`CREATE TABLE odd (id int PRIMARY KEY, at timestamptz);
      INSERT INTO odd VALUES (1, '2024-01-01Z'), (2, NULL), (3, '9999-12-31'), (4, 'infinity'), (5, '-infinity')`)
    const config = { tables: [{ name: 'odd', cursorColumn: 'at' }] }
    const first = await read(config, 'public.odd')
    expect(new Set(first.keys)).toEqual(new Set([1, 2, 3, 4, 5]))
    expect(first.cursor).toMatchObject({ v: '2024-01-01 00:00:00+00', k: ['1'] })
    expect(new Set((await read(config, 'public.odd', first.cursor)).keys)).toEqual(new Set([1, 2, 3, 4, 5]))
  })

  it('count whole numbers, dates and local times', async () => {
    await sql(`CREATE TABLE counted (id int4 PRIMARY KEY, day date NOT NULL, local timestamp NOT NULL);
      INSERT INTO counted SELECT g, date '2024-01-01' + g, timestamp '2024-01-01' + g * interval '1 h' FROM generate_series(1, 500) g`)
    for (const cursorColumn of ['id', 'day', 'local']) {
      const config = { tables: [{ name: 'counted', cursorColumn }], overlapIds: 10, timeZone: 'Europe/Berlin' }
      const first = await read(config, 'public.counted')
      expect(first.keys).toHaveLength(500)
      expect((await read(config, 'public.counted', first.cursor)).keys.length).toBeLessThan(20)
    }
  })

  it('are refused from the future and when they do not fit', async () => {
    const time = { tables: [{ name: 'ties', cursorColumn: 'at' }] }
    const at = { of: ['id'], k: ['1'], h: null }
    expect(await reasonOf(read(time, 'public.ties', { ...at, c: 'at', v: '9999-12-31 00:00:00+00' }))).toBe('CURSOR_IN_FUTURE')
    expect(await reasonOf(read(time, 'public.ties', { ...at, c: 'at', v: 'yesterday-ish' }))).toBe('CURSOR_INVALID')
    expect(await reasonOf(read({ tables: [{ name: 'ties', cursorColumn: 'id' }] }, 'public.ties', { ...at, c: 'id', v: '99999999' }))).toBe(
      'CURSOR_IN_FUTURE',
    )
    expect(await reasonOf(read({ tables: [{ name: 'ties', cursorColumn: 'id' }] }, 'public.ties', { ...at, c: 'id', v: 'x' }))).toBe('CURSOR_INVALID')
  })

  it('absorb writers that are active during the read', async () => {
    await sql(
      `CREATE TABLE busy (id serial PRIMARY KEY, at timestamptz NOT NULL DEFAULT clock_timestamp(), n int); INSERT INTO busy (n) SELECT 1 FROM generate_series(1, 5000)`,
    )
    const config = { tables: [{ name: 'busy', cursorColumn: 'at' }], overlapSeconds: 30, fetchSize: 500, maxTransactionSeconds: 1 }
    const store = createRecordStore()
    const run = async (onPage: () => unknown): Promise<void> => {
      const spec = { name: 'public.busy', kind: 'row', incremental: true, deletes: 'none' } as const
      const applied = store.beginRun(spec)
      const { pages } = await read(config, 'public.busy', store.cursor('public.busy'), onPage)
      for (const page of pages) applied.apply(page)
    }
    for (let round = 0; round < 3; round++)
      await run(() => sql('INSERT INTO busy (n) VALUES (2); UPDATE busy SET n = n + 1, at = clock_timestamp() WHERE id % 500 = 0'))
    await run(() => undefined)
    const truth = await rows('SELECT id, n FROM busy ORDER BY id')
    const stored = store.records('public.busy').map(({ record }) => ({ id: record.data['id'], n: record.data['n'] }))
    expect(stored.toSorted((a, b) => Number(a.id) - Number(b.id))).toEqual(truth)
  })
})
