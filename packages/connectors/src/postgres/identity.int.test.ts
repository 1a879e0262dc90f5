import { createTestDatabase, runSql, type TestDatabase } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { createReader } from '../sql/fixtures/read-once.js'
import postgres from './index.js'

const { openContext, readOnce } = createReader(postgres)

const admin = new URL(inject('postgresUrl'))
const role = `identity_${process.pid}`
let database: TestDatabase

const source = (changes: object = {}) => ({
  config: { host: '127.0.0.1', port: Number(admin.port), database: database.name, user: role, tls: { mode: 'disable' }, ...changes },
  password: '',
})
const read = (stream: string, changes: object = {}) => readOnce(source(changes), stream)
const sql = (text: string): Promise<void> => runSql(database.url, text)

beforeAll(async () => {
  await runSql(admin.href, `CREATE ROLE ${role} LOGIN`)
  database = await createTestDatabase(admin.href)
  await sql(`ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO ${role}`)
})
afterAll(async () => {
  await database.drop()
  await runSql(admin.href, `DROP ROLE ${role}`)
})

describe('two rows never get one key', () => {
  it('of a table and those that inherit from it, however deep', async () => {
    await sql(`CREATE TABLE parent (id int PRIMARY KEY, a text); CREATE TABLE child (b text) INHERITS (parent); CREATE TABLE grandchild () INHERITS (child);
      INSERT INTO parent VALUES (1, 'p'), (2, 'p2'); INSERT INTO child VALUES (2, 'c2', 'b'), (3, 'c3', 'b'); INSERT INTO grandchild VALUES (1, 'g', 'b')`)
    await using context = await openContext(source())
    await using connection = await postgres.connect(context)
    const names = (await postgres.streams(connection, context.signal)).map(({ name }) => name)
    expect(names).toEqual(['public.child', 'public.grandchild', 'public.parent'])
    const rows = async (name: string) => (await read(`public.${name}`)).records.map(({ data }) => data['a'])
    expect([await rows('parent'), await rows('child'), await rows('grandchild')]).toEqual([['p', 'p2'], ['c2', 'c3'], ['g']])
    expect((await read('public.parent')).keys).toEqual([1, 2])
  })

  it('of a partitioned table, whose rows all lie in its partitions', async () => {
    await sql(`CREATE TABLE parts (id int, region text, PRIMARY KEY (region, id)) PARTITION BY LIST (region);
      CREATE TABLE parts_eu PARTITION OF parts FOR VALUES IN ('eu') PARTITION BY RANGE (id);
      CREATE TABLE parts_eu_1 PARTITION OF parts_eu FOR VALUES FROM (0) TO (10); CREATE TABLE parts_us PARTITION OF parts FOR VALUES IN ('us');
      INSERT INTO parts VALUES (1, 'eu'), (1, 'us')`)
    expect((await read('public.parts')).keys).toHaveLength(2)
    expect((await read('public.parts_eu', { tables: [{ name: 'parts_eu' }] })).keys).toEqual([['eu', 1]])
  })

  it('of foreign tables, alone or as a partition, which have no rows of their own that could be read twice', async () => {
    const csv = (text: string) => `SERVER files OPTIONS (program 'printf "${text}"', format 'csv')`
    await sql(`CREATE EXTENSION file_fdw; CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;
      CREATE FOREIGN TABLE afar (id int, name text) ${csv('1,a\\n2,b\\n')};
      CREATE TABLE spread (id int, region text) PARTITION BY LIST (region); CREATE TABLE spread_near PARTITION OF spread FOR VALUES IN ('near');
      CREATE FOREIGN TABLE spread_far PARTITION OF spread FOR VALUES IN ('far') ${csv('2,far\\n3,far\\n')}; INSERT INTO spread VALUES (1, 'near')`)
    const tables = ['afar', 'spread', 'spread_far'].map((name) => ({ name, keyColumns: ['id'] }))
    expect((await read('public.afar', { tables })).records.map(({ key, data }) => [key, data['name']])).toEqual([
      [1, 'a'],
      [2, 'b'],
    ])
    expect(new Set((await read('public.spread', { tables })).keys)).toEqual(new Set([1, 2, 3]))
    expect(new Set((await read('public.spread_far', { tables })).keys)).toEqual(new Set([2, 3]))
  })

  it('of a view whose keyColumns do not distinguish them: the second is reported as left out', async () => {
    await sql(`CREATE VIEW twins AS SELECT * FROM (VALUES (1, 'a'), (1, 'b'), (2, 'c'), (2, 'c'), (3, 'd')) AS t (id, name)`)
    const { keys, pages } = await read('public.twins', { tables: [{ name: 'twins', keyColumns: ['id'] }] })
    expect(new Set(keys)).toEqual(new Set([1, 2, 3]))
    const rejected = pages.flatMap((page) => page.rejected ?? [])
    expect(rejected).toEqual([expect.objectContaining({ reason: 'RECORD_INVALID', message: expect.stringMatching(/same key \(id\)/) })])
    expect(rejected[0]).not.toHaveProperty('key')
  })

  it.each([
    ['text', `'a','A','a ','ä',E'a\\u0308','1','1.0'`],
    ['varchar(5)', `'a','a ','A'`],
    ['numeric', `'1','1.5','10','100','0.1','NaN'`],
    ['float8', `'0','1e300','1.0000000000000002','1','NaN','Infinity','-Infinity'`],
    ['bytea', `'\\x00','\\x0000','\\x61'`],
    ['bit(3)', `'000','001','100'`],
    ['timestamptz', `'2024-03-31 01:30+01','2024-03-31 01:30+00','2024-03-31 01:30:00.000001+00','infinity'`],
    ['boolean', `true,false`],
    ['uuid', `'00000000-0000-0000-0000-000000000001','00000000-0000-0000-0000-000000000010'`],
    ['interval', `'1 hour','61 minutes'`],
    ['int8', `9007199254740993,9007199254740992`],
  ])('whose key is %s', async (type, values) => {
    const table = `k_${type.replaceAll(/\W/g, '_')}`
    const list = values.split(',')
    await sql(`CREATE TABLE ${table} (k ${type} PRIMARY KEY); INSERT INTO ${table} VALUES ${list.map((value) => `(${value})`).join(',')}`)
    const { keys } = await read(`public.${table}`)
    expect(new Set(keys.map(String)).size).toBe(list.length)
  })

  it('composite ones do not run together', async () => {
    await sql(`CREATE TABLE pairs (a text, b text, PRIMARY KEY (a, b)); INSERT INTO pairs VALUES ('a,b', 'c'), ('a', 'b,c'), ('', 'x'), ('x', '')`)
    expect(new Set((await read('public.pairs')).keys.map((key) => JSON.stringify(key))).size).toBe(4)
  })

  it('rows with NULL in a unique key get another key, or are their own', async () => {
    await sql(`CREATE TABLE sparse (a int UNIQUE, b text); INSERT INTO sparse VALUES (NULL, 'x'), (NULL, 'y'), (1, 'z')`)
    expect(new Set((await read('public.sparse')).keys).size).toBe(3)
  })
})

describe('a row keeps its key', () => {
  it.each([
    ['numeric', `1`, `1.00`],
    ['float8', `0`, `'-0'`],
    ['bpchar', `'a'`, `'a   '`],
  ])('when its %s is written differently', async (type, before, after) => {
    await sql(`CREATE TABLE same_${type} (k ${type} PRIMARY KEY); INSERT INTO same_${type} VALUES (${before})`)
    const first = await read(`public.same_${type}`)
    await sql(`UPDATE same_${type} SET k = ${after}`)
    expect((await read(`public.same_${type}`)).keys).toEqual(first.keys)
  })
})
